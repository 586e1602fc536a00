"""`legalcredit db`: the schema, and what the service needs in it from its first day."""

import click

from registry import migrations
from registry.kernel.access import Actor
from registry.kernel.host import Host
from registry.kernel.workdays import load_year, official_years


@click.group()
def db() -> None:
    """数据库：建立或升级。"""


@db.command()
@click.pass_obj
def upgrade(host: Host) -> None:
    """建立或升级数据库结构，载入法定工作日历；可以重复执行。"""
    with host.engine.connect() as connection:
        before = migrations.revision(connection)
    migrations.upgrade(host.engine)
    after = migrations.newest()
    if before == after:
        click.echo(f"数据库结构：已是最新（{after}）")
    else:
        click.echo(f"数据库结构：{before or '空库'} → {after}")
    actor = Actor.command("db upgrade")
    with host.work.write(actor) as session:
        years = {year: load_year(session, actor, year=year) for year in official_years()}
    changed = [year for year, days in years.items() if days]
    if changed:
        click.echo(f"工作日历：载入 {changed[0]}–{changed[-1]} 年，共 {sum(years.values())} 天")
    else:
        click.echo("工作日历：没有变化")

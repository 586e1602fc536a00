"""`legalcredit seed`: the demo city into an empty database."""

from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from registry.kernel.clock import local_day
from registry.kernel.host import Host
from registry.kernel.shell import Failed
from seed.city import city
from seed.load import NotEmpty, empty, load
from seed.office import PASSWORD, STAFF
from seed.sheets import write


@click.command("seed")
@click.option(
    "--today", type=click.DateTime(["%Y-%m-%d"]), help="演示城市的“今天”，缺省为昨天；同一天得到同一座城市。"
)
@click.option("--if-empty", is_flag=True, help="数据库不空时什么也不做，而不是报错。")
@click.option(
    "--sheets",
    type=click.Path(file_okay=False, path_type=Path),
    help="不载入，只把可供导入的示例表格写到这个目录。",
)
@click.pass_obj
def seed(host: Host, *, today: datetime | None, if_empty: bool, sheets: Path | None) -> None:
    """载入演示城市（机构、人员、案件均为虚构）。"""
    # The story of a city ends in the evening of its day: of today it would tell what is yet to come.
    day = today.date() if today else local_day(host.clock.now()) - timedelta(days=1)
    if sheets is not None:
        for path in write(city(day), sheets):
            click.echo(str(path))
        return
    if if_empty and not empty(host.work):
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("演示城市", total=1.0)
        try:
            load(
                host,
                today=day,
                progress=lambda step, done: bar.update(task, description=step, completed=done),
            )
        except NotEmpty:
            raise Failed("not_empty", message="数据库里已有数据；演示城市只载入空数据库") from None
    click.echo(f"演示账号（密码均为 {PASSWORD}）：" + "、".join(username for username, *_ in STAFF))

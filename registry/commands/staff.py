"""`legalcredit staff`: the first administrator of an installation, and the way back in when nobody is left."""

import click

from registry.accounts import passwords
from registry.accounts import staff as use_cases
from registry.accounts.roles import TITLES
from registry.kernel.access import Actor
from registry.kernel.faults import NotFound
from registry.kernel.host import Host


@click.group()
def staff() -> None:
    """工作人员账号：添加、重置密码。"""


@staff.command()
@click.argument("username")
@click.option("--name", required=True, help="姓名。")
@click.option("--section", required=True, help="处室。")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(list(TITLES)),
    help="角色；可以多次给出。",
)
@click.pass_obj
def add(host: Host, username: str, name: str, section: str, roles: tuple[str, ...]) -> None:
    """添加账号 USERNAME；最后一行是初始密码，首次登录须更换。"""
    with host.work.write(Actor.command("staff add")) as session:
        password = passwords.generated(session)
        person = use_cases.add_staff(
            session,
            session.actor,
            username=username,
            name=name,
            section=section,
            roles=roles,
            password=password,
            must_change=True,
        )
    click.echo(f"已添加工作人员 {person.name}（{person.username}），首次登录须更换初始密码：")
    click.echo(password)


@staff.command("reset-password")
@click.argument("username")
@click.pass_obj
def reset_password(host: Host, username: str) -> None:
    """重置账号 USERNAME 的密码；最后一行是新的初始密码。"""
    with host.work.write(Actor.command("staff reset-password")) as session:
        person = use_cases.by_username(session, username.strip().lower())
        if person is None:
            raise NotFound("没有这位工作人员", rule="no_staff")
        password = use_cases.reset_password(session, session.actor, staff=person.public_id)
    click.echo(f"已重置 {person.name}（{person.username}）的密码，下次登录须更换：")
    click.echo(password)

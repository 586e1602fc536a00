"""`legalcredit clients`: API clients from the command line."""

import click

from registry.accounts import clients as use_cases
from registry.kernel.access import Actor
from registry.kernel.clock import local_text
from registry.kernel.host import Host


@click.group()
def clients() -> None:
    """接口客户端：添加、列出、撤销。"""


@clients.command()
@click.argument("name")
@click.argument("further", metavar="[SCOPE]...", nargs=-1)
@click.option(
    "--scope",
    "scopes",
    metavar="SCOPE",
    multiple=True,
    required=True,
    help="令牌的权限范围，如 feed:read；可以多次给出，或在其后接着列出。",
)
@click.pass_obj
def add(host: Host, name: str, scopes: tuple[str, ...], further: tuple[str, ...]) -> None:
    """添加名为 NAME 的客户端；最后一行是它的令牌，只显示这一次。"""
    scopes += further
    use_cases.check_scopes(scopes, host.scopes)
    with host.work.write(Actor.command("clients add")) as session:
        client, token = use_cases.add_client(session, session.actor, name=name, scopes=scopes)
    click.echo(f"已添加接口客户端“{client.name}”（{client.public_id}），权限范围：{'、'.join(client.scopes)}")
    click.echo("令牌只显示这一次：")
    click.echo(token)


@clients.command("list")
@click.pass_obj
def list_(host: Host) -> None:
    """每行一个客户端：编号、状态、权限范围、名称。"""
    with host.work.read() as session:
        for client in use_cases.everyone(session):
            state = f"已撤销 {local_text(client.revoked_at)}" if client.revoked_at else "有效"
            click.echo("\t".join([client.public_id, state, " ".join(client.scopes), client.name]))


@clients.command()
@click.argument("client_id", metavar="ID")
@click.pass_obj
def revoke(host: Host, client_id: str) -> None:
    """立即撤销编号为 ID 的客户端的令牌。"""
    with host.work.write(Actor.command("clients revoke")) as session:
        client = use_cases.revoke(session, session.actor, client=client_id)
    click.echo(f"已撤销“{client.name}”的令牌")

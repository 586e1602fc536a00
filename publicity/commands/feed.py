"""`legalcredit feed`: reconcile with a platform."""

import click
import orjson

from publicity.feed import reconcile as use_cases
from registry.kernel.access import Actor
from registry.kernel.host import Host


@click.group()
def feed() -> None:
    """归集：与信用平台对账。"""


@feed.command()
@click.argument("channel")
@click.pass_obj
def reconcile(host: Host, channel: str) -> None:
    """与渠道 CHANNEL（名称或编号）对账；最后一行是结果，有差异的已放回待发送。

    以拉取方式归集的平台没有渠道，用 /feed/v1/digests 自行对账。
    """
    with host.work.read() as session:
        public_id = use_cases.channel_named(session, channel)
    found = use_cases.reconcile(host.work, public_id, actor=Actor.command("feed reconcile"))
    for title, records in (("平台缺少", found.missing), ("已结束而平台仍有", found.left)):
        for record in records:
            click.echo(f"{title}：{record}")
    click.echo(orjson.dumps(found.counts))

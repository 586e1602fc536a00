"""`legalcredit feed`: reconcile with a platform."""

import click

from registry.kernel.shell import Failed


@click.group()
def feed() -> None:
    """归集：与信用平台对账。"""


@feed.command()
@click.argument("channel")
def reconcile(channel: str) -> None:
    """与渠道 CHANNEL 对账。没有配置推送渠道时，平台以拉取方式归集，用 /feed/v1/digests 自行对账。"""
    raise Failed("no_channel", channel=channel, message="没有配置这个推送渠道")

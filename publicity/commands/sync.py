"""`legalcredit sync`: the platform's end of the feed."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import click
from sqlalchemy.exc import ArgumentError

from publicity.feed.channels.http import check_address
from publicity.sync.copy import Copy, Moved
from publicity.sync.follow import Client, summary
from publicity.sync.reading import Untrue
from publicity.sync.transport import Garbled, Refused, Server, Unreachable
from registry.kernel.clock import SystemClock, local_day
from registry.kernel.shell import Failed

TOKEN = "LEGALCREDIT_FEED_TOKEN"  # noqa: S105 — the variable's name


@click.command()
@click.option("--from", "address", metavar="URL", required=True, help="司法局服务的网址。")
@click.option("--into", metavar="DIR|DATABASE_URL", required=True, help="副本所在的目录，或数据库地址。")
@click.option(
    "--token", envvar=TOKEN, show_envvar=True, help="令牌；写在环境变量或文件里，旁人从进程表中看不到。"
)
@click.option("--token-file", type=click.Path(path_type=Path), help="存有令牌的文件。")
@click.option("--vkey", help="司法局公布的核验密钥；未给出的，首次连接时取得并从此固定。")
@click.option("--every", type=click.IntRange(1, 86400), metavar="SECONDS", help="不断归集，每隔几秒一次。")
@click.option(
    "--compare-every",
    type=click.IntRange(1, 604800),
    default=3600,
    show_default=True,
    metavar="SECONDS",
    help="不断归集时，每隔多少秒对一次摘要。",
)
@click.option("--no-receipts", is_flag=True, help="不提交回执。")
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 3600),
    default=60,
    show_default=True,
    help="等待回答的秒数。",
)
@click.option(
    "--attempts", type=click.IntRange(1, 100), default=6, show_default=True, help="无回答时共试几次。"
)
def sync(
    address: str,
    into: str,
    token: str | None,
    token_file: Path | None,
    vkey: str | None,
    every: int | None,
    compare_every: int,
    *,
    no_receipts: bool,
    timeout: float,
    attempts: int,
) -> None:
    """归集：逐条核验司法局的公共存证日志，在本地保存一份副本，并与其摘要核对。每一轮输出一行 JSON。

    可以在任何时刻中断，再次执行即从中断处继续。
    """
    if token_file is not None:
        token = token_file.read_text(encoding="utf-8").strip()
    if not token:
        raise click.UsageError(f"请用 --token-file、环境变量 {TOKEN} 或 --token 给出令牌")
    if wrong := check_address(address):
        raise click.UsageError(f"--from：{wrong}")
    try:
        server = Server(address, token, timeout=timeout, attempts=attempts)
        copy = Copy(into)
    except (ValueError, ArgumentError) as error:
        raise click.UsageError(str(error)) from error
    with contextlib.closing(copy), _told():
        client = Client(server, copy, vkey=vkey)
        _rounds(client, every=every, compare_every=compare_every, receipts=not no_receipts)


def _rounds(client: Client, *, every: int | None, compare_every: int, receipts: bool) -> None:
    clock, compared = SystemClock(), -float(compare_every)
    while True:
        compare = time.monotonic() - compared >= compare_every
        done = client.round(today=local_day(clock.now()), receipts=receipts, compare=compare)
        if compare:
            compared = time.monotonic()
        if done.read or compare:
            click.echo(summary(done))
        if every is None:
            return
        time.sleep(every)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What stops a round, as the line that a program reads."""
    try:
        yield
    except (Untrue, Garbled) as error:
        raise Failed("untrue", what=str(error), message="所读内容与存证不符，未采用") from error
    except Refused as error:
        raise Failed("refused", status=error.status, rule=error.rule) from error
    except Unreachable as error:
        raise Failed("unreachable", what=str(error)) from error
    except Moved as error:
        raise Failed("moved", message="另一进程正在使用这份副本") from error

"""`legalcredit archive`: check an exported archive offline."""

from pathlib import Path

import click

from publicity.archive.verify import Unreadable, judged
from registry.kernel import shell
from registry.ledger.note import NoteError, parse_vkey

_file = click.Path(exists=True, path_type=Path)


@click.group()
def archive() -> None:
    """档案：核对导出的文件。"""


@archive.command()
@click.argument("file", type=_file)
@click.option(
    "--vkey",
    "keys",
    multiple=True,
    required=True,
    help="信任的公钥，或存有它们（每行一个）的文件；档案和存证日志各一个，在“档案”页上。",
)
def verify(file: Path, keys: tuple[str, ...]) -> None:
    """核对导出的档案（ZIP 或解压后的文件夹）：每个文件、每个证明、每个签名，不连接网络和数据库。"""
    try:
        given = [
            line for key in keys for line in (key if "+" in key else Path(key).read_text("utf-8")).split()
        ]
        verifiers = [parse_vkey(line) for line in given]
    except (OSError, NoteError) as unread:
        raise shell.Failed("vkey", message=f"公钥读不出：{unread}") from unread
    wrong = 0
    try:
        for name, verdict in judged(file, verifiers):
            click.echo(f"{verdict}\t{name}")
            wrong += verdict != "OK"
    except Unreadable as unreadable:
        raise shell.Failed("unreadable", message="不是导出的档案") from unreadable
    if wrong:
        raise shell.Failed("altered", wrong=wrong, message=f"{wrong} 个文件不符")
    click.echo("verified")

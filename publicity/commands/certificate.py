"""`legalcredit certificate`: check a certificate offline."""

import json
from pathlib import Path
from typing import Any

import click

from publicity.proving.statement import Unproven, check
from registry.kernel import shell
from registry.ledger.note import NoteError, parse_vkey

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def certificate() -> None:
    """无公开行政处罚证明：离线核验。"""


@certificate.command()
@click.argument("file", type=_file)
@click.option("--vkey", required=True, help="日志公钥（/log/vkey 的那一行），或存有它的文件。")
@click.option("--authority", type=_file, help="印章证书的上级证书（PEM 或 DER），用来核对是谁盖的章。")
def verify(file: Path, vkey: str, authority: Path | None) -> None:
    """核验证明文件（PDF，或其中的 JSON）：重算全部哈希与签名，不连接网络和数据库。"""
    content = file.read_bytes()
    document = _sealed(content, authority) if content.startswith(b"%PDF") else _json(content)
    try:
        key = Path(vkey).read_text("utf-8") if "+" not in vkey else vkey
        proven = check(document, parse_vkey(key.strip()))
    except (OSError, NoteError) as unread:
        raise shell.Failed("vkey", message=f"日志公钥读不出：{unread}") from unread
    except Unproven as unproven:
        raise shell.Failed("unproven", rule=unproven.rule, message=str(unproven)) from unproven
    told = f"有 {proven.penalties} 件行政处罚正在公示" if proven.penalties else "没有公示中的行政处罚"
    click.echo(f"{proven.name}（{proven.subject}）：{proven.day} {told}；依据日志第 {proven.index} 条")
    click.echo("verified")


def _sealed(content: bytes, authority: Path | None) -> Any:
    # Takes most of a second to import; every other command can do without.
    from registry.kernel.sealing import Unsealed, opened  # noqa: PLC0415

    try:
        paper = opened(content, authorities=authority.read_bytes() if authority else b"")
    except Unsealed as unsealed:
        raise shell.Failed("unsealed", message="文件没有电子印章，或不是完整的 PDF") from unsealed
    if not paper.intact:
        raise shell.Failed("altered", message="盖章之后文件被改动过")
    if authority and not paper.trusted:
        raise shell.Failed("untrusted", message=f"印章（{paper.signer}）不是所给上级证书签发的")
    click.echo(
        f"印章：{paper.signer}，盖章后未改动"
        + ("，证书可信" if paper.trusted else "；未给上级证书，不判断是谁的章")
    )
    if len(paper.attached) != 1:
        raise shell.Failed("no_proof", message="文件里没有证明材料")
    return _json(next(iter(paper.attached.values())))


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError as malformed:
        raise shell.Failed("unproven", rule="format", message="不是证明文件") from malformed

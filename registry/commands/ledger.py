"""`legalcredit ledger`: verify the books, mirror the public one as files."""

from collections.abc import Iterable
from itertools import chain, islice
from pathlib import Path

import click

from registry.kernel.host import Host
from registry.kernel.shell import Failed
from registry.ledger.book import BOOKS, Book, head
from registry.ledger.export import export as export_book
from registry.ledger.verify import Discrepancy, examine

# A book rewritten from end to end would otherwise scroll for hours; the count at the end is complete.
_SHOWN = 100


@click.group()
def ledger() -> None:
    """存证日志：核验、导出。"""


@ledger.command()
@click.option("--book", type=click.Choice(BOOKS), help="只核验一簿；缺省两簿都核验。")
@click.option(
    "--against",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="另行保存的检查点文件：现存日志必须是它的延续（须同时给出 --book）。",
)
@click.pass_obj
def verify(host: Host, book: Book | None, against: Path | None) -> None:
    """重算所存字节的哈希，核对树、瓦片、检查点与各列，以及页面所读的公示表；任何改动都指出簿名与位置。"""
    if against and book is None:
        raise click.UsageError("--against 须与 --book 同用")
    kept = against.read_text(encoding="utf-8") if against else None
    found = 0
    first: Discrepancy | None = None
    for name in [book] if book else BOOKS:
        with host.work.read() as session:
            examinations = [step for part in host.parts for step in part.examinations if name == "public"]
            count, earliest = _tell(
                chain(
                    examine(session, name, kept=kept), *(examination(session) for examination in examinations)
                )
            )
            if count == 0:
                click.echo(f"{name}：{head(session, name).size} 叶，逐叶核验一致")
        found += count
        first = first or earliest
    if first is not None:
        raise Failed("altered", discrepancies=found, book=first.book, place=first.place, rule=first.rule)


@ledger.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--book", type=click.Choice(BOOKS), default="public", show_default=True)
@click.pass_obj
def export(host: Host, folder: Path, book: Book) -> None:
    """把一簿写成静态文件（tlog-tiles 布局），可由任何网站或磁盘保存；再次导出只补新增部分。"""
    with host.work.read() as session:
        newest = export_book(session, book, folder)
    click.echo(f"{book}：{newest.size} 叶，已写入 {folder}")


def _tell(discrepancies: Iterable[Discrepancy]) -> tuple[int, Discrepancy | None]:
    rest = iter(discrepancies)
    shown = list(islice(rest, _SHOWN))
    for item in shown:
        click.echo(f"{item.book}  {item.place}  {item.message}（{item.rule}）")
    more = sum(1 for _ in rest)
    if more:
        click.echo(f"……另有 {more} 处")
    return len(shown) + more, shown[0] if shown else None

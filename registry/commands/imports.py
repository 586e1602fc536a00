"""`legalcredit import`: files into the register, with every bad row named."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import cast

import click
from rich.cells import set_cell_size
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from registry.kernel.access import Actor
from registry.kernel.host import Host
from registry.kernel.shell import Failed
from registry.roster import intake
from registry.roster.intake import Importer, Outcome, Rejected, RowFault

_WIDTHS = (10, 26, 26, 22)
_HEADINGS = ("行", "列", "值", "规则", "说明")
_STEPS = {"check": "核对", "store": "入库"}

Report = Callable[[RowFault], None]
Advance = Callable[[str, int, int | None], None]


@click.command("import")
@click.argument("kind")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--accept-good", is_flag=True, help="有错误的行不导入，其余照常入库。缺省有一行错误就全部不入库。"
)
@click.option(
    "--map", "mappings", multiple=True, metavar="COLUMN=FIELD", help="指定表头对应的字段，可多次使用。"
)
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="把全部错误另存为 CSV 文件。")
@click.pass_obj
def import_file(
    host: Host, *, kind: str, file: Path, accept_good: bool, mappings: Sequence[str], report: Path | None
) -> None:
    """导入 xlsx、xls 或 csv 文件。

    KIND 为 organisations、practitioners、permits、penalties、events、inspectors 之一。先逐行核对，再在一个事务里入库；
    重复导入同一文件不产生变化，与已有记录不同的行按错误列出，不覆盖。
    """
    offered = {entry.kind: entry for part in host.parts for entry in part.imports}
    if kind not in offered:
        raise click.BadParameter(f"应为：{'、'.join(offered)}", param_hint="KIND")
    importer = cast(Importer[object], offered[kind].importer)
    with ExitStack() as stack:
        advance = stack.enter_context(_progress())
        tell = stack.enter_context(_reports(report))
        try:
            outcome = intake.run(
                host.work,
                Actor.command("import"),
                importer,
                file,
                kind=kind,
                mapping=_mapping(mappings),
                accept_good=accept_good,
                report=tell,
                progress=advance,
            )
        except Rejected as rejected:
            outcome = rejected.outcome
            stored = False
        else:
            stored = True
    _summarise(offered[kind].title, outcome, stored=stored)
    if not stored:
        raise Failed("rejected", rows=outcome.rejected, faults=outcome.faults, of=outcome.rows)


def _mapping(written: Sequence[str]) -> dict[str, str]:
    pairs = [text.rpartition("=") for text in written]
    if bad := [
        text for text, (column, _, field) in zip(written, pairs, strict=True) if not column or not field
    ]:
        raise click.BadParameter(f"应写作 COLUMN=FIELD：{bad[0]}", param_hint="--map")
    return {column: field for column, _, field in pairs}


@contextmanager
def _progress() -> Iterator[Advance]:
    """A bar on stderr while somebody watches; nothing in a pipe or a log."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _step, _done, _total: None
        return
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("行"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    with bar:
        tasks = {step: bar.add_task(title, total=None, start=False) for step, title in _STEPS.items()}

        def advance(step: str, done: int, total: int | None) -> None:
            bar.start_task(tasks[step])
            bar.update(tasks[step], completed=done, total=total)

        yield advance


@contextmanager
def _reports(path: Path | None) -> Iterator[Report]:
    """Prints faults as they are found, as a table, so that a file of any length needs no memory; and to `path` too."""
    with ExitStack() as stack:
        writer = None
        if path:
            file = stack.enter_context(path.open("w", encoding="utf-8-sig", newline=""))
            writer = csv.writer(file)
            writer.writerow(("工作表", *_HEADINGS))
        headed = False

        def tell(fault: RowFault) -> None:
            nonlocal headed
            if not headed:
                headed = True
                click.echo(_line(_HEADINGS))
            where = f"{fault.sheet}!{fault.row}" if fault.sheet else str(fault.row)
            click.echo(_line((where, fault.column, fault.value, fault.rule, fault.message)))
            if writer:
                cells = (fault.sheet, fault.row, fault.column, fault.value, fault.rule, fault.message)
                writer.writerow(map(_inert, cells))

        yield tell


def _line(cells: Sequence[str]) -> str:
    flat = [" ".join(cell.split()) for cell in cells]
    return " ".join([*map(set_cell_size, flat, _WIDTHS), flat[-1]])


def _inert(cell: object) -> object:
    """A value that a spreadsheet would run as a formula is written as text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _summarise(title: str, outcome: Outcome, *, stored: bool) -> None:
    for note in outcome.notes:
        click.echo(f"提示：{note}")
    if not stored:
        click.echo(f"{title}：共 {outcome.rows} 行，{outcome.rejected} 行有错误，全部未入库。")
        return
    changed = f"，变更 {outcome.changed}" if outcome.changed else ""
    refused = f"，拒绝 {outcome.rejected}" if outcome.rejected else ""
    click.echo(
        f"{title}：共 {outcome.rows} 行，新增 {outcome.new}{changed}，未变 {outcome.unchanged}{refused}。"
    )

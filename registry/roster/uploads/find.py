"""Reads uploads: the list of one's own, one with its preview, and its rejected rows as a sheet to correct."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter
from sqlalchemy import select

from registry.kernel.access import Actor
from registry.kernel.faults import Gone, NotFound
from registry.kernel.work import WorkSession
from registry.roster.intake import Importer, RowFault
from registry.roster.sheet import Sheet, read_sheets
from registry.roster.table import find_tables
from registry.roster.uploads.conduct import NAME, WAITING
from registry.roster.uploads.examine import STATUSES, Line, Status
from registry.roster.uploads.headers import REASON, ROW, Headers, survey
from registry.roster.uploads.staging import Progress, Staging
from registry.roster.uploads.tables import UploadRow

STATES: Mapping[str, str] = {
    "uploaded": "待核对",
    "queued": "正在核对",
    "previewed": "待确认",
    "approved": "正在入库",
    "stored": "已入库",
    "refused": "不能导入",
    "discarded": "已放弃",
}
WORKING = frozenset({"queued", "approved"})


@dataclass(frozen=True)
class Upload:
    """One file. `counts` by status of row, empty before a preview; `signature` names the preview."""

    public_id: str
    kind: str
    name: str
    size: int
    state: str
    note: str
    counts: Mapping[Status, int]
    signature: str | None
    mapping: Mapping[str, str]
    uploaded_at: datetime

    @property
    def state_title(self) -> str:
        return STATES[self.state]

    @property
    def working(self) -> bool:
        """Whether a job is at it, or will be."""
        return self.state in WORKING

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    @property
    def storable(self) -> int:
        return self.counts.get("new", 0) + self.counts.get("changed", 0)


@dataclass(frozen=True)
class Preview:
    """What a check found: rows as they will be stored, by status; the faults, `all_faults` in number; notes on sheets."""

    samples: Mapping[Status, Sequence[Line]]
    faults: Sequence[RowFault]
    all_faults: int
    notes: Sequence[str]


def own(
    session: WorkSession, actor: Actor, *, before: int | None = None, limit: int
) -> list[tuple[int, Upload]]:
    """What the actor handed in, the newest first, with row ids for paging."""
    found = select(UploadRow).where(UploadRow.owner == actor.id).order_by(UploadRow.id.desc()).limit(limit)
    if before is not None:
        found = found.where(UploadRow.id < before)
    return [(row.id, _upload(session, row)) for row in session.scalars(found)]


def upload(session: WorkSession, actor: Actor, public_id: str) -> Upload:
    """One of the actor's own. Raises NotFound, for somebody else's too."""
    row = session.scalar(select(UploadRow).where(UploadRow.public_id == public_id))
    if row is None or row.owner != actor.id:
        raise NotFound("没有这个文件")
    return _upload(session, row)


def headers(staging: Staging, found: Upload, importer: Importer[object]) -> list[Headers]:
    """The header rows of the file, under the mapping that it has. Raises Gone when the file was removed."""
    return survey(_sheets(staging, found), importer.layouts, found.mapping)


def preview(staging: Staging, found: Upload) -> Preview | None:
    """None where there is none any more."""
    if found.state not in WAITING or found.signature is None:
        return None
    try:
        kept = json.loads(staging.get(found.public_id, part="preview"))
    except Gone:
        return None
    return Preview(
        {status: [Line(**line) for line in lines] for status, lines in kept["samples"].items()},
        [RowFault(**fault) for fault in kept["faults"]],
        kept["all_faults"],
        kept["notes"],
    )


def progress(staging: Staging, found: Upload) -> Progress | None:
    return staging.progress(found.public_id) if found.working else None


def rejects(staging: Staging, found: Upload, importer: Importer[object]) -> bytes:
    """The rejected rows as handed in, with their row number and what is wrong in two more columns, to correct and hand in."""
    shown = preview(staging, found)
    reasons: dict[tuple[str, int], list[str]] = {}
    for fault in shown.faults if shown else ():
        text = f"{fault.column}：{fault.message}" if fault.column else fault.message
        reasons.setdefault((fault.sheet, fault.row), []).append(text)
    written = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(written, options) as book:
        bold, marked = (
            book.add_format({"bold": True}),
            book.add_format({"bold": True, "font_color": "#8a1c14"}),
        )
        for table in find_tables(_sheets(staging, found), importer.layouts, found.mapping, []):
            page = book.add_worksheet(table.sheet.name[:31] or None)
            page.freeze_panes(1, 0)
            line = width = 0
            for number, cells in table.sheet.rows():
                if number == table.header_row:
                    # What stood there before from an earlier download is replaced.
                    kept = [at for at, text in enumerate(cells) if text.strip() not in (REASON, ROW)]
                    width = len(kept)
                    page.write_row(0, 0, [cells[at] for at in kept], bold)
                    page.write_row(0, width, (ROW, REASON), marked)
                    page.set_column(0, width, 18)
                    page.set_column(width + 1, width + 1, 60)
                elif number > table.header_row and (why := reasons.get((table.sheet.name, number))):
                    line += 1
                    page.write_row(line, 0, [cells[at] if at < len(cells) else "" for at in kept])
                    page.write(line, width, number)
                    page.write(line, width + 1, "；".join(why))
    return written.getvalue()


def template(importer: Importer[object]) -> bytes:
    """An empty sheet for each layout of the importer, with the usual headers; required ones stand out."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        must, may = book.add_format({"bold": True, "font_color": "#8a1c14"}), book.add_format({"bold": True})
        for layout in importer.layouts:
            page = book.add_worksheet(layout.title[:31])
            page.freeze_panes(1, 0)
            page.set_column(0, len(layout.columns) - 1, 20)
            for place, column in enumerate(layout.columns):
                page.write(
                    0,
                    place,
                    column.titles[0] if column.titles else column.field,
                    must if column.required else may,
                )
    return written.getvalue()


def _sheets(staging: Staging, found: Upload) -> list[Sheet]:
    return read_sheets(io.BytesIO(staging.get(found.public_id)), found.name)


def _upload(session: WorkSession, row: UploadRow) -> Upload:
    return Upload(
        public_id=row.public_id,
        kind=row.kind,
        name=session.keys.decrypt(row.name, NAME),
        size=row.size,
        state=row.state,
        note=row.note,
        counts={status: row.counts[status] for status in STATUSES if status in row.counts},
        signature=row.signature,
        mapping=row.mapping,
        uploaded_at=row.uploaded_at,
    )

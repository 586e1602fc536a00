"""The use cases of an upload: hand in, name columns, preview, approve, store, give up; at once, or by the job."""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from hashlib import sha256
from typing import Any, NamedTuple, NoReturn, cast

from sqlalchemy import select

from registry.kernel import logs
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Fault, Gone, Invalid, NotFound
from registry.kernel.part import Import, Job
from registry.kernel.work import Work, WorkSession
from registry.roster.intake import Importer
from registry.roster.sheet import read_sheets
from registry.roster.table import Table, find_tables
from registry.roster.uploads.examine import Examination, Status, examine
from registry.roster.uploads.staging import Progress, Staging
from registry.roster.uploads.tables import UploadRow

RUN = "import.run"
NAME = "reg_uploads.name"
AT_ONCE = 100_000
"""Bytes up to which a file is checked and stored while its owner waits; a larger one is left to the job."""
KEPT = timedelta(days=7)
"""How long a file waits for its owner before it is removed."""
WAITING = ("uploaded", "queued", "previewed", "approved")
_NAMEABLE = frozenset({"header-not-found", "missing-column", "repeated-column"})

Imports = Mapping[str, Import]


class Handed(NamedTuple):
    """A file as its owner handed it in."""

    row: UploadRow
    name: str
    content: bytes


class _Undone(Exception):
    """Ends a unit of work that only asked what would happen."""

    def __init__(self, found: Examination) -> None:
        super().__init__()
        self.found = found


class _Changed(Exception):
    """What would be stored is no longer what the preview said."""


def hand_in(
    session: WorkSession,
    actor: Actor,
    *,
    staging: Staging,
    imports: Imports,
    kind: str,
    name: str,
    content: bytes,
) -> str:
    """Stages a file and returns the upload's id. Raises Invalid for an unknown kind, no file, or one nobody can read."""
    actor.require(RUN)
    if kind not in imports:
        raise Invalid.field("kind", "required", "请选择要导入的内容")
    if not content:
        raise Invalid.field("file", "required", "请选择文件；空文件不能导入")
    try:
        read_sheets(io.BytesIO(content), name)
    except Invalid as unreadable:
        raise Invalid.field("file", unreadable.rule, unreadable.title) from unreadable
    row = UploadRow(
        public_id=session.new_id(),
        kind=kind,
        name=session.keys.encrypt(name[-200:], NAME),
        digest=sha256(content).hexdigest(),
        size=len(content),
        owner=actor.id,
        owner_name=actor.name,
        permissions=[],
        mapping={},
        state="uploaded",
        note="",
        counts={},
        signature=None,
        uploaded_at=session.now,
        changed_at=session.now,
    )
    session.add(row)
    session.flush()
    staging.put(row.public_id, content)
    session.act("import.upload", row.public_id, kind=kind)
    return row.public_id


def ask_for_check(
    session: WorkSession,
    actor: Actor,
    *,
    upload: str,
    mapping: Mapping[str, str],
    permissions: frozenset[str],
) -> bool:
    """Has the file checked under this mapping of headers to fields. True if the caller is to do it now (`preview`).

    Raises Conflict once it is being stored, NotFound for somebody else's.
    """
    row = _own(session, actor, upload)
    if row.state not in ("uploaded", "previewed", "queued"):
        raise Conflict("这个文件已经不能再核对", rule="out_of_turn")
    row.mapping, row.permissions, row.note = dict(mapping), sorted(permissions), ""
    row.state = "uploaded" if row.size <= AT_ONCE else "queued"
    row.changed_at = session.now
    session.act("import.check", row.public_id, kind=row.kind)
    return row.state == "uploaded"


def approve(
    session: WorkSession, actor: Actor, *, upload: str, signature: str, permissions: frozenset[str]
) -> bool:
    """The owner has seen the preview with this signature and wants it stored. True if the caller is to do it now (`store`).

    A second click on the same preview changes nothing. Raises Conflict for another preview than the last.
    """
    row = _own(session, actor, upload)
    if row.state in ("approved", "stored") and row.signature == signature:
        return row.state == "approved" and row.size <= AT_ONCE
    if row.state != "previewed" or row.signature != signature:
        raise Conflict("预览已经更新，请核对新的预览后再导入", rule="preview-changed")
    if not row.counts.get("new") and not row.counts.get("changed"):
        raise Conflict("没有可以导入的行", rule="nothing-to-store")
    row.state, row.permissions, row.changed_at = "approved", sorted(permissions), session.now
    session.act("import.approve", row.public_id, kind=row.kind)
    return row.size <= AT_ONCE


def discard(session: WorkSession, actor: Actor, *, staging: Staging, upload: str) -> None:
    """Gives the file up. Raises Conflict once it is being stored."""
    row = _own(session, actor, upload)
    if row.state in ("approved", "stored"):
        raise Conflict("文件正在入库或已经入库，不能放弃", rule="out_of_turn")
    if row.state != "discarded":
        row.state, row.changed_at = "discarded", session.now
        session.act("import.discard", row.public_id, kind=row.kind)
    staging.remove(upload)


def preview(work: Work, imports: Imports, *, upload: str) -> None:
    """Runs the import, undoes it, and keeps what became of every row. A file that cannot be read is refused in words."""
    staging = Staging(work)
    handed = _handed(work, staging, upload)
    actor, notes = _owner(handed.row), list[str]()
    try:
        tables = _tables(handed, imports, notes)
        found = _tried(work, actor, imports, handed, tables, staging)
    except Fault as refusal:
        state = "uploaded" if refusal.rule in _NAMEABLE else "refused"
        _settle(work, actor, upload, state=state, note=refusal.title, act="import.refuse")
        return
    staging.put(upload, json.dumps(_kept(found, notes), ensure_ascii=False).encode(), part="preview")
    _settle(
        work,
        actor,
        upload,
        state="previewed",
        note=handed.row.note,
        act="import.preview",
        counts=found.counts,
        signature=found.signature,
    )


def store(work: Work, imports: Imports, *, upload: str) -> bool:
    """Stores the file exactly as previewed, in one transaction with the upload's own state; False if that cannot be.

    Then the register has changed since the preview: nothing is stored, and the file is previewed anew.
    """
    staging = Staging(work)
    try:
        handed = _handed(work, staging, upload)
    except Gone:
        # Its file goes with it: the second of two clicks finds it done.
        with work.read() as session:
            if session.scalar(select(UploadRow.state).where(UploadRow.public_id == upload)) == "stored":
                return True
        raise
    actor = _owner(handed.row)
    try:
        with work.write(actor) as session:
            row = _locked(session, upload)
            if row.state != "approved":
                return row.state == "stored"
            _store(session, actor, row, handed, imports, staging)
    except _Changed:
        note = "预览之后，系统中的数据有了变化，没有存入任何一行。已重新核对，请看新的预览。"
        _settle(work, actor, upload, state="queued", note=note, act="import.check")
        preview(work, imports, upload=upload)
        return False
    staging.remove(upload)
    return True


def _store(
    session: WorkSession, actor: Actor, row: UploadRow, handed: Handed, imports: Imports, staging: Staging
) -> None:
    """Raises _Changed, and the unit of work is undone, if the file or what it comes to is not what was approved."""
    if sha256(handed.content).hexdigest() != row.digest:
        raise _Changed
    found = _examined(session, actor, handed, imports, _tables(handed, imports, []), staging)
    if found.signature != row.signature:
        raise _Changed
    row.state, row.changed_at = "stored", session.now
    new, changed = found.counts["new"], found.counts["changed"]
    session.act("import", row.public_id, kind=row.kind, new=new, changed=changed)


def perform(work: Work, imports: Imports) -> Mapping[str, int]:
    """The job: checks and stores what waits, and removes what nobody came back for."""
    staging = Staging(work)
    with work.read() as session:
        due = session.execute(
            select(UploadRow.public_id, UploadRow.state)
            .where(UploadRow.state.in_(("queued", "approved")))
            .order_by(UploadRow.id)
        ).all()
    done = {"checked": 0, "stored": 0, "failed": 0, "removed": 0}
    for upload, state in due:
        try:
            if state == "queued":
                preview(work, imports, upload=upload)
                done["checked"] += 1
            else:
                done["stored"] += store(work, imports, upload=upload)
        except Exception as error:  # noqa: BLE001 — one bad file must not keep the others waiting for ever
            logs.crash("import", error, upload=upload)
            done["failed"] += 1
            note = (
                error.title
                if isinstance(error, Fault)
                else "处理时出现故障，没有存入任何一行。请联系管理员。"
            )
            with work.write(Actor.job("imports")) as session:
                row = _locked(session, upload)
                row.state, row.note, row.changed_at = "refused", note, session.now
                session.act("import.refuse", upload, kind=row.kind)
            staging.remove(upload)
    done["removed"] = _tidy(work, staging)
    return done


def job(imports: Imports) -> Job:
    return Job("imports", "核对、存入上传的大文件", lambda work: perform(work, imports), "* * * * *")


def _tidy(work: Work, staging: Staging) -> int:
    with work.read() as session:
        rows = session.execute(
            select(UploadRow.public_id, UploadRow.changed_at).where(UploadRow.state.in_(WAITING))
        ).all()
        before = session.now - KEPT
    old = [upload for upload, changed_at in rows if changed_at < before]
    for upload in old:
        with work.write(Actor.job("imports")) as session:
            row = _locked(session, upload)
            row.state, row.note, row.changed_at = "discarded", "超过保存期限，文件已清除", session.now
            session.act("import.discard", upload, kind=row.kind)
    live = {upload for upload, _ in rows if upload not in old}
    staging.sweep(live, before=before + KEPT - timedelta(days=1))
    for upload in old:
        staging.remove(upload)
    return len(old)


def _tried(
    work: Work, actor: Actor, imports: Imports, handed: Handed, tables: list[Table], staging: Staging
) -> Examination:
    try:
        with work.write(actor) as session:
            _undo(_examined(session, actor, handed, imports, tables, staging))
    except _Undone as undone:
        return undone.found


def _undo(found: Examination) -> NoReturn:
    raise _Undone(found)


def _examined(
    session: WorkSession,
    actor: Actor,
    handed: Handed,
    imports: Imports,
    tables: list[Table],
    staging: Staging,
) -> Examination:
    def tell(step: str, done: int, total: int | None) -> None:
        staging.tell(handed.row.public_id, Progress(step, done, total))

    return examine(session, actor, _importer(imports, handed.row.kind), tables, progress=tell)


def _kept(found: Examination, notes: list[str]) -> dict[str, Any]:
    """The preview as it is kept, and read by registry.roster.uploads.find."""
    return {
        "samples": {status: [asdict(line) for line in lines] for status, lines in found.samples.items()},
        "faults": [asdict(fault) for fault in found.faults],
        "all_faults": found.all_faults,
        "notes": [*notes, *found.doubts],
    }


def _tables(handed: Handed, imports: Imports, notes: list[str]) -> list[Table]:
    sheets = read_sheets(io.BytesIO(handed.content), handed.name)
    importer = _importer(imports, handed.row.kind)
    return find_tables(sheets, importer.layouts, handed.row.mapping, notes)


def _importer(imports: Imports, kind: str) -> Importer[Any]:
    return cast(Importer[Any], imports[kind].importer)


def _owner(row: UploadRow) -> Actor:
    """Whoever handed the file in, with what they were allowed when they last asked."""
    return Actor("staff", row.owner, row.owner_name, frozenset(row.permissions))


def _handed(work: Work, staging: Staging, upload: str) -> Handed:
    with work.read() as session:
        row = session.scalar(select(UploadRow).where(UploadRow.public_id == upload))
        if row is None:
            raise NotFound("没有这个文件")
        return Handed(row, session.keys.decrypt(row.name, NAME), staging.get(upload))


def _settle(
    work: Work,
    actor: Actor,
    upload: str,
    *,
    state: str,
    note: str,
    act: str,
    counts: Mapping[Status, int] | None = None,
    signature: str | None = None,
) -> None:
    """Says what a check came to, unless its owner gave the file up meanwhile."""
    with work.write(actor) as session:
        row = _locked(session, upload)
        if row.state not in ("discarded", "stored"):
            row.state, row.note, row.changed_at = state, note[:300], session.now
            row.counts, row.signature = (
                {str(status): number for status, number in (counts or {}).items()},
                signature,
            )
            session.act(act, upload, kind=row.kind)


def _own(session: WorkSession, actor: Actor, upload: str) -> UploadRow:
    actor.require(RUN)
    row = _locked(session, upload)
    if row.owner != actor.id:
        raise NotFound("没有这个文件")
    return row


def _locked(session: WorkSession, upload: str) -> UploadRow:
    row = session.scalar(select(UploadRow).where(UploadRow.public_id == upload).with_for_update())
    if row is None:
        raise NotFound("没有这个文件")
    return row

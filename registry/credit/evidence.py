"""Evidence: files that stand behind a record of any kind, whoever keeps it. Rows are added and never changed but by the check."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, NamedTuple

from sqlalchemy import literal, select, union_all

from registry.accounts import staff
from registry.credit.evidence_store import FAULTS, Store
from registry.credit.evidence_types import LIMIT, ORPHAN_HOURS, TYPES, recognised, safe_name
from registry.credit.tables import EvidenceRow
from registry.kernel.access import ANONYMOUS, Actor
from registry.kernel.clock import local_day
from registry.kernel.faults import NotFound, Refused
from registry.kernel.part import Duty, Worklist
from registry.kernel.store import Base
from registry.kernel.work import Work, WorkSession

READ = "evidence.read"
ATTACH = "evidence.attach"

_NAME_CONTEXT = "reg_evidence.name"


@dataclass(frozen=True)
class Evidence:
    """One file behind a record. `size` in bytes; `fault` in words, None while the file is well."""

    public_id: str
    owner: str
    name: str
    type_title: str
    media: str
    size: int
    digest: str
    attached_by: str
    attached_at: datetime
    fault: str | None


def attach(
    session: WorkSession, actor: Actor, *, store: Store, owner: str, name: str, stream: BinaryIO
) -> Evidence:
    """Puts a file behind the record with the public id `owner`; the same content twice is one file and one row.

    Raises Invalid (`file`) for a type, size or macro that evidence.toml does not allow, NotFound for an unknown owner. The
    act is `evidence.attach` on the owner.
    """
    actor.require(ATTACH)
    content = stream.read(LIMIT + 1)
    type_ = recognised(content)
    if not _exists(session, owner):
        raise NotFound("没有这条记录，不能上传材料")
    digest = store.put(content)
    known = select(EvidenceRow).where(EvidenceRow.owner == owner, EvidenceRow.digest == digest)
    row = session.scalar(known)
    if row is None:
        row = EvidenceRow(
            public_id=session.new_id(),
            owner=owner,
            digest=digest,
            type=type_.code,
            size=len(content),
            name=session.keys.encrypt(safe_name(name, type_), _NAME_CONTEXT),
            attached_by=actor.id,
            attached_at=session.now,
            fault=None,
        )
        session.add(row)
        session.flush()
        session.act("evidence.attach", owner, evidence=row.public_id, type=type_.code, digest=digest)
    return _evidence(session, row, {})


def of(session: WorkSession, owner: str) -> list[Evidence]:
    """The evidence behind a record, in the order in which it came."""
    rows = session.scalars(
        select(EvidenceRow).where(EvidenceRow.owner == owner).order_by(EvidenceRow.id)
    ).all()
    names = staff.names(session, {row.attached_by for row in rows})
    return [_evidence(session, row, names) for row in rows]


def open_one(session: WorkSession, actor: Actor, *, evidence: str, of: str | None = None) -> Evidence:
    """A file for somebody who opens it; the content is the store's to give. The act is `evidence.open` on the owner.

    What the public sent may tell who sent it: it opens at its own case alone, which says who may see it and names
    itself as `of`. Raises NotFound, Refused (`from_the_public`).
    """
    actor.require(READ)
    row = session.scalar(select(EvidenceRow).where(EvidenceRow.public_id == evidence))
    if row is None or (of is not None and row.owner != of):
        raise NotFound("没有这份材料")
    if row.attached_by == ANONYMOUS.id and of is None:
        raise Refused("公众送来的材料只能在该件的办理页面打开", rule="from_the_public")
    session.act("evidence.open", row.owner, evidence=row.public_id)
    return _evidence(session, row, {})


def forget(session: WorkSession, owner: str) -> int:
    """Removes the evidence of a record whose term is over; the files go with the next check. Returns how many there were.

    The act is the caller's.
    """
    rows = session.scalars(select(EvidenceRow).where(EvidenceRow.owner == owner)).all()
    for row in rows:
        session.delete(row)
    return len(rows)


class Faulty(NamedTuple):
    """A file that is not what was stored; `digest` is its name in the folder of evidence."""

    owner: str
    digest: str
    fault: str
    attached_at: datetime


def faulty(session: WorkSession, *, limit: int) -> list[Faulty]:
    """Evidence whose file the last check found missing or altered, the oldest first."""
    rows = session.scalars(
        select(EvidenceRow).where(EvidenceRow.fault.is_not(None)).order_by(EvidenceRow.id).limit(limit)
    )
    return [
        Faulty(row.owner, row.digest, FAULTS[row.fault], row.attached_at)  # type: ignore[index]
        for row in rows
    ]


def duties(session: WorkSession, limit: int) -> list[Duty]:
    return [
        Duty(
            title=f"证据{one.fault}：{one.digest[:12]}…",
            endpoint="evidence.faults",
            values={},
            since=local_day(one.attached_at),
        )
        for one in faulty(session, limit=limit)
    ]


WORKLIST = Worklist("证据文件恢复", staff.ADMINISTER, duties)


def check(work: Work) -> Mapping[str, int]:
    """The nightly job: removes files without a row, and says of each row whether its file is what was stored.

    A row whose answer changed is one act, `evidence.fault` or `evidence.recovered`, on its owner.
    """
    store = Store.of(work)
    before = work.clock.now() - timedelta(hours=ORPHAN_HOURS)
    with work.read() as session:
        digests = session.scalars(select(EvidenceRow.digest).distinct().order_by(EvidenceRow.digest)).all()
    removed = store.forget(frozenset(digests), before=before)
    counts = {"checked": len(digests), "removed": removed, "missing": 0, "altered": 0}
    for digest in digests:
        state = store.state(digest)
        if state is not None:
            counts[state] += 1
        _note(work, digest, state)
    return counts


def _note(work: Work, digest: str, state: str | None) -> None:
    changed = EvidenceRow.fault.is_distinct_from(state)
    of_file = select(EvidenceRow).where(EvidenceRow.digest == digest, changed)
    with work.read() as session:
        if session.scalar(of_file.limit(1)) is None:
            return
    with work.write(Actor.job("evidence")) as session:
        for row in session.scalars(of_file.with_for_update()):
            row.fault = state
            verb = "evidence.fault" if state else "evidence.recovered"
            session.act(verb, row.owner, evidence=row.public_id, state=state or "well")


def _exists(session: WorkSession, owner: str) -> bool:
    """Whether any table has a record of this public id."""
    found = [
        select(literal(1)).where(table.c.public_id == owner)
        for table in Base.metadata.sorted_tables
        if "public_id" in table.c and table.name != EvidenceRow.__tablename__
    ]
    return session.execute(union_all(*found).limit(1)).first() is not None


def _evidence(session: WorkSession, row: EvidenceRow, names: Mapping[str, str]) -> Evidence:
    type_ = TYPES[row.type]
    return Evidence(
        public_id=row.public_id,
        owner=row.owner,
        name=session.keys.decrypt(row.name, _NAME_CONTEXT),
        type_title=type_.title,
        media=type_.media,
        size=row.size,
        digest=row.digest,
        attached_by=names.get(row.attached_by, row.attached_by),
        attached_at=row.attached_at,
        fault=FAULTS[row.fault] if row.fault else None,  # type: ignore[index]
    )

"""What of a sealed draw is closed, and to whom: the one place that decides (specification section 9).

A sealed draw keeps its record here, encrypted, and its row has none until it is opened; so whatever reads published
records finds nothing. What exists besides the record is gated by `is_closed` and `in_sight`: the frame, the rows of the
selected units, and their visits.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    cast,
    event,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption

from inspection.ceremony.rows import locked
from inspection.ceremony.sealed_tables import RootRow, SealRow
from inspection.ceremony.tables import DrawRow, OpeningRow, SelectionRow, SubstitutionRow
from inspection.draw import door, sealed
from inspection.plan.tables import InspectorRow
from registry.accounts.tables import StaffRow
from registry.kernel.access import Actor
from registry.kernel.canon import canonical
from registry.kernel.faults import Conflict, NotFound
from registry.kernel.store import Base
from registry.kernel.work import WorkSession
from registry.ledger import book

KNOW = "draw.sealed"
GROUNDS: Mapping[str, str] = {
    "unannounced": "依法不预先通知的检查",
    "evidence_at_risk": "预先通知可能导致证据灭失或者转移",
    "complaint": "根据举报投诉开展的检查，预先通知可能影响查明情况",
}
TITLE = "已抽取，结果密封"

_SELECTIONS = SelectionRow.__table__
_RECORD, _SECRET = "insp_seals.record", "insp_sealed_roots.secret"


@dataclass(frozen=True)
class Root:
    """One commitment to the results; `index` is its place in the public log."""

    version: int
    root: str
    index: int
    committed_at: datetime


@dataclass(frozen=True)
class Seal:
    """What everybody may know of a sealed draw. `overdue`: it should be open on the day that was asked about."""

    ground: str
    ground_title: str
    depositary: str
    opens_after: date
    closed: bool
    overdue: bool
    opened_at: datetime | None
    roots: Sequence[Root]


@dataclass(frozen=True)
class _Gate:
    """Rows of `entity` are hidden with the selection that `column` names."""

    entity: type[Base]
    column: InstrumentedAttribute[int]


_gates = [_Gate(SelectionRow, SelectionRow.id), _Gate(SubstitutionRow, SubstitutionRow.selection_id)]


def gate(entity: type[Base], column: InstrumentedAttribute[int]) -> None:
    """Hides rows that hang on a selection (its row id in `column`) wherever the selection is hidden."""
    _gates.append(_Gate(entity, column))


@event.listens_for(WorkSession, "do_orm_execute")
def _hide(state: ORMExecuteState) -> None:
    """Every read, whichever query it is, goes without the selections of closed draws that its actor must not know of.

    A write is not a view: use cases look at all rows, and refuse whoever must not know of one (`refuse_blind`).
    """
    session = state.session
    if not state.is_select or not isinstance(session, WorkSession) or not session.reading:
        return
    if not _sees_all(session.actor):
        state.statement = state.statement.options(*_hiding(_staff(session.actor)))


@lru_cache(maxsize=256)
def _hiding(staff: str | None) -> tuple[LoaderCriteriaOption, ...]:
    """What every read of this member of the staff, or of anybody else, goes without. Kept, for building it costs more than
    many a read."""
    hidden = _hidden(staff)
    closed_draws = select(DrawRow.__table__.c.id).where(_is_closed(DrawRow.__table__))
    seen = select(_SELECTIONS.c.draw_id, _SELECTIONS.c.unit).where(_SELECTIONS.c.id.not_in(hidden))
    people = or_(
        OpeningRow.draw_id.not_in(closed_draws), tuple_(OpeningRow.draw_id, OpeningRow.unit).in_(seen)
    )
    return (
        with_loader_criteria(OpeningRow, people, include_aliases=True),
        *(
            with_loader_criteria(one.entity, one.column.not_in(hidden), include_aliases=True)
            for one in _gates
        ),
    )


def is_open() -> ColumnElement[bool]:
    """For a query over DrawRow: what it selected may be told, or counted, to anybody."""
    return DrawRow.public_id.not_in(_closed_ids())


def refuse_blind(session: WorkSession, selection: SelectionRow) -> None:
    """Raises NotFound for a selection of a closed draw that the actor of this unit of work must not know of."""
    hidden = _hidden_from(session.actor)
    if hidden is not None and session.scalar(hidden.where(_SELECTIONS.c.id == selection.id)) is not None:
        raise NotFound("没有这次检查")


def seal_row(session: Session, draw_id: str) -> SealRow | None:
    """The seal of a draw (public id), open or not; None for an ordinary draw."""
    return session.scalar(select(SealRow).where(SealRow.draw == draw_id))


def is_closed(session: Session, draw_id: str) -> bool:
    """Whether frame, record and results of this draw (public id) are closed."""
    return session.scalar(_closed_ids().where(SealRow.draw == draw_id)) is not None


def closed(session: Session, draws: Sequence[str]) -> set[str]:
    """Which of these draws (public ids) are closed."""
    return set(session.scalars(_closed_ids().where(SealRow.draw.in_(draws))))


def refuse_closed(session: Session, draw_id: str) -> None:
    """Raises NotFound for a closed draw: what of it is asked for does not exist for the public yet."""
    if is_closed(session, draw_id):
        raise NotFound("这次抽取是密封的，启封后才公开")


def seals(session: Session, draws: Sequence[str], *, on: date) -> dict[str, Seal]:
    """The seals of those of these draws (public ids) that have one."""
    rows = session.scalars(select(SealRow).where(SealRow.draw.in_(draws))).all()
    still = closed(session, [row.draw for row in rows])
    return {
        row.draw: Seal(
            ground=row.ground,
            ground_title=GROUNDS[row.ground],
            depositary=row.depositary,
            opens_after=row.opens_after,
            closed=row.draw in still,
            overdue=row.draw in still and row.record is not None and on > row.opens_after,
            opened_at=row.opened_at,
            roots=[Root(one.version, one.root, one.index, one.committed_at) for one in _roots(session, row)],
        )
        for row in rows
    }


def record_of(session: WorkSession, row: DrawRow) -> dict[str, Any]:
    """The record of a draw for whoever goes on with it, closed or not. Raises NotFound before the draw has happened."""
    if row.record is not None:
        return json.loads(row.record)  # type: ignore[no-any-return]
    seal = seal_row(session, row.public_id)
    if seal is None or seal.record is None:
        raise NotFound("没有这次抽取，或尚未抽取")
    return json.loads(session.keys.decrypt(seal.record, _RECORD))  # type: ignore[no-any-return]


def next_version(session: Session, row: DrawRow) -> int:
    """The version that the next thing which happens to a draw has in the log: its frame is 1, its record 2, then one for
    each substitution and for the opening; a voiding is the last."""
    seal = seal_row(session, row.public_id)
    if seal is None or (seal.opened_at is None and seal.record is None):
        return 3 + (len(json.loads(row.record)["substitutions"]) if row.record else 0)
    if seal.opened_at is None:
        return sealed.FIRST_VERSION + len(_roots(session, seal))
    return 4 + len(json.loads(row.record or b"{}")["substitutions"])


def commit(session: WorkSession, row: DrawRow, seal: SealRow, record: Mapping[str, Any]) -> RootRow:
    """Keeps the record encrypted and appends the root of its next version to the public log. Call it last."""
    version = sealed.FIRST_VERSION + len(_roots(session, seal))
    secret = session.random(32).hex()
    root = sealed.root(record, version=version, secret=secret)
    seal.record = session.keys.encrypt(canonical(dict(record)).decode(), _RECORD)
    leaves = len(record["frame"]["units"])
    named = {
        "draw": row.public_id,
        "frame_sha256": row.frame_sha256,
        "leaves": leaves,
        "opens_after": seal.opens_after.isoformat(),
    }
    action = "draw" if version == sealed.FIRST_VERSION else "other"
    entry = book.Entry(action, row.public_id, version, sealed.log_body(named, root), sealed=True)
    [index] = book.append(session, "public", [entry])
    committed = RootRow(
        seal_id=seal.id,
        version=version,
        root=root,
        leaves=leaves,
        secret=session.keys.encrypt(secret, _SECRET),
        index=index,
        committed_at=session.now,
    )
    session.add(committed)
    session.flush()
    return committed


def open_now(session: WorkSession, actor: Actor, *, draw_id: str) -> DrawRow:
    """Opens a sealed draw: publishes its record, and its secrets with it. Whoever calls has seen that it is due.

    Raises Conflict for a draw that is not sealed, open already, or not drawn yet.
    """
    row = locked(session, draw_id)
    seal = session.scalar(select(SealRow).where(SealRow.draw == draw_id).with_for_update())
    if seal is None or seal.opened_at is not None or seal.record is None:
        raise Conflict("没有可以启封的结果", rule="nothing_sealed")
    record = record_of(session, row)
    version = next_version(session, row)
    row.record = canonical(record)
    seal.opened_at = session.now
    session.act("draw.open", draw_id, seed=record["seed"])
    book.unseal(session, "public", draw_id)
    body = {
        "draw": draw_id,
        "frame_sha256": row.frame_sha256,
        "record_sha256": hashlib.sha256(row.record).hexdigest(),
        "seed": record["seed"],
        "assurance": record["assurance"],
    }
    [row.record_index] = book.append(session, "public", [book.Entry("open", draw_id, version, body)])
    return row


def document(session: WorkSession, draw_id: str) -> dict[str, Any]:
    """The sealed document (specification section 9.3), closed or open. Raises NotFound before the draw has happened."""
    seal = seal_row(session, draw_id)
    row = session.scalar(select(DrawRow).where(DrawRow.public_id == draw_id))
    roots = _roots(session, seal) if seal is not None else []
    if seal is None or row is None or not roots:
        raise NotFound("这次抽取不是密封抽取，或尚未抽取")
    opened = seal.opened_at is not None and seal.record is not None
    return {
        "format": sealed.SEALED_FORMAT,
        "draw": draw_id,
        "frame_sha256": row.frame_sha256,
        "opens_after": seal.opens_after.isoformat(),
        "leaves": roots[0].leaves,
        "roots": [
            {
                "version": root.version,
                "root": root.root,
                "secret": session.keys.decrypt(root.secret, _SECRET) if opened else None,
                "log": _proof(session, root.index),
            }
            for root in roots
        ],
        "record": json.loads(session.keys.decrypt(seal.record, _RECORD)) if opened and seal.record else None,
    }


def proof_of(session: WorkSession, selection: SelectionRow) -> dict[str, Any] | None:
    """The proof at the door for a selected unit, by the last root; None where the draw was not sealed, or the unit is
    inspected no more. Not for the public."""
    row = selection.draw
    seal = seal_row(session, row.public_id)
    if seal is None or seal.record is None:
        return None
    last = _roots(session, seal)[-1]
    record = json.loads(session.keys.decrypt(seal.record, _RECORD))
    if selection.unit not in sealed.teams(record, version=last.version):
        return None
    proof = door.prove(
        record,
        version=last.version,
        secret=session.keys.decrypt(last.secret, _SECRET),
        opens_after=seal.opens_after.isoformat(),
        unit=selection.unit,
    )
    return {**proof, "log": _proof(session, last.index)}


def is_drawn(session: Session, draw_id: str) -> bool:
    """Whether a sealed draw (public id) has happened."""
    seal = seal_row(session, draw_id)
    return seal is not None and seal.record is not None


def due_at_latest(session: Session, *, on: date) -> list[str]:
    """Closed draws (public ids) whose last day is over on the day `on`."""
    late = _closed_ids().where(SealRow.record.is_not(None), SealRow.opens_after < on)
    return list(session.scalars(late.order_by(SealRow.id)))


def still_closed(session: Session) -> list[str]:
    """Draws (public ids) that have a record which is closed."""
    return list(session.scalars(_closed_ids().where(SealRow.record.is_not(None)).order_by(SealRow.id)))


def _hidden_from(actor: Actor) -> Select[int] | None:
    """The selections (row ids) that `actor` must not know of; None for those who see all."""
    return None if _sees_all(actor) else _hidden(_staff(actor))


def _sees_all(actor: Actor) -> bool:
    return actor.kind in ("job", "command") or actor.may(KNOW)


def _staff(actor: Actor) -> str | None:
    return actor.id if actor.kind == "staff" else None


def _hidden(staff: str | None) -> Select[int]:
    """The selections of closed draws, for a member of the staff (public id) without their own. On the bare tables, so that
    no gate applies to the gate itself."""
    hidden = (
        select(_SELECTIONS.c.id)
        .join(DrawRow.__table__, DrawRow.__table__.c.id == _SELECTIONS.c.draw_id)
        .where(_is_closed(DrawRow.__table__))
    )
    if staff is None:
        return hidden
    own = (
        select(InspectorRow.__table__.c.certificate)
        .join(StaffRow.__table__, StaffRow.__table__.c.id == InspectorRow.__table__.c.staff_id)
        .where(StaffRow.__table__.c.public_id == staff)
        .scalar_subquery()
    )
    pattern = literal('%"') + func.replace(own, "_", "\\_") + literal('"%')
    # The team is kept as canonical JSON, and certificates hold no character that JSON would escape.
    is_own = func.coalesce(cast(_SELECTIONS.c.inspectors, Text).like(pattern, escape="\\"), false())
    return hidden.where(~is_own)


def _is_closed(draws: FromClause) -> ColumnElement[bool]:
    return and_(
        draws.c.state != "voided",
        draws.c.public_id.in_(select(SealRow.draw).where(SealRow.opened_at.is_(None))),
    )


def _closed_ids() -> Select[str]:
    """A voided draw hides nothing: of one that had a record, voiding has opened it."""
    voided = select(DrawRow.public_id).where(DrawRow.state == "voided")
    return select(SealRow.draw).where(SealRow.opened_at.is_(None), SealRow.draw.not_in(voided))


def _roots(session: Session, seal: SealRow) -> Sequence[RootRow]:
    return session.scalars(select(RootRow).where(RootRow.seal_id == seal.id).order_by(RootRow.version)).all()


def _proof(session: WorkSession, index: int) -> dict[str, object]:
    head = book.head(session, "public")
    stored = book.sealed_entry(session, "public", index)
    return {
        "origin": head.checkpoint.split("\n", 1)[0],
        "index": index,
        "leaf": base64.b64encode(stored.leaf).decode(),
        "salt": stored.salt,
        "proof": [node.hex() for node in book.inclusion(session, "public", index, head.size)],
        "checkpoint": head.checkpoint,
    }

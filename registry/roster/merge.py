"""Two records of one person made one, by two people, with a trace; and a merge wrongly made undone by a split.

What names the absorbed record by its row (licences, engagements, events, notices, whatever table it is) is brought to the
kept one and noted, so that everything reads through the kept record and a split can give back exactly what was brought.
What was recorded after the merge stays with the kept record, but for what hangs on a licence that goes back.
"""

from dataclasses import dataclass
from datetime import date
from itertools import product

from sqlalchemy import Column, or_, select, update
from sqlalchemy.exc import IntegrityError

from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid, NotFound, Refused
from registry.kernel.store import Base
from registry.kernel.work import WorkSession
from registry.roster import index, kinds
from registry.roster.cells import read_text
from registry.roster.drafts import Identified
from registry.roster.tables import EngagementRow, LicenceRow, MergeRow, MovedRow, PractitionerRow

PROPOSE = "roster.edit"
CONFIRM = "roster.merge"
REASON_CONTEXT = "reg_merges.reason"


@dataclass(frozen=True)
class Done:
    """What a decision touched: the public id of the proposal, and the row ids of both persons."""

    public_id: str
    kept: int
    absorbed: int


def propose(
    session: WorkSession, actor: Actor, *, kept: Identified, absorbed: Identified, reason: str
) -> Done:
    """Proposes that `absorbed` is the same person as `kept`, whose record goes on.

    Raises NotFound, Invalid for a missing reason, Conflict where the records cannot be one person's (two identity
    numbers, licences that exclude each other, a lawyer's last six digits) or a proposal waits already.
    """
    actor.require(PROPOSE)
    reason = _reason(reason)
    if kept.id == absorbed.id:
        raise Conflict("两份档案是同一份", rule="same-record")
    one, other = _locked(session, kept.id, absorbed.id)
    if one.merged_into_id is not None or other.merged_into_id is not None:
        raise Conflict("其中一份档案已合并到另一份", rule="merged")
    _refuse_waiting(session, one.id, other.id)
    _refuse_clash(session, one, other)
    row = _proposed(session, actor, one.id, other.id, reason, undoes=None)
    session.act("roster.merge_propose", row.public_id, kept=one.public_id, absorbed=other.public_id)
    return Done(row.public_id, one.id, other.id)


def propose_split(session: WorkSession, actor: Actor, *, merge: str, reason: str) -> Done:
    """Proposes to undo a confirmed merge (public id). Raises NotFound, Invalid, Conflict if it is undone already or the
    absorbed record was brought on since."""
    actor.require(PROPOSE)
    reason = _reason(reason)
    made = _merge(session, merge)
    if made.outcome != "confirmed" or made.undoes_id is not None:
        raise Conflict("只有已确认的合并可以拆分", rule="not-merged")
    one, other = _locked(session, made.kept_id, made.absorbed_id)
    if other.merged_into_id != one.id:
        raise Conflict("此合并已拆分，或保留的档案又并入了另一份", rule="split")
    _refuse_waiting(session, one.id, other.id)
    row = _proposed(session, actor, one.id, other.id, reason, undoes=made.id)
    session.act("roster.split_propose", row.public_id, merge=made.public_id)
    return Done(row.public_id, one.id, other.id)


def confirm(session: WorkSession, actor: Actor, *, merge: str) -> Done:
    """Merges, or splits, as was proposed (public id), by another person than who proposed it.

    Raises NotFound, Refused for the proposer, Conflict if it was decided already or the records clash by now.
    """
    actor.require(CONFIRM)
    row = _waiting(session, actor, merge)
    kept, absorbed = _locked(session, row.kept_id, row.absorbed_id)
    if row.undoes_id is None:
        if kept.merged_into_id is not None or absorbed.merged_into_id is not None:
            raise Conflict("其中一份档案已合并到另一份", rule="merged")
        _refuse_clash(session, kept, absorbed)
        _bring(session, row, kept, absorbed)
    else:
        if absorbed.merged_into_id != kept.id:
            raise Conflict("此合并已拆分", rule="split")
        _give_back(session, row.undoes_id, kept, absorbed)
    _decide(session, actor, row, "confirmed")
    for person in (absorbed, kept):
        index.refresh_practitioner(session, person.id)
    verb = "roster.merge" if row.undoes_id is None else "roster.split"
    session.act(verb, row.public_id, kept=kept.public_id, absorbed=absorbed.public_id)
    return Done(row.public_id, kept.id, absorbed.id)


def decline(session: WorkSession, actor: Actor, *, merge: str) -> None:
    """Leaves the records as they are. Whoever proposed may withdraw it so. Raises NotFound, Conflict if it was decided."""
    row = _merge(session, merge)
    if row.proposed_by != actor.id:
        actor.require(CONFIRM)
    if row.outcome is not None:
        raise Conflict("此申请已处理", rule="decided")
    _decide(session, actor, row, "declined")
    session.act("roster.merge_decline", row.public_id)


def references() -> list[Column[int]]:
    """Every column that names a person by row and is moved with them. An entry that each person has one of, as that of
    the search index, is written anew instead; the trace of merges itself stays."""
    person = PractitionerRow.__table__
    return [
        key.parent
        for table in Base.metadata.sorted_tables
        if table.name != MergeRow.__tablename__
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table is person and not (key.parent.unique or key.parent.primary_key)
    ]


def _bring(session: WorkSession, row: MergeRow, kept: PractitionerRow, absorbed: PractitionerRow) -> None:
    session.flush()
    try:
        for column in references():
            table = column.table
            brought = session.scalars(select(table.c.id).where(column == absorbed.id)).all()
            for id_ in brought:
                session.add(MovedRow(merge_id=row.id, table=table.name, column=column.name, row_id=id_))
            if brought:
                session.execute(update(table).where(column == absorbed.id).values({column.name: kept.id}))
    except IntegrityError as clash:
        raise Conflict("两份档案有互相排斥的记录，不能合并", rule="overlap") from clash
    if kept.id_number is None and absorbed.id_number is not None:
        row.took_identity = True
        _hand_over(session, absorbed, kept)
    absorbed.merged_into_id = kept.id
    session.flush()


def _give_back(session: WorkSession, merge_id: int, kept: PractitionerRow, absorbed: PractitionerRow) -> None:
    absorbed.merged_into_id = None
    session.flush()
    columns = {(column.table.name, column.name): column for column in references()}
    for moved in session.scalars(select(MovedRow).where(MovedRow.merge_id == merge_id)):
        column = columns.get((moved.table, moved.column))
        if column is not None:
            # Only what is still there: a later merge may have brought it on, a rewritten row has gone.
            still = (column.table.c.id == moved.row_id) & (column == kept.id)
            session.execute(update(column.table).where(still).values({column.name: absorbed.id}))
    own = select(LicenceRow.id).where(LicenceRow.practitioner_id == absorbed.id)
    session.execute(
        update(EngagementRow).where(EngagementRow.licence_id.in_(own)).values(practitioner_id=absorbed.id)
    )
    made = session.get_one(MergeRow, merge_id)
    if made.took_identity and absorbed.id_number is None:
        _hand_over(session, kept, absorbed)
    session.flush()


def _hand_over(session: WorkSession, giver: PractitionerRow, taker: PractitionerRow) -> None:
    """The identity number is one person's alone, so it leaves the one before it comes to the other."""
    number, blind = giver.id_number, giver.id_blind
    taker.id_type, taker.doubts = giver.id_type, giver.doubts
    giver.id_number = giver.id_blind = None
    session.flush()
    taker.id_number, taker.id_blind = number, blind


def _refuse_clash(session: WorkSession, one: PractitionerRow, other: PractitionerRow) -> None:
    if one.id_blind and other.id_blind and one.id_blind != other.id_blind:
        raise Conflict("两份档案的证件号码不同，不能合并；如其中一份录入有误，请先更正", rule="id-differs")
    rows = session.scalars(select(LicenceRow).where(LicenceRow.practitioner_id.in_((one.id, other.id)))).all()
    mine = [row for row in rows if row.practitioner_id == one.id]
    theirs = [row for row in rows if row.practitioner_id == other.id]
    for first, second in product(mine, theirs):
        if first.serial and second.serial and first.serial != second.serial:
            raise Conflict(
                "两份档案的律师执业证号末六位不同，末六位终身不变，不能合并", rule="serial-differs"
            )
        reason = kinds.incompatible(first.profession, second.profession)
        if reason and first.granted_on < _end(second) and second.granted_on < _end(first):
            one_title, other_title = (kinds.PROFESSIONS[row.profession].title for row in (first, second))
            raise Conflict(
                f"{one_title}与{other_title}执业许可时间重叠，不能合并（{reason}）", rule="overlap"
            )


def _end(row: LicenceRow) -> date:
    return row.ended_on or date.max


def _proposed(
    session: WorkSession, actor: Actor, kept: int, absorbed: int, reason: str, *, undoes: int | None
) -> MergeRow:
    row = MergeRow(
        public_id=session.new_id(),
        kept_id=kept,
        absorbed_id=absorbed,
        undoes_id=undoes,
        reason=session.keys.encrypt(reason, REASON_CONTEXT),
        proposed_by=actor.id,
        proposed_at=session.now,
        took_identity=False,
    )
    session.add(row)
    session.flush()
    return row


def _waiting(session: WorkSession, actor: Actor, merge: str) -> MergeRow:
    row = _merge(session, merge)
    if row.outcome is not None:
        raise Conflict("此申请已处理", rule="decided")
    if row.proposed_by == actor.id:
        raise Refused("提出和确认应由不同的人办理", rule="four-eyes")
    return row


def _decide(session: WorkSession, actor: Actor, row: MergeRow, outcome: str) -> None:
    row.outcome, row.decided_by, row.decided_at = outcome, actor.id, session.now
    session.flush()


def _merge(session: WorkSession, public_id: str) -> MergeRow:
    row = session.scalar(select(MergeRow).where(MergeRow.public_id == public_id).with_for_update())
    if row is None:
        raise NotFound("没有这项合并申请")
    return row


def _locked(session: WorkSession, kept: int, absorbed: int) -> tuple[PractitionerRow, PractitionerRow]:
    """Both records, locked in the order of their ids."""
    query = select(PractitionerRow).where(PractitionerRow.id.in_((kept, absorbed)))
    rows = {row.id: row for row in session.scalars(query.order_by(PractitionerRow.id).with_for_update())}
    if len(rows) != len({kept, absorbed}):
        raise NotFound("名册中没有此人")
    return rows[kept], rows[absorbed]


def _refuse_waiting(session: WorkSession, *persons: int) -> None:
    named = or_(MergeRow.kept_id.in_(persons), MergeRow.absorbed_id.in_(persons))
    if session.scalar(select(MergeRow.id).where(named, MergeRow.outcome.is_(None)).limit(1)) is not None:
        raise Conflict("其中一份档案已有待确认的合并或拆分", rule="waiting")


def _reason(text: str) -> str:
    reason = read_text(text)
    if not reason:
        raise Invalid.field("reason", "required", "请写明依据，如核对过的证件和档案")
    if len(reason) > 500:
        raise Invalid.field("reason", "too-long", "依据超过 500 字")
    return reason

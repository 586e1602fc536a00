"""Takes a listing from step to step, by the table of moves; what a decision brings about happens in the same unit."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from registry.credit.listing import moves
from registry.credit.listing.entry import ACT_WORDING, earliest_removal, enter, lapse_over, leave, rules_of
from registry.credit.listing.lists import List
from registry.credit.listing.moves import Move
from registry.credit.listing.tables import ListingActRow, ListingRow
from registry.credit.sealing import seal
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound, Refused
from registry.kernel.work import WorkSession
from registry.kernel.workdays import Deadline, add_workdays

LONGEST = 4000
_AFTER_WINDOW = frozenset({"legal", "decide"})
LONGEST_NUMBER = 128


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody says with an act: reasons or opinion, a document's number, the day it speaks of, a ground."""

    text: str = ""
    document_number: str = ""
    on: date | None = None
    ground: str = ""


def take(session: WorkSession, actor: Actor, *, listing: str, revision: int, act: str, said: Said) -> None:
    """Makes one move of `moves.MOVES`. `revision` is the one that the actor saw.

    Raises NotFound; Conflict (`changed`, `out_of_turn`, `window-open`, `document-used`, `too-early`); Refused
    (`permission`, `four_eyes`, `person-alone`); Invalid by the name of what the move wants. The act is `listing.<act>`.
    """
    person_alone(actor)
    row = _locked(session, listing, revision)
    rules = rules_of(row)
    move = moves.advance(
        rules.colour,
        row.state,
        act,
        actor=actor.id,
        permissions=actor.permissions,
        taken=taken(session, row),
        window_until=row.window_until,
        today=session.today,
    )
    on = _check(session, row, move, said)
    if move.act in ("serve", "announce"):
        window = add_workdays(session, on, rules.workdays["window"])
        row.window_until, row.window_provisional = window.day, window.provisional
    if move.act == "seek":
        _refuse_early(session, row, rules, said.ground)
    number = said.document_number.strip() or None
    if move.act == "decide":
        enter(session, row, rules, on, number or "")
    if move.act == "remove":
        leave(session, row, on, removal=_sought(session, row), number=number)
    _note(session, actor, row, move, on=on, said=said, number=number)
    _advance(session, row, rules, move, on)
    session.act(f"listing.{move.act}", row.public_id, list=row.list_code)


def taken(session: WorkSession, row: ListingRow) -> list[moves.Taken]:
    """The steps of the present round. A kept entry begins a new round of removal with each application."""
    round_ = "removal" if row.state in (moves.LISTED, moves.REMOVING) else "listing"
    found = select(ListingActRow).where(
        ListingActRow.listing_id == row.id, ListingActRow.round == round_, ListingActRow.step.is_not(None)
    )
    if round_ == "removal":
        latest = select(func.max(ListingActRow.id)).where(
            ListingActRow.listing_id == row.id, ListingActRow.act == "seek"
        )
        found = found.where(ListingActRow.id >= latest.scalar_subquery())
    return [moves.Taken(one.step or "", one.actor) for one in session.scalars(found)]


def clock(
    session: WorkSession, rules: List, move: Move, *, on: date, window_until: date | None
) -> Deadline | None:
    """The last day for what follows on a move of the day `on`; what waits for the window begins when it is over."""
    if move.clock is None:
        return None
    start = max(on, window_until) if move.clock in _AFTER_WINDOW and window_until else on
    return add_workdays(session, start, rules.workdays[move.clock])


def person_alone(actor: Actor) -> None:
    """Raises Refused for jobs, programs and scripts: lists are no matter for machines (国办发〔2020〕49号)."""
    if actor.kind != "staff":
        raise Refused("名单只能由工作人员逐件办理，不得自动生成", rule="person-alone")


def _locked(session: WorkSession, listing: str, revision: int) -> ListingRow:
    row = session.scalar(select(ListingRow).where(ListingRow.public_id == listing).with_for_update())
    if row is None:
        raise NotFound("没有这件名单案件")
    if row.revision != revision:
        raise Conflict("本件已被他人办理，请刷新后查看", rule="changed")
    if lapse_over(session, ListingRow.id == row.id):
        raise Conflict("列入已经期满或者已修复，不再办理", rule="out_of_turn")
    return row


def _check(session: WorkSession, row: ListingRow, move: Move, said: Said) -> date:
    """What the move wants is there and fits; returns the day that it speaks of."""
    faults: list[FieldFault] = []
    text, number = said.text.strip(), said.document_number.strip()
    if "text" in move.wants and not text:
        faults.append(FieldFault("text", "required", "请填写理由或者内容"))
    if len(text) > LONGEST:
        faults.append(FieldFault("text", "too-long", f"最多 {LONGEST} 字"))
    if "document" in move.wants:
        if not number:
            faults.append(FieldFault("document_number", "required", "请填写文书号"))
        elif len(number) > LONGEST_NUMBER:
            faults.append(FieldFault("document_number", "too-long", f"最多 {LONGEST_NUMBER} 字"))
    if "ground" in move.wants and said.ground not in moves.GROUNDS:
        faults.append(FieldFault("ground", "enum", "请选择移出理由"))
    on = said.on if "on" in move.wants and said.on is not None else session.today
    if "on" in move.wants:
        faults += _check_day(session, row, move, said.on)
    if faults:
        raise Invalid("；".join(fault.message for fault in faults), faults)
    if number:
        _refuse_used(session, number)
    return on


def _check_day(session: WorkSession, row: ListingRow, move: Move, on: date | None) -> list[FieldFault]:
    if on is None:
        return [FieldFault("on", "required", "请填写日期")]
    if on > session.today:
        return [FieldFault("on", "future", "日期晚于今天")]
    if move.act in ("defend", "object") and row.window_until is not None and on > row.window_until:
        return [FieldFault("on", "late", f"收到日期晚于期限 {row.window_until.isoformat()}")]
    if move.window_over or move.act == "decide":
        earliest = row.window_until
        if earliest is not None and on <= earliest:
            return [FieldFault("on", "window-open", f"决定日期应在陈述申辩（公示）期满（{earliest}）之后")]
    elif on < row.state_since and move.act in ("serve", "announce"):
        return [FieldFault("on", "before", f"日期早于上一步（{row.state_since.isoformat()}）")]
    return []


def _refuse_used(session: WorkSession, number: str) -> None:
    """A document number stands for one document: neither another listing's nor another record's of the credit file."""
    used = session.scalar(select(ListingActRow.id).where(ListingActRow.document_number == number))
    if used is None:
        used = session.scalar(select(EventRow.id).where(EventRow.document_number == number).limit(1))
    if used is not None:
        raise Conflict(f"文书号 {number} 已经用过，请核对", rule="document-used")


def _refuse_early(session: WorkSession, row: ListingRow, rules: List, ground: str) -> None:
    earliest = earliest_removal(row, rules)
    if ground == "early" and earliest is not None and session.today < earliest:
        raise Conflict(
            f"列入满 {rules.early_months} 个月（{earliest.isoformat()}）后方可提前移出", rule="too-early"
        )


def _sought(session: WorkSession, row: ListingRow) -> str:
    """The ground of the application that waits for its decision."""
    found = select(ListingActRow.ground).where(
        ListingActRow.listing_id == row.id, ListingActRow.act == "seek"
    )
    return session.scalars(found.order_by(ListingActRow.id.desc()).limit(1)).one() or "early"


def _advance(session: WorkSession, row: ListingRow, rules: List, move: Move, on: date) -> None:
    term = clock(session, rules, move, on=on, window_until=row.window_until)
    row.state, row.state_since = move.after, session.today
    row.due_on = term.day if term else None
    row.due_provisional = bool(term and (term.provisional or row.window_provisional))
    row.revision += 1
    try:
        session.flush()
    except IntegrityError as taken_meanwhile:
        raise Conflict("文书号刚被另一件使用，请核对", rule="document-used") from taken_meanwhile


def _note(
    session: WorkSession,
    actor: Actor,
    row: ListingRow,
    move: Move,
    *,
    on: date,
    said: Said,
    number: str | None,
) -> None:
    session.add(
        ListingActRow(
            listing_id=row.id,
            act=move.act,
            step=move.step,
            round=move.round,
            on=on,
            document_number=number if "document" in move.wants else None,
            ground=said.ground if "ground" in move.wants else None,
            wording=seal(session, {"text": said.text.strip()}, ACT_WORDING),
            actor=actor.id,
            actor_name=actor.name,
            at=session.now,
        )
    )

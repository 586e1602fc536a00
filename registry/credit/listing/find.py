"""Reads listings: who stands on which list on a day, the cases under way, one case with its timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select

from registry.credit.disclosure import is_annulled
from registry.credit.listing import moves
from registry.credit.listing.entry import ACT_WORDING, WORDING, earliest_removal, rules_of
from registry.credit.listing.lists import BOOK, List
from registry.credit.listing.moves import Move
from registry.credit.listing.proceed import taken
from registry.credit.listing.tables import ListingActRow, ListingRow
from registry.credit.sealing import opened
from registry.credit.tables import EndRow, EventRow
from registry.kernel.access import Actor
from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession
from registry.roster.find import Found
from registry.roster.tables import OrganisationRow, PractitionerRow

VIEWS: Mapping[str, str] = {"listed": "在列", "open": "办理中", "former": "已移出", "dismissed": "不予列入"}
_LISTED = (moves.LISTED, moves.REMOVING)


@dataclass(frozen=True)
class Listed:
    """A listing in a table. `running` says whether the entry holds today, whatever a job has done."""

    id: int
    public_id: str
    list_code: str
    list_title: str
    colour: str
    subject: Found
    state: str
    state_since: date
    due_on: date | None
    due_provisional: bool
    window_until: date | None
    listed_on: date | None
    until: date | None
    removed_on: date | None
    removal: str | None
    running: bool

    @property
    def state_title(self) -> str:
        if self.state in _LISTED and not self.running:
            return "已失效"
        return moves.STATES[self.colour][self.state]  # type: ignore[index]  # only propose writes it, from the list

    @property
    def removal_title(self) -> str:
        return moves.REMOVALS.get(self.removal or "", "")


@dataclass(frozen=True)
class Step:
    """One act of the timeline, in the words of whoever acted."""

    act: str
    title: str
    on: date
    document_number: str | None
    ground: str | None
    text: str
    actor: str
    actor_name: str
    at: datetime


@dataclass(frozen=True)
class Case:
    """A listing with everything that its page and papers show. `earliest` is the first day of early removal."""

    listed: Listed
    rules: List
    authority: str
    criteria: tuple[str, ...]
    cause: str
    facts: str
    responsible: tuple[tuple[str, str], ...]
    revision: int
    window_provisional: bool
    earliest: date | None
    event: str | None
    steps: tuple[Step, ...]
    taken: tuple[moves.Taken, ...]

    def step(self, act: str) -> Step | None:
        """The latest act of that name."""
        return next((step for step in reversed(self.steps) if step.act == act), None)

    def offered(self, actor: Actor, today: date) -> list[Move]:
        """The moves that `actor` may make now."""
        if self.listed.state in _LISTED and not self.listed.running:
            return []
        return [
            move
            for move in moves.moves_from(self.rules.colour, self.listed.state)
            if actor.may(move.permission)
            and not moves.barred(move, actor.id, self.taken)
            and not (move.window_over and not moves.window_is_over(self.listed.window_until, today))
        ]


def case(session: WorkSession, public_id: str) -> Case:
    """Raises NotFound."""
    found = session.execute(_listings().where(ListingRow.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound("没有这件名单案件")
    row: ListingRow = found.ListingRow
    rules = rules_of(row)
    wording = opened(session, row.wording, WORDING)
    event = session.scalar(select(EventRow.public_id).where(EventRow.id == row.event_id))
    acts = session.scalars(
        select(ListingActRow).where(ListingActRow.listing_id == row.id).order_by(ListingActRow.id)
    )
    return Case(
        listed=_listed(session, found),
        rules=rules,
        authority=row.authority,
        criteria=tuple(rules.criteria.get(code, code) for code in row.criteria),
        cause=wording["cause"],
        facts=wording["facts"],
        responsible=tuple((role, name) for role, name in wording["responsible"]),
        revision=row.revision,
        window_provisional=row.window_provisional,
        earliest=earliest_removal(row, rules),
        event=event,
        steps=tuple(_step(session, rules, act) for act in acts),
        taken=tuple(taken(session, row)),
    )


def listings(
    session: WorkSession,
    *,
    view: str,
    list_code: str = "",
    limit: int,
    before: int | None = None,
) -> list[Listed]:
    """Listings of one of VIEWS, the newest first, from before row id `before`."""
    found = _listings().where(_in_view(view, session.today)).order_by(ListingRow.id.desc()).limit(limit)
    if list_code:
        found = found.where(ListingRow.list_code == list_code)
    if before is not None:
        found = found.where(ListingRow.id < before)
    return [_listed(session, row) for row in session.execute(found)]


def of(session: WorkSession, subject: Found) -> list[Listed]:
    """Every listing of a subject, open and closed, the newest first."""
    found = _listings().where(_own(subject)).order_by(ListingRow.id.desc())
    return [_listed(session, row) for row in session.execute(found)]


def standing_on(session: WorkSession, subject: Found, on: date) -> list[Listed]:
    """The lists that a subject stands on, on a day: decided by then, not over, and with its record undisturbed."""
    ended = select(EndRow.event_id).where(EndRow.event_id == ListingRow.event_id, EndRow.ended_on <= on)
    held = (
        (ListingRow.listed_on <= on)
        & (ListingRow.until >= on)
        & or_(ListingRow.removed_on.is_(None), ListingRow.removed_on > on)
        & ~ended.exists()
        & ~_annulled()
    )
    found = _listings().where(_own(subject), held).order_by(ListingRow.id)
    return [_listed(session, row) for row in session.execute(found)]


def titles() -> list[tuple[str, str]]:
    """Every list with its name, for a form's choice."""
    return list(BOOK.titles().items())


def in_state(
    session: WorkSession, states: Sequence[str], condition: ColumnElement[bool], *, limit: int
) -> list[tuple[Listed, tuple[moves.Taken, ...]]]:
    """Listings that wait in one of the states, the earliest due first, with the steps taken so far."""
    found = (
        _listings()
        .where(ListingRow.state.in_(states), condition)
        .order_by(ListingRow.due_on.is_(None), ListingRow.due_on, ListingRow.id)
        .limit(limit)
    )
    return [(_listed(session, row), tuple(taken(session, row.ListingRow))) for row in session.execute(found)]


def _listings() -> Select[Any, Any, Any, Any, Any, Any]:
    return (
        select(
            ListingRow,
            PractitionerRow.public_id.label("practitioner"),
            PractitionerRow.name.label("practitioner_name"),
            OrganisationRow.public_id.label("organisation"),
            OrganisationRow.name.label("organisation_name"),
            or_(
                select(EndRow.event_id).where(EndRow.event_id == ListingRow.event_id).exists(), _annulled()
            ).label("ended"),
        )
        .outerjoin(PractitionerRow, PractitionerRow.id == ListingRow.practitioner_id)
        .outerjoin(OrganisationRow, OrganisationRow.id == ListingRow.organisation_id)
    )


def _annulled() -> ColumnElement[bool]:
    return select(EventRow.id).where(EventRow.id == ListingRow.event_id, is_annulled()).exists()


def _own(subject: Found) -> ColumnElement[bool]:
    if subject.kind == "organisation":
        return ListingRow.organisation_id == subject.id
    return ListingRow.practitioner_id == subject.id


def _in_view(view: str, today: date) -> ColumnElement[bool]:
    ended = or_(
        ListingRow.until < today,
        select(EndRow.event_id).where(EndRow.event_id == ListingRow.event_id).exists(),
        _annulled(),
    )
    listed = ListingRow.state.in_(_LISTED)
    if view == "listed":
        return listed & ~ended
    if view == "former":
        return (ListingRow.state == moves.REMOVED) | (listed & ended)
    if view == "dismissed":
        return ListingRow.state == moves.DISMISSED
    return ListingRow.state.not_in((*moves.CLOSED, *_LISTED))


def _listed(session: WorkSession, found: Row[Any, Any, Any, Any, Any, Any]) -> Listed:
    row: ListingRow = found.ListingRow
    if row.organisation_id is not None:
        subject = Found("organisation", row.organisation_id, found.organisation, found.organisation_name)
    else:
        subject = Found("practitioner", row.practitioner_id or 0, found.practitioner, found.practitioner_name)
    return Listed(
        id=row.id,
        public_id=row.public_id,
        list_code=row.list_code,
        list_title=BOOK.titles().get(row.list_code, row.list_code),
        colour=row.colour,
        subject=subject,
        state=row.state,
        state_since=row.state_since,
        due_on=row.due_on,
        due_provisional=row.due_provisional,
        window_until=row.window_until,
        listed_on=row.listed_on,
        until=row.until,
        removed_on=row.removed_on,
        removal=row.removal,
        running=row.state in _LISTED
        and not found.ended
        and row.until is not None
        and row.until >= session.today,
    )


def _step(session: WorkSession, rules: List, row: ListingActRow) -> Step:
    return Step(
        act=row.act,
        title=moves.title(rules.colour, row.act),
        on=row.on,
        document_number=row.document_number,
        ground=moves.REMOVALS.get(row.ground or "", None),
        text=opened(session, row.wording, ACT_WORDING)["text"],
        actor=row.actor,
        actor_name=row.actor_name,
        at=row.at,
    )

"""Reads releases for the office: the work list, and one release with its steps."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, tuple_

from publicity.release import decide, draft, gaps, hands, states
from publicity.release.delegation import find as delegations
from publicity.release.tables import Release, ReleaseStep
from registry.accounts import staff
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession
from registry.kernel.workdays import workdays_between

_OTHER: Mapping[str, str] = {"stop": "终止", "redraft": "更正重拟"}


class StepTaken(NamedTuple):
    title: str
    sent_back: bool
    actor: str
    behalf: str | None
    at: datetime
    note: str


@dataclass(frozen=True)
class Brief:
    """A line of the work list. `title` and `subject` are None once the content stands in the ledger alone; `left` are the
    working days that are left of the term, below zero those that it is late; `step` is the one that it waits for."""

    id: int
    public_id: str
    kind_title: str
    title: str | None
    subject: str | None
    state: str
    due_on: date
    due_provisional: bool
    left: int
    missing: int
    revision: int
    step: str | None

    @property
    def state_title(self) -> str:
        return states.STATES[self.state]

    @property
    def running(self) -> bool:
        """Whether the clock of publication still runs."""
        return self.state in states.STOPPABLE


@dataclass(frozen=True)
class Page:
    """One release as its page shows it to one person. `mine` is the step that this person may take now, `behalf` for whom."""

    brief: Brief
    kind: str
    revision: int
    event: str
    """The credit event's public id."""
    event_annulled: bool
    decided_on: date
    until: date | None
    subject: Mapping[str, str]
    columns: Mapping[str, str]
    detail: Mapping[str, object]
    restricted: Sequence[str]
    gaps: Sequence[gaps.Gap]
    steps: Sequence[StepTaken]
    archive_number: str | None
    mine: states.Step | None
    behalf: str | None
    may_send_back: bool
    why_not: str | None

    @property
    def progress(self) -> int:
        """How many of the six steps are done."""
        done = [step.before for step in states.STEPS]
        return done.index(self.brief.state) if self.brief.state in done else len(done)


def mine(
    session: WorkSession, actor: Actor, *, after: str | None, limit: int
) -> tuple[list[Brief], str | None]:
    """What waits for this person, the most urgent first, and where the next page starts."""
    return _page(session, waiting_for(session, actor), after=after, limit=limit)


def everything(
    session: WorkSession, *, state: str | None, after: str | None, limit: int
) -> tuple[list[Brief], str | None]:
    """All releases, or those in one state, the most urgent first."""
    condition = Release.state == state if state else Release.id > 0
    return _page(session, condition, after=after, limit=limit)


def counts(session: WorkSession) -> dict[str, int]:
    """How many releases are in each state."""
    rows = session.execute(select(Release.state, func.count()).group_by(Release.state))
    return {row[0]: row[1] for row in rows}


def page(session: WorkSession, actor: Actor, public_id: str) -> Page:
    """Raises NotFound."""
    row = session.scalar(select(Release).where(Release.public_id == public_id))
    if row is None:
        raise NotFound("没有这件公开流程")
    event = session.get_one(EventRow, row.event_id)
    restricted = draft.restricted_of(session, row)
    step, taken = states.step_after(row.state), decide.taken(session, row)
    absent = delegations.stood_in_for(session, actor.id).get(step.name, ()) if step else ()
    who: dict[str, Any] = {
        "actor": actor.id, "permissions": actor.permissions, "taken": taken, "absent": absent,
    }  # fmt: skip
    may = step is not None and states.may_take(step, **who)
    behalf = states.on_behalf(step, **who) if step and may else None
    return Page(
        brief=_brief(session, row, _left(session, {row.due_on})[row.due_on]),
        kind=row.kind,
        revision=row.revision,
        event=event.public_id,
        event_annulled=draft.annulled(session, event.public_id),
        decided_on=row.decided_on,
        until=row.until,
        subject=row.subject or {},
        columns=row.columns or {},
        detail=row.detail or {},
        restricted=sorted(restricted),
        gaps=gaps.gaps(row.kind, {**row.columns, **restricted}) if row.columns else [],
        steps=[_taken(step) for step in row.steps],
        archive_number=row.archive_number,
        mine=step if may else None,
        behalf=staff.names(session, [behalf]).get(behalf) if behalf else None,
        may_send_back=may and states.returnable(row.state),
        why_not=_why_not(step, who) if step and not may else None,
    )


def title(session: WorkSession, public_id: str) -> str:
    """What a release is called while its draft stands, else its kind. Raises NotFound."""
    row = session.scalar(select(Release).where(Release.public_id == public_id))
    if row is None:
        raise NotFound("没有这件公开流程")
    return row.title or draft.title_of_kind(row.kind)


def of_event(session: WorkSession, event: str) -> str:
    """The public id of the release of an event (public id). Raises NotFound."""
    found = select(Release.public_id).join(EventRow, EventRow.id == Release.event_id)
    public_id = session.scalar(found.where(EventRow.public_id == event))
    if public_id is None:
        raise NotFound("这条记录没有进入公开流程")
    return public_id


def waiting_for(session: WorkSession, actor: Actor) -> ColumnElement[bool]:
    """The condition that a release waits for this person, in their own right or for somebody who is away."""
    absent = delegations.stood_in_for(session, actor.id)
    conditions = []
    for step in states.STEPS:
        own = [actor.id] if actor.may(step.permission) else []
        persons = [{one} for one in own] or [{actor.id, one} for one in absent.get(step.name, ())]
        conditions += [
            and_(Release.state == step.before, ~hands.is_elsewhere(step, people)) for people in persons
        ]
    return or_(*conditions) if conditions else false()


def _why_not(step: states.Step, who: Mapping[str, Any]) -> str | None:
    if step.permission not in who["permissions"] and not who["absent"]:
        return None
    return f"您或者您代办的人已办理过本件的其他步骤，“{step.title}”须由他人办理。"


def _page(
    session: WorkSession, condition: ColumnElement[bool], *, after: str | None, limit: int
) -> tuple[list[Brief], str | None]:
    wanted: Select[Release] = select(Release).where(condition)
    if place := _place(after):
        wanted = wanted.where(tuple_(Release.due_on, Release.id) > tuple_(*place))
    rows = session.scalars(wanted.order_by(Release.due_on, Release.id).limit(limit + 1)).all()
    following = f"{rows[limit - 1].due_on.isoformat()}.{rows[limit - 1].id}" if len(rows) > limit else None
    left = _left(session, {row.due_on for row in rows})
    return [_brief(session, row, left[row.due_on]) for row in rows[:limit]], following


def _left(session: WorkSession, dues: Set[date]) -> dict[date, int]:
    """Working days from today to each of the days, below zero for those that are over."""
    today = session.today
    return {
        due: workdays_between(session, today, due).days - workdays_between(session, due, today).days
        for due in dues
    }


def _place(after: str | None) -> tuple[date, int] | None:
    day, _, number = (after or "").partition(".")
    try:
        place = date.fromisoformat(day), int(number)
    except ValueError:
        return None
    return place if 0 <= place[1] < 2**53 else None


def _brief(session: WorkSession, row: Release, left: int) -> Brief:
    columns = {**row.columns, **draft.restricted_of(session, row)} if row.columns else {}
    waiting = states.step_after(row.state)
    return Brief(
        id=row.id,
        public_id=row.public_id,
        kind_title=draft.title_of_kind(row.kind),
        title=row.title,
        subject=(row.subject or {}).get("name"),
        state=row.state,
        due_on=row.due_on,
        due_provisional=row.due_provisional,
        left=left,
        revision=row.revision,
        step=waiting.name if waiting else None,
        missing=len(gaps.gaps(row.kind, columns)) if columns else 0,
    )


def _taken(step: ReleaseStep) -> StepTaken:
    title = _OTHER.get(step.step) or states.step_named(step.step).title
    return StepTaken(title, step.sent_back, step.actor_name, step.behalf_name, step.at, step.note)

"""The what-if: everybody's grade on the first day of a proposed rule set, without it and with it.

Asked for on a page, computed by the job in short reads, and written at once when it is finished; nobody waits for it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, insert, select, update

from registry.credit.standing import facts, upkeep
from registry.credit.standing.adopt import ADOPT, PROPOSE
from registry.credit.standing.facts import Holder
from registry.credit.standing.rulebook import book, with_proposed
from registry.credit.standing.ruleset import ONE_DAY, Window
from registry.credit.standing.ruleset import on as rules_on
from registry.credit.standing.tables import ChangeRow, RulesRow, TrialRow
from registry.credit.standing.timeline import Period, timeline
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, NotFound
from registry.kernel.part import Job
from registry.kernel.work import Work, WorkSession
from registry.roster.tables import OrganisationRow, PractitionerRow

Counts = dict[str, dict[str, dict[str, int]]]
"""By kind, by grade before, by grade after: how many."""

NONE = "无"
"""Stands for the grade of a day without rules."""

_AT_ONCE = 2_000


@dataclass(frozen=True)
class Trial:
    """`done` of `total` subjects are computed; `counts` is None until all are."""

    id: int
    asked_at: datetime
    done: int
    total: int
    finished_at: datetime | None
    counts: Counts | None

    @property
    def changed(self) -> int:
        """How many would stand in another grade."""
        return sum(
            number
            for table in (self.counts or {}).values()
            for before, row in table.items()
            for after, number in row.items()
            if before != after
        )


@dataclass(frozen=True)
class Change:
    """Somebody whose grade would change. `register` is "practitioner" or "organisation"; None stands for no rules."""

    register: str
    public_id: str
    name: str
    kind: str
    before: str | None
    after: str | None
    points_before: int | None
    points_after: int | None
    next: int


class _Found(NamedTuple):
    holder: Holder
    kind: str
    before: Period | None
    after: Period | None


def ask(session: WorkSession, actor: Actor, *, rules: str) -> None:
    """Has a proposed rule set tried; asked again while one runs, it is the same. The act is `standing.trial`.

    Raises Refused, Conflict (`state`) unless it is a proposal or its first day is to come, NotFound.
    """
    if not actor.may(ADOPT):
        actor.require(PROPOSE)
    row = session.scalar(select(RulesRow).where(RulesRow.public_id == rules).with_for_update())
    if row is None:
        raise NotFound("没有这套规则")
    if row.state == "withdrawn" or row.since <= session.today:
        raise Conflict("只有尚未施行的规则可以试算", rule="state")
    running = select(TrialRow.id).where(TrialRow.rules_id == row.id, TrialRow.finished_at.is_(None))
    if session.scalar(running) is None:
        total = upkeep.size(session)
        session.add(TrialRow(rules_id=row.id, asked_by=actor.id, asked_at=session.now, done=0, total=total))
    session.act("standing.trial", row.public_id)


def run(work: Work) -> Mapping[str, int]:
    """The job: computes what was asked for, one after the other."""
    with work.read() as session:
        waiting = session.execute(
            select(TrialRow.id, RulesRow)
            .join(RulesRow, RulesRow.id == TrialRow.rules_id)
            .where(TrialRow.finished_at.is_(None))
            .order_by(TrialRow.id)
        ).all()
    changed = 0
    for trial, rules in waiting:
        changed += _try(work, trial, rules)
    return {"trials": len(waiting), "changes": changed}


def _try(work: Work, trial: int, row: RulesRow) -> int:
    with work.read() as session:
        windows = [_day(book(session), row.since, row.id), _day(with_proposed(session, row), row.since, None)]
    counts: Counts = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    changes: list[dict[str, Any]] = []
    done = 0
    for register, ids in upkeep.chunks(work):
        with work.read() as session:
            found = list(_compared(session, register, ids, row.since, windows))
        for one in found:
            before, after = (period.grade if period else NONE for period in (one.before, one.after))
            counts[one.kind][before][after] += 1
            if before != after:
                changes.append(_row(trial, one))
        done += len(ids)
        if done % _AT_ONCE == 0:
            with work.housekeeping() as session:
                session.execute(update(TrialRow).where(TrialRow.id == trial).values(done=done))
    with work.write(upkeep.ACTOR) as session:
        for start in range(0, len(changes), _AT_ONCE):
            session.execute(insert(ChangeRow), changes[start : start + _AT_ONCE])
        session.execute(
            update(TrialRow)
            .where(TrialRow.id == trial)
            .values(done=done, total=done, finished_at=session.now, counts=counts)
        )
        session.act("standing.trial", row.public_id, checked=done, changes=len(changes))
    return len(changes)


def _day(windows: Sequence[Window], day: date, without: int | None) -> list[Window]:
    """What decides on one day, as a book of that day alone; `without` an adopted rule set that is itself on trial."""
    found = rules_on([window for window in windows if window.id != without], day)
    return [found._replace(since=day, until=day + ONE_DAY)] if found else []


def _compared(
    session: WorkSession, register: str, ids: Sequence[int], day: date, books: Sequence[Sequence[Window]]
) -> Iterator[_Found]:
    known = (
        facts.load(session, organisations=ids)
        if register == "organisation"
        else facts.load(session, practitioners=ids)
    )
    for holder, kind in facts.present(session, register, ids, day):
        events = known.facts.get(holder, [])
        before, after = (next(iter(timeline(events, some, kind=kind)), None) for some in books)
        if before or after:
            yield _Found(holder, kind, before, after)


def _row(trial: int, found: _Found) -> dict[str, Any]:
    return {
        "trial_id": trial,
        "practitioner_id": found.holder.id if found.holder.register == "practitioner" else None,
        "organisation_id": found.holder.id if found.holder.register == "organisation" else None,
        "kind": found.kind,
        "before": found.before.grade if found.before else None,
        "after": found.after.grade if found.after else None,
        "points_before": found.before.points if found.before else None,
        "points_after": found.after.points if found.after else None,
    }


def latest(session: WorkSession, rules: int) -> Trial | None:
    """The last trial of a rule set (row id)."""
    row = session.scalar(
        select(TrialRow).where(TrialRow.rules_id == rules).order_by(TrialRow.id.desc()).limit(1)
    )
    if row is None:
        return None
    return Trial(row.id, row.asked_at, row.done, row.total, row.finished_at, row.counts)


def changes(
    session: WorkSession,
    trial: int,
    *,
    kind: str = "",
    before: str = "",
    after: str = "",
    limit: int | None = None,
    behind: int = 0,
) -> Iterator[Change]:
    """Who would change, streamed, behind the cursor `behind`: of one kind, from one grade, to another ("" for all)."""
    rows = _CHANGES.where(ChangeRow.trial_id == trial, ChangeRow.id > behind).limit(limit)
    for column, value in ((ChangeRow.kind, kind), (ChangeRow.before, before), (ChangeRow.after, after)):
        if value:
            rows = rows.where(column.is_(None) if value == NONE else column == value)
    for row in session.execute(rows.execution_options(yield_per=_AT_ONCE)):
        register = "organisation" if row.organisation_id is not None else "practitioner"
        yield Change(
            register, row.public_id, row.name, row.kind, row.before, row.after, row.points_before, row.points_after, row.id,
        )  # fmt: skip


_CHANGES: Select[*tuple[Any, ...]] = (
    select(
        ChangeRow.id,
        ChangeRow.organisation_id,
        ChangeRow.kind,
        ChangeRow.before,
        ChangeRow.after,
        ChangeRow.points_before,
        ChangeRow.points_after,
        func.coalesce(OrganisationRow.public_id, PractitionerRow.public_id).label("public_id"),
        func.coalesce(OrganisationRow.name, PractitionerRow.name).label("name"),
    )
    .outerjoin(OrganisationRow, OrganisationRow.id == ChangeRow.organisation_id)
    .outerjoin(PractitionerRow, PractitionerRow.id == ChangeRow.practitioner_id)
    .order_by(ChangeRow.id)
)

JOB = Job("standing.trial", "试算信用评价规则", run, "* * * * *")

"""Reads the rule sets on record: proposed, to come, in force, past, withdrawn."""

import itertools
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from registry.accounts import staff
from registry.credit.standing.adopt import ADOPT, NOTICE
from registry.credit.standing.rulebook import parsed
from registry.credit.standing.ruleset import ONE_DAY, RuleSet
from registry.credit.standing.tables import RulesRow
from registry.kernel.clock import local_day
from registry.kernel.faults import NotFound
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession

_STATES = {
    "proposed": ("待采纳", "info"),
    "to_come": ("已采纳，尚未施行", "info"),
    "in_force": ("施行中", "good"),
    "past": ("已被接替", "neutral"),
    "withdrawn": ("已撤回", "neutral"),
}


@dataclass(frozen=True)
class Rules:
    """One rule set. `until` is its last day: as it says, or the day before the next one's first. `state` is a key of the
    states above; `applied` is False while the courses do not yet follow it. `by` and `decided_by` are names."""

    id: int
    public_id: str
    title: str
    sample: bool
    since: date
    until: date | None
    state: str
    applied: bool
    proposer: str
    by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    source: bytes
    digest: str

    @property
    def state_title(self) -> str:
        return _STATES[self.state][0]

    @property
    def tone(self) -> str:
        return _STATES[self.state][1]

    @property
    def rules(self) -> RuleSet:
        return parsed(self.source)


def rule_sets(session: WorkSession) -> list[Rules]:
    """All that was ever proposed, by their first days, the latest first."""
    rows = session.scalars(select(RulesRow).order_by(RulesRow.since.desc(), RulesRow.id.desc())).all()
    people = {row.proposed_by for row in rows} | {row.decided_by for row in rows if row.decided_by}
    names = staff.names(session, people)
    adopted = sorted((row for row in rows if row.state == "adopted"), key=lambda row: row.since)
    ends: dict[int, date | None] = {row.id: row.until for row in rows}
    for row, following in itertools.pairwise(adopted):
        ends[row.id] = min(filter(None, (row.until, following.since - ONE_DAY)))
    return [_rules(row, ends[row.id], names, session.today) for row in rows]


def rule_set(session: WorkSession, public_id: str) -> Rules:
    """Raises NotFound."""
    found = next((one for one in rule_sets(session) if one.public_id == public_id), None)
    if found is None:
        raise NotFound("没有这套规则")
    return found


def _rules(row: RulesRow, until: date | None, names: dict[str, str], today: date) -> Rules:
    state = row.state
    if state == "adopted":
        state = "to_come" if row.since > today else "past" if until and until < today else "in_force"
    return Rules(
        row.id,
        row.public_id,
        row.title,
        row.sample,
        row.since,
        until,
        state,
        row.applied_at is not None,
        row.proposed_by,
        names.get(row.proposed_by, row.proposed_by),
        row.proposed_at,
        names.get(row.decided_by or "", row.decided_by),
        row.decided_at,
        row.source,
        row.digest,
    )


def waiting(session: WorkSession, limit: int) -> list[Duty]:
    """The work list 待采纳的评价规则: proposals, with the last day on which they can be adopted."""
    rows = select(RulesRow).where(RulesRow.state == "proposed", RulesRow.since >= session.today + NOTICE)
    return [
        Duty(
            title=f"《{row.title}》，自 {row.since} 起施行",
            endpoint="standing_rules.rules",
            values={"public_id": row.public_id},
            since=local_day(row.proposed_at),
            due=row.since - NOTICE,
            barred=frozenset({row.proposed_by}),
        )
        for row in session.scalars(rows.order_by(RulesRow.since, RulesRow.id).limit(limit))
    ]


WORKLIST = Worklist("待采纳的评价规则", ADOPT, waiting)

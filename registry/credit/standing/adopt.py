"""How a rule set comes into force: one proposes its text, another adopts it before its first day. Nothing is edited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from sqlalchemy import select

from registry.accounts.roles import EVERYONE
from registry.credit.standing.nodes import Unreadable
from registry.credit.standing.rulebook import parsed
from registry.credit.standing.ruleset import ONE_DAY, RuleSet
from registry.credit.standing.tables import RulesRow
from registry.kernel.access import Actor, Permission
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound, Refused
from registry.kernel.work import WorkSession

READ, PROPOSE, ADOPT = "standing.read", "standing.propose", "standing.adopt"

PERMISSIONS = (
    Permission(READ, "查看信用等级、评价规则和试算结果", EVERYONE - {"witness", "admin"}),
    Permission(PROPOSE, "提出信用评价规则、试算", frozenset({"head"})),
    Permission(ADOPT, "采纳信用评价规则", frozenset({"leader"})),
)
ACTS: Mapping[str, str] = {
    "standing.propose": "提出信用评价规则",
    "standing.adopt": "采纳信用评价规则",
    "standing.withdraw": "撤回信用评价规则",
    "standing.trial": "试算信用评价规则",
    "standing.apply": "信用评价规则全部重新计算完毕",
    "standing.recompute": "按新规则重新计算信用等级",
    "standing.alarm": "信用等级与重新计算不一致，已改正",
}

NOTICE = timedelta(days=2)
"""A whole day lies between the adoption and the first day, for all courses to be computed in."""


@dataclass(frozen=True)
class Proposed:
    """A proposal on record. `created` is False when the same text was proposed before and still stands."""

    public_id: str
    created: bool


def propose(session: WorkSession, actor: Actor, *, source: bytes) -> Proposed:
    """Puts the YAML text of a rule set on record, for a what-if and for a leader to adopt.

    Raises Invalid with every fault of the text and its line, or for days that overlap with the rules in force, leave a gap
    behind them, or are not ahead. The act is `standing.propose`.
    """
    actor.require(PROPOSE)
    try:
        rules = parsed(source)
    except Unreadable as unreadable:
        raise Invalid(
            f"规则有 {len(unreadable.faults)} 处错误，未保存",
            [FieldFault("source", fault.rule, str(fault)) for fault in unreadable.faults],
            rule="unreadable",
        ) from None
    digest = sha256(source).hexdigest()
    standing = select(RulesRow).where(RulesRow.digest == digest, RulesRow.state != "withdrawn")
    known = session.scalar(standing)
    if known is not None:
        return Proposed(known.public_id, created=False)
    refuse_days(rules, adopted(session), session.today)
    row = RulesRow(
        public_id=session.new_id(),
        title=rules.title[:200],
        sample=rules.sample,
        source=source,
        digest=digest,
        since=rules.since,
        until=rules.until,
        state="proposed",
        proposed_by=actor.id,
        proposed_at=session.now,
        applied_at=session.now,
    )
    session.add(row)
    session.flush()
    session.act("standing.propose", row.public_id, digest=digest, since=rules.since.isoformat())
    return Proposed(row.public_id, created=True)


def adopt(session: WorkSession, actor: Actor, *, rules: str) -> None:
    """A proposal becomes the rule set of its days; the courses are then computed by the job before the first of them.

    Raises Refused (`four_eyes`) for whoever proposed it, Conflict (`state`) if it does not wait for adoption, Invalid as
    `propose` does, NotFound. The act is `standing.adopt`.
    """
    actor.require(ADOPT)
    row = _locked(session, rules)
    if row.state != "proposed":
        raise Conflict("这套规则已经处理过", rule="state")
    if row.proposed_by == actor.id:
        raise Refused("规则须由提出人以外的人采纳", rule="four_eyes")
    refuse_days(parsed(row.source), adopted(session), session.today)
    row.state, row.decided_by, row.decided_at, row.applied_at = "adopted", actor.id, session.now, None
    session.act("standing.adopt", row.public_id, digest=row.digest, since=row.since.isoformat())


def withdraw(session: WorkSession, actor: Actor, *, rules: str) -> None:
    """Takes back a proposal, or (a leader) adopted rules whose first day has not come.

    Raises Refused, Conflict (`state`, `in_force`), NotFound. The act is `standing.withdraw`.
    """
    row = _locked(session, rules)
    actor.require(ADOPT if row.state == "adopted" else PROPOSE)
    if row.state == "withdrawn":
        raise Conflict("这套规则已经撤回", rule="state")
    if row.state == "adopted":
        if row.since <= session.today:
            raise Conflict("规则已经施行，只能由新的规则接替", rule="in_force")
        row.applied_at = None
    row.state, row.decided_by, row.decided_at = "withdrawn", actor.id, session.now
    session.act("standing.withdraw", row.public_id)


def adopted(session: WorkSession) -> list[RulesRow]:
    """The adopted rule sets in the order of their days."""
    rows = session.scalars(select(RulesRow).where(RulesRow.state == "adopted").order_by(RulesRow.since))
    return list(rows)


def refuse_days(rules: RuleSet, held: Sequence[RulesRow], today: date) -> None:
    """Raises Invalid if the rules would weigh on days that are past, that belong to others, or leave days to nobody.

    立法法第一百零四条: rules do not reach back.
    """
    if rules.since < today + NOTICE:
        raise _fault(
            "past",
            f"规则的第一天（{rules.since}）太早：不溯及既往，且须留出一整天重新计算，最早为 {today + NOTICE}",
        )
    if not held:
        return
    last = held[-1]
    if rules.since <= last.since:
        raise _fault("overlap", f"与《{last.title}》重叠：{last.since} 起已由它决定，新规则的第一天应在其后")
    if last.until is not None and rules.since <= last.until:
        raise _fault("overlap", f"与《{last.title}》重叠：自 {rules.since} 至 {last.until} 会同时有两套规则")
    if last.until is not None and rules.since > last.until + ONE_DAY:
        raise _fault(
            "gap",
            f"与《{last.title}》之间有空档：自 {last.until + ONE_DAY} 至 {rules.since - ONE_DAY} 没有规则",
        )


def _fault(rule: str, message: str) -> Invalid:
    return Invalid.field("source", rule, message)


def _locked(session: WorkSession, rules: str) -> RulesRow:
    """The row, held together with all others: two leaders who adopt at once must see each other's days."""
    rows = session.scalars(select(RulesRow).order_by(RulesRow.id).with_for_update()).all()
    found = next((row for row in rows if row.public_id == rules), None)
    if found is None:
        raise NotFound("没有这套规则")
    return found

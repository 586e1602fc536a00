"""A penalty that breaks its statute is recorded only when a second person answers for it, with a reason.

A clerk lays it before a leader; until then nobody else reads it and it counts for nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from registry.accounts import staff
from registry.credit import catalogue, entry, sealing
from registry.credit.correction import OVERRIDE
from registry.credit.entry import Entry
from registry.credit.record import CreditEvent, NewEvent, Subject
from registry.credit.statutes import Breach
from registry.credit.tables import EventRow, OverrideRow
from registry.kernel.access import Actor
from registry.kernel.clock import local_day
from registry.kernel.faults import Conflict, Invalid, NotFound, Refused
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession
from registry.roster import find
from registry.roster.find import Found

DECIDE = OVERRIDE
_WORDING = "reg_credit_overrides.wording"
_ANSWER = "reg_credit_overrides.answer"
_LONGEST = 1000
STATES: Mapping[str, str] = {"waiting": "待审核", "allowed": "已同意，已记录", "refused": "未同意"}


@dataclass(frozen=True)
class Override:
    """One penalty that waits, or waited, for a leader. `event` is the public id of the record that it became."""

    public_id: str
    subject: Found
    new: NewEvent
    head: NewEvent | None
    breaches: Sequence[Breach]
    why: str
    state: str
    drafted_by: str
    drafted_by_name: str
    drafted_at: datetime
    decided_by_name: str | None
    decided_at: datetime | None
    answer: str | None
    event: str | None

    @property
    def state_title(self) -> str:
        return STATES[self.state]


def draft(session: WorkSession, actor: Actor, *, entry: Entry, why: str) -> str:
    """Lays a penalty with breaches before a leader and returns the draft's public id.

    Raises Refused, Invalid (`why`, or the faults of the form), Conflict where there is nothing to answer for. The act is
    `credit.draft`.
    """
    if entry.new is None:
        raise Invalid("填写有误", entry.faults)
    actor.require(catalogue.kind(entry.new.kind).permission)
    if entry.same is not None:
        raise Conflict("这条记录已经录入过", rule="known-record")
    if not entry.breaches:
        raise Conflict("与条文没有不一致，可以直接记录", rule="no-breach")
    why = _reason(why, "why")
    wording = {
        "new": _plain(entry.new),
        "head": _plain(entry.head) if entry.head else None,
        "breaches": [asdict(breach) for breach in entry.breaches],
        "why": why,
    }
    row = OverrideRow(
        public_id=session.new_id(),
        practitioner_id=entry.new.subject.practitioner,
        organisation_id=entry.new.subject.organisation,
        rules=sorted({f"{breach.article}|{breach.rule}" for breach in entry.breaches}),
        wording=sealing.seal(session, wording, _WORDING),
        drafted_by=actor.id,
        drafted_at=session.now,
        state="waiting",
    )
    session.add(row)
    session.flush()
    session.act("credit.draft", row.public_id, rules=row.rules)
    return row.public_id


def allow(session: WorkSession, actor: Actor, *, override: str, reason: str) -> CreditEvent:
    """Records the penalty in spite of its breaches; the reason stays with the event.

    Raises Refused (permission, or the one who drafted it), NotFound, Invalid (`reason`), Conflict if it is decided, or
    recorded meanwhile. The acts are `credit.record` and `credit.override`.
    """
    row = _waiting(session, actor, override)
    reason = _reason(reason, "reason")
    kept = sealing.opened(session, row.wording, _WORDING)
    breaches = [f"{one['article']}：{one['message']}" for one in kept["breaches"]]
    answered = {
        "override": {"draft": row.public_id, "reason": reason, "breaches": breaches, "by": actor.name}
    }
    new = _event(kept["new"])
    answered_for = replace(new, detail={**new.detail, **answered})
    head = _event(kept["head"]) if kept["head"] else None
    made = entry.store(session, answered_for, head, by=row.drafted_by)
    row.event_id = made.id
    _decide(session, actor, row, "allowed", reason)
    session.act("credit.override", row.public_id, event=made.public_id, rules=row.rules)
    return made


def refuse(session: WorkSession, actor: Actor, *, override: str, reason: str) -> None:
    """Sends it back: nothing is recorded. Raises as `allow`; the act is `credit.override_refused`."""
    row = _waiting(session, actor, override)
    _decide(session, actor, row, "refused", _reason(reason, "reason"))
    session.act("credit.override_refused", row.public_id, rules=row.rules)


def one(session: WorkSession, actor: Actor, public_id: str) -> Override:
    """For whoever drafted it or may decide on it. Raises NotFound, Refused."""
    row = session.scalar(select(OverrideRow).where(OverrideRow.public_id == public_id))
    if row is None:
        raise NotFound("没有这件待审核的录入")
    if actor.id != row.drafted_by and not actor.may(DECIDE):
        raise Refused("只有录入人和分管领导可以查看", rule="sealed")
    return _override(session, row)


def listed(session: WorkSession, actor: Actor, *, limit: int) -> list[Override]:
    """Those of a drafter, or all for whoever decides, the waiting ones first."""
    wanted = select(OverrideRow)
    if not actor.may(DECIDE):
        wanted = wanted.where(OverrideRow.drafted_by == actor.id)
    order = (OverrideRow.state != "waiting", OverrideRow.id.desc())
    return [_override(session, row) for row in session.scalars(wanted.order_by(*order).limit(limit))]


def duties(session: WorkSession, limit: int) -> Sequence[Duty]:
    rows = session.scalars(
        select(OverrideRow).where(OverrideRow.state == "waiting").order_by(OverrideRow.id).limit(limit)
    ).all()
    return [
        Duty(
            title=f"{_subject(session, row).name}：处罚与条文不一致，待审核",
            endpoint="credit.override",
            values={"public_id": row.public_id},
            since=local_day(row.drafted_at),
            barred=frozenset({row.drafted_by}),
        )
        for row in rows
    ]


WORKLIST = Worklist("处罚录入审核", DECIDE, duties)


def _waiting(session: WorkSession, actor: Actor, override: str) -> OverrideRow:
    actor.require(DECIDE)
    row = session.scalar(select(OverrideRow).where(OverrideRow.public_id == override).with_for_update())
    if row is None:
        raise NotFound("没有这件待审核的录入")
    if row.state != "waiting":
        raise Conflict("这件录入已经审核过", rule="decided")
    if row.drafted_by == actor.id:
        raise Refused("须由录入人以外的人审核", rule="four_eyes")
    return row


def _decide(session: WorkSession, actor: Actor, row: OverrideRow, state: str, reason: str) -> None:
    row.state, row.decided_by, row.decided_at = state, actor.id, session.now
    row.answer = session.keys.encrypt(reason, _ANSWER)
    session.flush()


def _reason(text: str, path: str) -> str:
    text = text.strip()
    if not text or len(text) > _LONGEST:
        raise Invalid.field(path, "required", f"请写明理由，不超过 {_LONGEST} 字")
    return text


def _plain(new: NewEvent) -> dict[str, Any]:
    return {
        **asdict(
            replace(new, columns=dict(new.columns), restricted=dict(new.restricted), detail=dict(new.detail))
        ),
        "decided_on": new.decided_on.isoformat(),
        "missing": list(new.missing),
    }


def _event(kept: Mapping[str, Any]) -> NewEvent:
    return NewEvent(
        **{
            **kept,
            "subject": Subject(**kept["subject"]),
            "decided_on": date.fromisoformat(kept["decided_on"]),
        }
    )


def _subject(session: WorkSession, row: OverrideRow) -> Found:
    organisations = [row.organisation_id] if row.organisation_id is not None else []
    practitioners = [row.practitioner_id] if row.practitioner_id is not None else []
    named = find.named(session, organisations=organisations, practitioners=practitioners)
    return next(iter(named.values()))


def _override(session: WorkSession, row: OverrideRow) -> Override:
    kept = sealing.opened(session, row.wording, _WORDING)
    names = staff.names(session, {row.drafted_by, row.decided_by or ""})
    event = (
        session.scalar(select(EventRow.public_id).where(EventRow.id == row.event_id))
        if row.event_id
        else None
    )
    return Override(
        public_id=row.public_id,
        subject=_subject(session, row),
        new=_event(kept["new"]),
        head=_event(kept["head"]) if kept["head"] else None,
        breaches=[Breach(**breach) for breach in kept["breaches"]],
        why=kept["why"],
        state=row.state,
        drafted_by=row.drafted_by,
        drafted_by_name=names.get(row.drafted_by, row.drafted_by),
        drafted_at=row.drafted_at,
        decided_by_name=names.get(row.decided_by or "", row.decided_by),
        decided_at=row.decided_at,
        answer=session.keys.decrypt(row.answer, _ANSWER) if row.answer else None,
        event=event,
    )

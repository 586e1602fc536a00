"""The attribute is decided within the release: proposed with it, confirmed by its approval; afterwards by assessment alone.

Nobody closes a fact alone: who proposes another attribute does so in a step of the release that is theirs, and whoever
approves the release confirms it. Nobody opens one alone either: an assessment starts the six steps, and they decide.
"""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import select

from publicity.disclosure import attributes, register
from publicity.disclosure.attributes import GROUNDS, NOT_TOLD, PROACTIVE, REVIEW, TITLES, Ground
from publicity.disclosure.tables import DisclosureRow
from publicity.release import decide, draft, states
from publicity.release.tables import Release, ReleaseStep
from registry.credit import correction, find
from registry.credit import disclosure as publication
from registry.credit.catalogue import add_months
from registry.credit.find import Event
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.work import WorkSession
from registry.kernel.workdays import add_workdays

REVIEW_BY = "disclosure.review"
LONGEST = 500
MOST = 200
"""So many entries are assessed at once."""
PROPOSABLE = ("propose", "first_review", "secrecy_review")
"""Steps of the release in which another attribute may be proposed: whoever approves confirms what somebody else proposed."""

_FOLLOWS = Actor("job", "disclosure", "公开属性办理")
"""What follows from a decision about the attribute is nobody's step of the release, and bars nobody from one."""


def propose(
    session: WorkSession,
    actor: Actor,
    *,
    release: str,
    revision: int,
    ground: str,
    reason: str,
) -> DisclosureRow:
    """Proposes an attribute with the release, for its approval to confirm; the reason is kept.

    Raises Invalid naming `ground` or `reason`, NotFound, Refused (`permission`, `four_eyes`), Conflict
    (`changed`, `out_of_turn`, `same`). The act is `disclosure.propose` on the release.
    """
    row = decide.locked(session, release, revision=revision)
    step = states.step_after(row.state)
    if step is None or step.name not in PROPOSABLE:
        raise Conflict(f"当前状态为“{states.STATES[row.state]}”，不能更改公开属性", rule="out_of_turn")
    if not actor.may(step.permission):
        raise Refused(f"“{step.title}”不由您办理，公开属性由办理人提出", rule="permission")
    if not states.may_take(
        step, actor=actor.id, permissions=actor.permissions, taken=decide.taken(session, row)
    ):
        raise Refused("您已办理过本件的其他步骤", rule="four_eyes")
    wanted = attributes.chosen(ground, TITLES)
    text = _reason(reason)
    entry = register.held(session, _event(session, row))
    if wanted.code == (entry.proposed_ground or entry.ground):
        raise Conflict("公开属性和法律依据没有变化", rule="same")
    entry.proposed, entry.proposed_ground = wanted.attribute, wanted.code
    register.note(session, actor, entry, step="propose", ground=wanted, reason=text)
    # Whoever has the page open decided on another attribute, and is told so.
    row.revision += 1
    session.act(
        "disclosure.propose", row.public_id, step=step.name, attribute=wanted.attribute, ground=wanted.code
    )
    return entry


def close(session: WorkSession) -> None:
    """The closing step of every write: the approval of a release confirms the attribute that was proposed with it, and a
    corrected fact is what it is by itself now, unless somebody decided.

    What is not to be told by itself ends here: its release is stopped, and it stands in the register until its next
    assessment. The act is `disclosure.confirm` on the release. Raises Refused (`four_eyes`) where whoever
    proposed it approves, or is stood in for by whoever does.
    """
    register.read_again(session, [act.record for act in session.acts if act.verb == correction.ACT])
    for public_id in [act.record for act in session.acts if act.verb == "release.approve"]:
        session.flush()
        release = decide.locked(session, public_id)
        entry = session.scalar(
            select(DisclosureRow).where(DisclosureRow.event_id == release.event_id).with_for_update()
        )
        if entry is None or entry.proposed_ground is None:
            continue
        # A deputy and whoever is away are one pair of hands.
        behalf = [step for step in release.steps if step.step == "approve"][-1].behalf
        if entry.decisions[-1].actor in (session.actor.id, behalf):
            raise Refused("公开属性由您提出，须由他人审核", rule="four_eyes")
        ground = GROUNDS[entry.proposed_ground]
        register.put(session, entry, ground)
        register.note(session, session.actor, entry, step="confirm", ground=ground, behalf=behalf)
        session.act("disclosure.confirm", release.public_id, attribute=ground.attribute, ground=ground.code)
        if ground.attribute in NOT_TOLD:
            told = f"公开属性定为{TITLES[ground.attribute]}：{ground.title}（{ground.basis}）"
            decide.stop(session, _FOLLOWS, release, reason=told)


def keep(
    session: WorkSession,
    actor: Actor,
    *,
    entries: Collection[str],
    ground: str,
    reason: str,
    next_on: date | None = None,
) -> Sequence[DisclosureRow]:
    """评估后仍不主动公开, of one entry or of many alike, each with the ground, the reason and the day of the next assessment
    (None: as late as the rules let it be). An empty `ground` keeps each entry's own.

    Raises Invalid naming `entries`, `ground`, `reason` or `next_on`, NotFound, Refused (`four_eyes`), Conflict (`told`).
    The act is `disclosure.keep` on each entry.
    """
    actor.require(REVIEW_BY)
    if not 0 < len(entries) <= MOST:
        raise Invalid.field("entries", "required", f"请选择要评估的信息，一次不超过 {MOST} 条")
    latest = add_months(session.today, REVIEW.months)
    if next_on is not None and not session.today < next_on <= latest:
        raise Invalid.field("next_on", "date-range", f"下次评估日期应在明天至 {latest.isoformat()} 之间")
    text = _reason(reason)
    kept = []
    # In one order, so that two who assess the same entries wait for each other instead of deadlocking.
    for public_id in sorted(set(entries)):
        row = _assessed(session, actor, public_id)
        found = attributes.chosen(ground or row.ground, NOT_TOLD)
        register.put(session, row, found)
        row.review_on = next_on or latest
        register.note(session, actor, row, step="keep", ground=found, reason=text)
        session.act("disclosure.keep", row.public_id, attribute=found.attribute, ground=found.code)
        kept.append(row)
    return kept


def open_(session: WorkSession, actor: Actor, *, entry: str, ground: str, reason: str) -> Release:
    """评估后转为主动公开: the fact goes through the six steps like any other, from its proposal on.

    Raises Invalid naming `ground` or `reason`, NotFound, Refused (`four_eyes`), Conflict (`told`, `not_releasable`,
    `ended`, `term_over`). The act is `disclosure.open` on the entry.
    """
    actor.require(REVIEW_BY)
    row = _assessed(session, actor, entry)
    wanted = attributes.chosen(ground, (PROACTIVE,))
    text = _reason(reason)
    event = register.event_of(session, row)
    _may_be_told(session, event)
    register.put(session, row, wanted)
    register.note(session, actor, row, step="open", ground=wanted, reason=text)
    session.act("disclosure.open", row.public_id, ground=wanted.code)
    return _begun(session, event, wanted)


def require_told(session: WorkSession, event: int) -> None:
    """Raises Conflict (`not_disclosed`) for an event (row id) that is not told by itself."""
    if register.closed(session, [event]):
        raise Conflict("本件的公开属性不是主动公开", rule="not_disclosed")


def _begun(session: WorkSession, event: Event, ground: Ground) -> Release:
    due = add_workdays(session, session.today, REVIEW.workdays)
    row = session.scalar(select(Release).where(Release.event_id == event.id).with_for_update())
    if row is None:
        row = draft.draft(session, event, due=due)
        session.act("release.draft", row.public_id, event=event.public_id)
        return row
    if row.state != states.STOPPED:
        raise Conflict("本件正在公开流程中，或者已经公开", rule="told")
    row.due_on, row.due_provisional = due.day, due.provisional
    draft.fill(session, row, event)
    row.state, row.revision = states.DRAFTED, row.revision + 1
    told = f"定期评估后转为主动公开：{ground.title}（{ground.basis}），请重新提出"
    row.steps.append(
        ReleaseStep(
            step="redraft",
            sent_back=False,
            actor=_FOLLOWS.id,
            actor_name=_FOLLOWS.name,
            at=session.now,
            note=told,
        )
    )
    session.act("release.redraft", row.public_id, event=event.public_id)
    return row


def _may_be_told(session: WorkSession, event: Event) -> None:
    if not event.kind.releasable or event.state == "撤销" or event.annulled_by is not None:
        raise Conflict("这类记录不能公开，或者已被撤销", rule="not_releasable")
    if publication.ended(session, [event.id]):
        raise Conflict("该记录已经停止公示", rule="ended")
    until = event.term.max_until
    if until is not None and until < session.today:
        raise Conflict("公示期已满，不再公示", rule="term_over")


def _assessed(session: WorkSession, actor: Actor, public_id: str) -> DisclosureRow:
    row = register.entry(session, public_id)
    if row.attribute not in NOT_TOLD:
        raise Conflict("这条信息主动公开，不需要评估", rule="told")
    closing = [done for done in row.decisions if done.step in ("propose", "confirm")]
    if any(actor.id in (done.actor, done.behalf) for done in closing):
        raise Refused("提出或者批准不公开的人，不能评估本件", rule="four_eyes")
    return row


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason or len(reason) > LONGEST:
        raise Invalid.field("reason", "required", f"请写明理由，不超过 {LONGEST} 字")
    return reason


def _event(session: WorkSession, release: Release) -> Event:
    return find.event(session, session.get_one(EventRow, release.event_id).public_id)

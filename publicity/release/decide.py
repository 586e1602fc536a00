"""The use cases of a release between its draft and its publication. Each takes one step, or sends back.

`revision` is the one that the actor saw: whoever decides on a page that another has moved meanwhile is told so, instead
of deciding something else than they read.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select

from publicity.release import draft, hands, states
from publicity.release.consultation import state as consulted
from publicity.release.delegation import find as delegations
from publicity.release.gaps import gaps, read_answer
from publicity.release.redaction import keep
from publicity.release.tables import Release, ReleaseStep
from registry.accounts import staff
from registry.credit import find as events
from registry.credit.find import Event
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound
from registry.kernel.work import WorkSession
from registry.roster.cells import CellFault

LONGEST_NOTE = 1000


def propose(
    session: WorkSession,
    actor: Actor,
    *,
    release: str,
    revision: int,
    fill: Mapping[str, str] | None = None,
    note: str = "",
) -> Release:
    """提出. `fill` gives columns that the platform asks for and the fact lacks, by code; an empty text is no answer.

    What was recorded is never overwritten here: a mistake in it is answered in the registry, by a second event.
    Raises Invalid naming `columns.<code>`, NotFound, Conflict or Refused.
    """
    row = take(session, actor, release=release, step="propose", revision=revision, note=note)
    given = {code: text.strip() for code, text in (fill or {}).items() if text.strip()}
    if given:
        _fill(session, row, given)
    return row


def review(
    session: WorkSession, actor: Actor, *, release: str, step: str, revision: int, note: str = ""
) -> Release:
    """初审, 保密审查 or 审核. Raises NotFound, Conflict or Refused."""
    if step not in ("first_review", "secrecy_review", "approve"):
        raise Conflict("没有这个审查步骤", rule="unknown_step")
    return take(session, actor, release=release, step=step, revision=revision, note=note)


def send_back(session: WorkSession, actor: Actor, *, release: str, revision: int, reason: str) -> Release:
    """退回: the release returns to the clerk with the reason. Raises Invalid without one, NotFound, Conflict or Refused."""
    reason = reason.strip()
    if not reason:
        raise Invalid.field("reason", "required", "请写明退回理由")
    row = locked(session, release, revision=revision)
    acting = who(session, actor, row)
    step = states.step_after(row.state)
    behalf = states.on_behalf(step, **acting) if step else None
    row.state, step = states.send_back(row.state, **acting)
    _note(session, actor, row, step=step.name, note=reason, sent_back=True, behalf=behalf)
    session.act("release.send_back", row.public_id, step=step.name, **_for(behalf))
    return row


def take(
    session: WorkSession, actor: Actor, *, release: str, step: str, revision: int, note: str = ""
) -> Release:
    """Moves the release one step under its lock and keeps who did it. Raises NotFound, Conflict or Refused."""
    row = locked(session, release, revision=revision)
    acting = who(session, actor, row, step)
    behalf = states.on_behalf(states.step_named(step), **acting)
    row.state = states.advance(row.state, step, **acting)
    if step == "secrecy_review":
        keep.require_decided(session, row)
        consulted.require_settled(session, row)
    _note(session, actor, row, step=step, note=note.strip(), sent_back=False, behalf=behalf)
    session.act(f"release.{step}", row.public_id, **_for(behalf))
    return row


def stop(session: WorkSession, actor: Actor, row: Release, *, reason: str) -> None:
    """终止: what is not published yet never will be. The draft goes; who took which step stays."""
    row.state = states.STOPPED
    draft.clear(session, row)
    _note(session, actor, row, step="stop", note=reason, sent_back=False)
    session.act("release.stop", row.public_id)


def redraft(session: WorkSession, actor: Actor, row: Release, event: Event) -> None:
    """The event was corrected: the draft is made anew from what it says now, and goes round again from the clerk."""
    draft.fill(session, row, event, cause="redraft")
    row.state = states.DRAFTED
    _note(session, actor, row, step="redraft", note="原记录已更正，请按更正后的内容重新提出", sent_back=False)
    session.act("release.redraft", row.public_id, event=event.public_id)


def unpublished(row: Release) -> bool:
    """Whether the release may still be stopped."""
    return row.state in states.STOPPABLE


def stop_overdue(session: WorkSession, actor: Actor, *, limit: int) -> int:
    """Stops up to `limit` releases whose term of publication ended before they were published; returns how many."""
    rows = session.scalars(_overdue(session).order_by(Release.id).limit(limit).with_for_update()).all()
    for row in rows:
        stop(session, actor, row, reason="公示期已满，未公开")
    return len(rows)


def any_overdue(session: WorkSession) -> bool:
    """Whether `stop_overdue` has something to do."""
    return session.scalar(_overdue(session).limit(1)) is not None


def _overdue(session: WorkSession) -> Select[Release]:
    return select(Release).where(Release.state.in_(states.STOPPABLE), Release.until < session.today)


def locked(session: WorkSession, release: str, *, revision: int | None = None) -> Release:
    """The release, held until the unit of work ends. Raises NotFound, or Conflict if it is at another revision."""
    row = session.scalar(select(Release).where(Release.public_id == release).with_for_update())
    if row is None:
        raise NotFound("没有这件公开流程")
    if revision is not None and row.revision != revision:
        raise Conflict("本件已被他人办理，请刷新后查看", rule="changed")
    return row


def taken(session: WorkSession, row: Release) -> Sequence[states.Taken]:
    """Every hand in the release so far, of every round."""
    return hands.of(session, [row.id])[row.id]


def who(session: WorkSession, actor: Actor, row: Release, step: str | None = None) -> dict[str, Any]:
    """What states.advance and states.on_behalf ask about the actor, for `step` or the one that the release waits for."""
    waiting = states.step_after(row.state)
    name = step or (waiting.name if waiting else "")
    absent = delegations.stood_in_for(session, actor.id).get(name, ())
    return {
        "actor": actor.id,
        "permissions": actor.permissions,
        "taken": taken(session, row),
        "absent": absent,
    }


def _for(behalf: str | None) -> dict[str, str]:
    return {"behalf": behalf} if behalf else {}


def _note(
    session: WorkSession,
    actor: Actor,
    row: Release,
    *,
    step: str,
    note: str,
    sent_back: bool,
    behalf: str | None = None,
) -> None:
    if len(note) > LONGEST_NOTE:
        raise Invalid.field("note", "too_long", f"意见不超过 {LONGEST_NOTE} 字")
    row.revision += 1
    row.steps.append(
        ReleaseStep(
            step=step,
            sent_back=sent_back,
            actor=actor.id,
            actor_name=actor.name,
            behalf=behalf,
            behalf_name=staff.names(session, [behalf]).get(behalf) if behalf else None,
            at=session.now,
            note=note,
        )
    )


def _fill(session: WorkSession, row: Release, given: Mapping[str, str]) -> None:
    columns, restricted = dict(row.columns or {}), draft.restricted_of(session, row)
    open_gaps = {gap.code: gap for gap in gaps(row.kind, {**columns, **restricted})}
    faults = []
    for code, text in given.items():
        if code not in open_gaps:
            faults.append(FieldFault(f"columns.{code}", "not_missing", "此项已有记录，不在这里更改"))
            continue
        try:
            (restricted if open_gaps[code].restricted else columns)[code] = read_answer(code, text)
        except CellFault as fault:
            faults.append(
                FieldFault(f"columns.{code}", fault.rule, f"{open_gaps[code].title}：{fault.message}")
            )
    if faults:
        raise Invalid("补充内容填写有误", faults)
    row.restricted = draft.sealed(session, row.public_id, restricted)
    if added := {code: text for code, text in columns.items() if code not in (row.columns or {})}:
        event = events.event(session, session.get_one(EventRow, row.event_id).public_id)
        draft.keep_as(session, row, event, cause="fill", given=added)

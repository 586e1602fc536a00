"""The secrecy reviewer asks a third party; its answer is recorded; whoever approves releases decides for the office."""

from datetime import date

from sqlalchemy import select

from publicity.release import decide as releases
from publicity.release import states
from publicity.release.consultation import rules
from publicity.release.consultation.state import sealed, so
from publicity.release.consultation.tables import ConsultationRow, ConsultationStepRow
from publicity.release.tables import Release
from registry.kernel.access import Actor
from registry.kernel.clock import local_day
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound
from registry.kernel.work import WorkSession
from registry.kernel.workdays import add_workdays

LONGEST = 2_000
_LONGEST = {"name": 100, "address": 200, "about": LONGEST}
_WANTED = {
    "name": "请填写第三方的姓名或者名称",
    "address": "请填写第三方的通信地址",
    "about": "请写明拟公开的、涉及第三方的内容",
}


def ask(
    session: WorkSession,
    actor: Actor,
    *,
    release: str,
    revision: int,
    concern: str,
    name: str,
    address: str,
    about: str,
) -> str:
    """征求意见: while the release waits for its secrecy review, by whoever may take that; gives the consultation's public id.

    Raises Invalid naming fields, Conflict, Refused, NotFound. The act is `release.consult`.
    """
    row = releases.locked(session, release, revision=revision)
    behalf = _require(session, actor, row, "secrecy_review")
    texts = {"name": name.strip(), "address": address.strip(), "about": about.strip()}
    faults = [] if concern in rules.CONCERNS else [FieldFault("concern", "required", "请选择涉及什么")]
    for field, text in texts.items():
        if not text or len(text) > _LONGEST[field]:
            faults.append(FieldFault(field, "required", f"{_WANTED[field]}，不超过 {_LONGEST[field]} 字"))
    if faults:
        raise Invalid("征求意见填写有误，请更正后重新提交", faults)
    asked = ConsultationRow(
        public_id=session.new_id(),
        release_id=row.id,
        concern=concern,
        wording=sealed(session, texts),
        asked_by=actor.id,
        behalf=behalf,
        asked_at=session.now,
    )
    session.add(asked)
    row.revision += 1
    session.act("release.consult", row.public_id, consultation=asked.public_id, concern=concern)
    return asked.public_id


def receive(session: WorkSession, actor: Actor, *, consultation: str, on: date | None) -> None:
    """送达: the day on which the third party received the letter; its term runs from the day after (民法典第二百零一条).

    Raises Invalid, Conflict (`done`), Refused, NotFound. The act is `release.consult.receive`.
    """
    asked, behalf = _held(session, actor, consultation, "secrecy_review")
    day = _day(session, on, asked)
    due = add_workdays(session, day, rules.WORKDAYS)
    _add(session, actor, asked, "received", behalf, day, due_on=due.day, due_provisional=due.provisional)


def answer(
    session: WorkSession, actor: Actor, *, consultation: str, on: date | None, outcome: str, words: str
) -> None:
    """答复: what the third party answered and when. A late one counts until the office has decided.

    Raises Invalid naming fields, Conflict (`done`, `not_received`), Refused, NotFound. The act is `release.consult.answer`.
    """
    asked, behalf = _held(session, actor, consultation, "secrecy_review")
    if outcome not in rules.ANSWERS:
        raise Invalid.field("outcome", "required", "请选择第三方的意见")
    if so(asked).due_on is None:
        raise Conflict("请先登记送达日期", rule="not_received")
    if so(asked).decision is not None:
        raise Conflict("已经作出决定", rule="done")
    _add(
        session,
        actor,
        asked,
        "answered",
        behalf,
        _day(session, on, asked),
        outcome=outcome,
        words=_words(words),
    )


def decide(session: WorkSession, actor: Actor, *, consultation: str, outcome: str, reason: str) -> None:
    """决定: once it was answered or its term is over, by whoever may approve this release and had no hand in it.

    `withhold` ends the release. Raises Invalid naming fields, Conflict (`waiting`, `done`), Refused, NotFound. The act
    is `release.consult.decide`.
    """
    asked, behalf = _held(session, actor, consultation, "approve")
    known = so(asked)
    if known.decision is not None:
        raise Conflict("已经作出决定", rule="done")
    if rules.open_(known, session.today) != "decision":
        raise Conflict("第三方的答复期限未满，不能决定", rule="waiting")
    if outcome not in rules.DECISIONS:
        raise Invalid.field("decision", "required", "请选择决定")
    if not reason.strip():
        raise Invalid.field("grounds", "required", "请写明决定的理由")
    _add(session, actor, asked, "decided", behalf, session.today, outcome=outcome, words=_words(reason))
    if outcome == "withhold":
        releases.stop(session, actor, asked.release, reason="征求第三方意见后决定不予公开")
    else:
        asked.release.revision += 1


def tell(session: WorkSession, actor: Actor, *, consultation: str, on: date | None) -> None:
    """告知: the day on which a third party that objected was told in writing what is published and why.

    Raises Invalid, Conflict (`done`, `nothing_to_tell`), Refused, NotFound. The act is `release.consult.tell`.
    """
    asked, behalf = _held(session, actor, consultation, "secrecy_review")
    if rules.open_(so(asked), session.today) != "telling":
        raise Conflict("这件不需要告知", rule="nothing_to_tell")
    _add(session, actor, asked, "told", behalf, _day(session, on, asked))


def _held(
    session: WorkSession, actor: Actor, consultation: str, step: str
) -> tuple[ConsultationRow, str | None]:
    """The consultation, its release held, and for whom the actor acts, who may take `step` of it. The step itself may come
    later."""
    asked = session.scalar(select(ConsultationRow).where(ConsultationRow.public_id == consultation))
    if asked is None:
        raise NotFound("没有这件征求意见")
    row = releases.locked(session, asked.release.public_id)
    session.refresh(asked)
    return asked, _require(session, actor, row, step)


def _require(session: WorkSession, actor: Actor, row: Release, step: str) -> str | None:
    if row.state != "reviewed":
        raise Conflict(f"当前状态为“{states.STATES[row.state]}”，不在保密审查", rule="out_of_turn")
    return states.on_behalf(states.step_named(step), **releases.who(session, actor, row, step))


def _day(session: WorkSession, on: date | None, asked: ConsultationRow) -> date:
    if on is None or not local_day(asked.asked_at) <= on <= session.today:
        raise Invalid.field("on", "day", "请填写日期，不早于征求意见的当天，不晚于今天")
    return on


def _words(text: str) -> str:
    if len(text.strip()) > LONGEST:
        raise Invalid.field("opinion", "too_long", f"不超过 {LONGEST} 字")
    return text.strip()


_VERBS = {"received": "receive", "answered": "answer", "decided": "decide", "told": "tell"}


def _add(
    session: WorkSession,
    actor: Actor,
    asked: ConsultationRow,
    step: str,
    behalf: str | None,
    on: date,
    *,
    due_on: date | None = None,
    due_provisional: bool | None = None,
    outcome: str | None = None,
    words: str = "",
) -> None:
    if any(done.step == step for done in asked.steps):
        raise Conflict("已经登记过", rule="done")
    asked.steps.append(
        ConsultationStepRow(
            step=step,
            on=on,
            due_on=due_on,
            due_provisional=due_provisional,
            outcome=outcome,
            wording=sealed(session, {"words": words}) if words else None,
            actor=actor.id,
            behalf=behalf,
            at=session.now,
        )
    )
    detail = {"outcome": outcome} if outcome else {}
    session.act(
        f"release.consult.{_VERBS[step]}", asked.release.public_id, consultation=asked.public_id, **detail
    )

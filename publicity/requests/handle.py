"""The office's steps on a request for disclosure, each under the request's lock. Clocks: 政府信息公开条例第三十条至第三十三条."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select

from publicity import tracking
from publicity.requests import rules, states
from publicity.requests.receive import LONGEST, WORDING_SEAL
from publicity.requests.tables import RequestRow
from registry.credit.casework import steps
from registry.credit.catalogue import add_months
from registry.credit.sealing import opened, seal
from registry.kernel.access import ANONYMOUS, Actor
from registry.kernel.faults import Conflict, Invalid, NotFound
from registry.kernel.work import Work, WorkSession
from registry.kernel.workdays import Deadline, add_workdays, workdays_between

ANSWER_SEAL = "pub_requests.answer"


def demand(session: WorkSession, actor: Actor, *, request: str, wanted: str) -> None:
    """告知补正, once and within the days of 第三十条; the applicant reads what is `wanted`.

    Raises Invalid, Conflict (`corrected`, `too_late`, `out_of_turn`), NotFound, Refused.
    """
    row = held(session, request)
    note = steps.required("wanted", wanted, "请写明需要补正的事项")
    states.move(row.state, "correct")
    if row.corrected:
        raise Conflict("补正只能一次性告知，已经告知过", rule="corrected")
    if session.today > add_workdays(session, row.received_on, rules.TERMS["correct"]).day:
        raise Conflict(f"收到申请已过 {rules.TERMS['correct']} 个工作日，不能再要求补正", rule="too_late")
    _take(session, actor, row, "correct", note=note)
    row.corrected = True
    _wait(session, row, "correction")


def correct(session: WorkSession, actor: Actor, *, request: str, description: str) -> None:
    """收到补正: the whole answer term begins with the day on which it came (第三十条).

    From the applicant, who has number and code, or entered at the desk. Raises Invalid, Conflict (`out_of_turn`), NotFound.
    """
    row = held(session, request)
    if actor != ANONYMOUS:
        actor.require(states.HANDLE)
    text = description.strip()
    if not text or len(text) > LONGEST:
        raise Invalid.field("description", "required", "请写明补正的内容，不超过两千字")
    states.move(row.state, "corrected")
    _record(session, actor, row, "corrected")
    said = wording(session, row)
    row.wording = seal(session, {**said, "correction": text}, WORDING_SEAL)
    _restart(session, row)


def corrected_by(session: WorkSession, *, number: str, code: str, description: str) -> None:
    """The applicant corrects the request from outside. Raises NotFound for a wrong number or code alike."""
    row = opened_by(session, number, code)
    if row is None:
        raise NotFound("没有这个编号，或者查询码不对")
    correct(session, ANONYMOUS, request=row.public_id, description=description)


def consult(session: WorkSession, actor: Actor, *, request: str, whom: str) -> None:
    """征求第三方意见 (第三十二条): until the answer is in, the answer term stands still (第三十三条第三款)."""
    row = held(session, request)
    note = steps.required("whom", whom, "请写明征求谁的意见")
    _take(session, actor, row, "consult", note=note)
    _wait(session, row, "third_party")


def consulted(session: WorkSession, actor: Actor, *, request: str, opinion: str) -> None:
    """收到第三方意见, or its term is over: the term goes on, longer by the working days it took.

    Without an `opinion` only when the term is over (逾期未提出意见). Raises Invalid (`required`), Conflict, NotFound, Refused.
    """
    row = held(session, request)
    states.move(row.state, "consulted")
    note = opinion.strip()
    if not note and session.today <= row.due_on:
        raise Invalid.field("opinion", "required", "第三方的期限还没有过，请填写其意见")
    since = row.waits_since or session.today
    _take(session, actor, row, "consulted", note=note[: steps.LONGEST])
    row.paused += workdays_between(session, since, session.today).days
    _go_on(session, row)


def charge(session: WorkSession, actor: Actor, *, request: str, by: str, pages: int = 0) -> int:
    """通知缴纳信息处理费, `by` "count" or by "pages" (第四十二条第二款). Returns the yuan.

    Raises Conflict (`free`) where the amount is nothing, which is the rule, and (`charged`) a second time; Invalid, NotFound,
    Refused.
    """
    row = held(session, request)
    if by not in ("count", "pages"):
        raise Invalid.field("by", "required", "请选择按件还是按量计收")
    if row.fee is not None:
        raise Conflict("已经通知过缴费", rule="charged")
    amount = rules.by_pages(max(pages, 0)) if by == "pages" else rules.by_count(month_count(session, row))
    if amount == 0:
        raise Conflict("没有超过免费的数量，不收费", rule="free")
    _take(session, actor, row, "charge", note=f"{amount} 元")
    row.fee = amount
    _wait(session, row, "pay")
    return amount


def paid(session: WorkSession, actor: Actor, *, request: str) -> None:
    """收到信息处理费: the term begins anew the day after (国办函〔2020〕109号)."""
    row = held(session, request)
    _take(session, actor, row, "paid")
    _restart(session, row)


def extend(session: WorkSession, actor: Actor, *, request: str, days: int, reason: str) -> None:
    """延长答复期限, in all at most the working days of 第三十三条第二款; the applicant reads the `reason`.

    Raises Invalid, Conflict (`too_late`, `out_of_turn`), NotFound, Refused.
    """
    row = held(session, request)
    note = steps.required("reason", reason, "请写明延长的理由，申请人会看到")
    states.move(row.state, "extend")
    left = rules.TERMS["extend"] - row.extended
    if not 1 <= days <= left:
        raise Invalid.field("days", "out_of_range", f"最多还可以延长 {left} 个工作日")
    if session.today > row.due_on:
        raise Conflict("答复期限已过，不能再延长", rule="too_late")
    _take(session, actor, row, "extend", note=note)
    row.extended += days
    _go_on(session, row)


def draft(session: WorkSession, actor: Actor, *, request: str, outcome: str, reply: str) -> None:
    """拟写答复. What lapsed is decided only when its term is over. Raises Invalid, Conflict, NotFound, Refused."""
    row = held(session, request)
    states.move(row.state, "draft")
    if outcome not in rules.decisions(row.state, lapsed=session.today > row.due_on):
        raise Invalid.field("outcome", "required", "请选择处理决定")
    text = steps.required("reply", reply, "请填写答复的内容和理由")
    before = row.state
    _take(session, actor, row, "draft", outcome=outcome)
    row.drafted_from, row.drafted_by, row.outcome = before, actor.id, outcome
    row.answer = seal(session, {"reply": text}, ANSWER_SEAL)


def send_back(session: WorkSession, actor: Actor, *, request: str, reason: str) -> None:
    """退回重拟. Raises Invalid, Conflict, NotFound, Refused (`four_eyes`)."""
    row = held(session, request)
    note = steps.required("reason", reason, "请写明要改什么")
    _bar(actor, row)
    _take(session, actor, row, "send_back", note=note)
    row.state = row.drafted_from or row.state
    row.outcome = row.answer = row.drafted_by = row.drafted_from = None


def answer(session: WorkSession, actor: Actor, *, request: str) -> None:
    """审签答复 by somebody who did not draft it. Raises Conflict, NotFound, Refused (`four_eyes`)."""
    row = held(session, request)
    _bar(actor, row)
    _take(session, actor, row, "answer", outcome=row.outcome)
    row.answered_on = session.today


def wording(session: WorkSession, row: RequestRow) -> dict[str, str]:
    """`name`, `id_kind`, `id_number`, `contact`, `description`, and `correction` where it was corrected; empty once deleted."""
    return opened(session, row.wording, WORDING_SEAL) if row.wording else {}


def reply(session: WorkSession, row: RequestRow) -> str | None:
    return str(opened(session, row.answer, ANSWER_SEAL)["reply"]) if row.answer else None


def month_count(session: WorkSession, row: RequestRow) -> int:
    """The how-manieth request of its applicant in the calendar month it is."""
    first = row.received_on.replace(day=1)
    counted = select(func.count()).where(
        RequestRow.applicant == row.applicant,
        RequestRow.received_on >= first,
        RequestRow.received_on < add_months(first, 1),
        RequestRow.id <= row.id,
    )
    return session.scalars(counted).one()


def held(session: WorkSession, request: str) -> RequestRow:
    """The request's row, locked. Raises NotFound."""
    row = session.scalar(select(RequestRow).where(RequestRow.public_id == request).with_for_update())
    if row is None:
        raise NotFound("没有这件申请")
    return row


def opened_by(session: WorkSession, number: str, code: str) -> RequestRow | None:
    """The request that number and code open; None for an unknown number and for a wrong code alike."""
    row = session.scalar(select(RequestRow).where(RequestRow.number == tracking.written(number)))
    return row if tracking.opens(session, row.public_id if row else None, code) else None


def term(session: WorkSession, row: RequestRow) -> Deadline:
    """The last day of the answer: 20 working days, the extension, and the days for which the term stood still."""
    return add_workdays(session, row.clock_from, rules.TERMS["answer"] + row.extended + row.paused)


def _go_on(session: WorkSession, row: RequestRow) -> None:
    due = term(session, row)
    row.due_on, row.due_provisional, row.waits_since = due.day, due.provisional, None


def _restart(session: WorkSession, row: RequestRow) -> None:
    row.clock_from, row.paused = session.today, 0
    _go_on(session, row)


def _wait(session: WorkSession, row: RequestRow, name: str) -> None:
    due = add_workdays(session, session.today, rules.TERMS[name])
    row.due_on, row.due_provisional, row.waits_since = due.day, due.provisional, session.today


def _bar(actor: Actor, row: RequestRow) -> None:
    steps.bar(actor, frozenset({row.drafted_by or ""}), why="拟写答复的人不能审签自己拟的答复")


def _take(
    session: WorkSession,
    actor: Actor,
    row: RequestRow,
    step: str,
    *,
    outcome: str | None = None,
    note: str = "",
) -> None:
    actor.require(states.move(row.state, step).permission)
    _record(session, actor, row, step, outcome=outcome, note=note)


def _record(
    session: WorkSession,
    actor: Actor,
    row: RequestRow,
    step: str,
    *,
    outcome: str | None = None,
    note: str = "",
) -> None:
    steps.take(session, actor, row.public_id, step, due_on=row.due_on, outcome=outcome, note=note)
    row.state = states.MOVES[step].after or row.state
    detail: dict[str, Any] = {"outcome": outcome} if outcome else {}
    session.act(f"request.{step}", row.public_id, **detail)


def purge(work: Work) -> Mapping[str, int]:
    """The job `requests`: deletes who asked, what was written and answered where the term is over. Returns how many."""
    with work.write(Actor.job("requests")) as session:
        answered = select(RequestRow).where(RequestRow.wording.is_not(None), RequestRow.state == "answered")
        old = [row for row in session.scalars(answered.with_for_update()) if _kept_until(row) < session.today]
        for row in old:
            row.wording = row.answer = None
            steps.forget(session, row.public_id)
        if old:
            session.act("request.purge", "requests", count=len(old))
    return {"purged": len(old)}


def _kept_until(row: RequestRow) -> date:
    return add_months(row.answered_on or row.received_on, rules.KEEP_MONTHS)

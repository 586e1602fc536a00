"""The office's steps on a letter, from its acceptance to the signed answer. Each is taken under the letter's lock."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from inspection.plan.tables import MatterRow, TaskMatterRow, TaskRow
from publicity.letters import access, rules, states
from publicity.letters.marks import joined, marks
from publicity.letters.receive import SENDER_SEAL, WORDING_SEAL
from publicity.letters.tables import LetterHandoverRow, LetterRecusalRow, LetterRow
from publicity.release.allowed import without_numbers
from registry.accounts.tables import StaffRow
from registry.credit.casework import steps
from registry.credit.complaint import handle as complaints
from registry.credit.complaint import states as complaint_states
from registry.credit.complaint import terms
from registry.credit.complaint.handle import NewComplaint
from registry.credit.complaint.tables import ComplaintRow
from registry.credit.complaint.terms import Terms
from registry.credit.record import Subject
from registry.credit.sealing import opened, seal
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid, NotFound
from registry.kernel.work import WorkSession

ANSWER_SEAL, NOTE_SEAL = "pub_letters.answer", "pub_letter_handovers.note"
PLAN = "inspection.plan"
"""Who plans inspections takes what letters hand over (see inspection.part)."""


def accept(session: WorkSession, actor: Actor, *, letter: str) -> None:
    """受理: from here runs the term of the answer. Raises Conflict (`out_of_turn`), NotFound, Refused."""
    row = _handled(session, actor, letter)
    _take(session, actor, row, "accept")
    row.accepted_on = session.today
    _wait(session, row, "conclude")


def assign(session: WorkSession, actor: Actor, *, letter: str, section: str) -> None:
    """分办 to a section of the office; from here its people alone read the letter, with whoever signs. Raises Invalid."""
    row = _handled(session, actor, letter)
    if section not in sections(session):
        raise Invalid.field("section", "required", "请选择承办处室")
    _take(session, actor, row, "assign", note=section)
    row.section = section


def recuse(session: WorkSession, actor: Actor, *, letter: str, staff: str) -> None:
    """登记回避: keeps a member of staff out of the letter from now on. Raises Invalid (`unknown`)."""
    row = _handled(session, actor, letter)
    if session.scalar(select(StaffRow.id).where(StaffRow.public_id == staff)) is None:
        raise Invalid.field("staff", "unknown", "请选择需要回避的工作人员")
    _take(session, actor, row, "recuse")
    if staff not in access.recused(session, row):
        session.add(LetterRecusalRow(letter_id=row.id, staff=staff, at=session.now))


def complain(session: WorkSession, actor: Actor, *, letter: str, facts: str) -> str:
    """转为投诉案件: opens a complaint of the register about the same subject, whose investigation and decision are others'.

    `facts` are told anew: the sender stays with the letter, and the case is anonymous to whoever investigates. A case
    knows nobody who is kept out, so no letter with a recusal becomes one. Returns the complaint's public id. Raises Invalid
    (`names_sender`, `numbers`), Conflict (`complained`, `recusals`), NotFound, Refused.
    """
    row = _handled(session, actor, letter)
    if row.complaint_id is not None:
        raise Conflict("这件来信已经转为投诉案件", rule="complained")
    if access.recused(session, row):
        raise Conflict(
            "这件来信有人须回避，投诉案件对他们不保密，不能转为投诉案件；请另行移交上级机关或者其他有权机关办理",
            rule="recusals",
        )
    text = without_sender(session, row, "facts", facts, "请写明转办的事实，不写来信人")
    _take(session, actor, row, "complaint")
    complaint = NewComplaint(
        number=row.number,
        channel="web",
        received_on=row.received_on,
        subject=subject(session, row),
        complainant="",
        contact="",
        facts=text,
    )
    made = complaints.receive(session, actor, complaint=complaint)
    row.complaint_id = made.id
    return made.public_id


def hand_over(session: WorkSession, actor: Actor, *, letter: str, matter: str, note: str) -> str:
    """移交检查 under a matter in force (its code): whoever plans inspections opens a task for it. `note` names no sender.

    Returns the handover's public id. Raises Invalid, Conflict, NotFound, Refused.
    """
    row = _handled(session, actor, letter)
    text = without_sender(session, row, "note", note, "请写明需要检查的情况，不写来信人")
    in_force = select(MatterRow.id).where(
        MatterRow.code == matter,
        MatterRow.valid_from <= session.today,
        MatterRow.valid_until.is_(None) | (MatterRow.valid_until > session.today),
    )
    found = session.scalar(in_force)
    if found is None:
        raise Invalid.field("matter", "required", "请选择现行的抽查事项")
    _take(session, actor, row, "inspection")
    handover = LetterHandoverRow(
        public_id=session.new_id(),
        letter_id=row.id,
        matter_id=found,
        note=session.keys.encrypt(text, NOTE_SEAL),
        handed_at=session.now,
    )
    session.add(handover)
    session.flush()
    return handover.public_id


def take(session: WorkSession, actor: Actor, *, handover: str, task: str) -> None:
    """接收: names the task (its code) that was opened for a handover. Raises Invalid (`other_matter`), Conflict (`taken`)."""
    actor.require(PLAN)
    row = session.scalar(
        select(LetterHandoverRow)
        .join(LetterRow, LetterRow.id == LetterHandoverRow.letter_id)
        .where(LetterHandoverRow.public_id == handover, access.not_recused(actor))
        .with_for_update()
    )
    if row is None:
        raise NotFound("没有这件移交")
    if row.task_id is not None:
        raise Conflict("已经登记过检查任务", rule="taken")
    code = select(MatterRow.code).where(MatterRow.id == row.matter_id).scalar_subquery()
    found = session.scalar(
        select(TaskRow.id)
        .join(TaskMatterRow, TaskMatterRow.task_id == TaskRow.id)
        .join(MatterRow, MatterRow.id == TaskMatterRow.matter_id)
        .where(TaskRow.code == task.strip(), MatterRow.code == code)
    )
    if found is None:
        raise Invalid.field("task", "other_matter", "没有这个编号的任务，或者它不检查所移交的事项")
    row.task_id, row.taken_at = found, session.now
    session.flush()
    session.act("letter.take", handover)


def extend(session: WorkSession, actor: Actor, *, letter: str, reason: str) -> None:
    """延长办理期限, once, before it is over. Raises Invalid, Conflict (`extended`, `too_late`), NotFound, Refused."""
    row = access.held(session, actor, letter)
    note = steps.required("reason", reason, "请写明延长的理由")
    states.move(row.state, "extend")
    if row.extended:
        raise Conflict("办理期限只能延长一次", rule="extended")
    if session.today > row.due_on:
        raise Conflict("办理期限已过，不能再延长", rule="too_late")
    _take(session, actor, row, "extend", note=note)
    due = terms.due(session, row.due_on, rule(session, row).by_step["extend"])
    row.due_on, row.due_provisional, row.extended = due.day, due.provisional, True


def draft(session: WorkSession, actor: Actor, *, letter: str, outcome: str, reply: str) -> None:
    """拟写答复, with a ground of refusal before the letter is accepted and an outcome after it.

    A complaint of the register that was opened from it is decided first. Raises Invalid, Conflict (`complaint_open`,
    `out_of_turn`), NotFound, Refused.
    """
    row = _handled(session, actor, letter)
    if outcome not in outcomes(row):
        raise Invalid.field("outcome", "required", "请选择办理结果")
    text = steps.required("reply", reply, "请填写答复")
    if row.complaint_id is not None:
        case = session.get_one(ComplaintRow, row.complaint_id)
        if case.state in complaint_states.OPEN - {"concluded", "refused"}:
            raise Conflict("转出的投诉案件还没有处理结果，请等作出后答复", rule="complaint_open")
    _take(session, actor, row, "draft", outcome=outcome)
    row.outcome, row.drafted_by = outcome, actor.id
    row.answer = seal(session, {"reply": text}, ANSWER_SEAL)


def send_back(session: WorkSession, actor: Actor, *, letter: str, reason: str) -> None:
    """退回重拟. Raises Invalid, Conflict, NotFound, Refused (`four_eyes`)."""
    row = access.held(session, actor, letter)
    note = steps.required("reason", reason, "请写明要改什么")
    _bar(actor, row)
    _take(session, actor, row, "send_back", note=note)
    row.state = "handling" if row.accepted_on else "received"
    row.outcome = row.answer = row.drafted_by = None


def answer(session: WorkSession, actor: Actor, *, letter: str) -> None:
    """审签答复 by somebody who did not draft it; from here whoever has number and code reads it. Raises Conflict, Refused."""
    row = access.held(session, actor, letter)
    _bar(actor, row)
    _take(session, actor, row, "answer", outcome=row.outcome)
    row.answered_on = session.today


def outcomes(row: LetterRow) -> Mapping[str, str]:
    """How the letter may end from where it stands."""
    return rules.OUTCOMES if row.accepted_on else rules.REFUSALS


def sections(session: WorkSession) -> list[str]:
    """The sections of the office, by its active staff."""
    found = select(StaffRow.section).where(StaffRow.ended_at.is_(None)).distinct().order_by(StaffRow.section)
    return [section for section in session.scalars(found) if section]


def rule(session: WorkSession, row: LetterRow) -> Terms:
    """The terms that the letter runs under."""
    return complaints.rule_about(session, subject(session, row), row.received_on)


def subject(session: WorkSession, row: LetterRow) -> Subject:
    return Subject(
        practitioner=row.practitioner_id,
        organisation=row.organisation_id,
        name=wording(session, row).get("subject", ""),
    )


def wording(session: WorkSession, row: LetterRow) -> dict[str, str]:
    """`subject` and `statement`; empty once deleted."""
    return opened(session, row.wording, WORDING_SEAL) if row.wording else {}


def sender(session: WorkSession, row: LetterRow) -> dict[str, str]:
    """`name` and `contact`; empty for an anonymous letter, and once deleted."""
    return opened(session, row.sender, SENDER_SEAL) if row.sender else {}


def reply(session: WorkSession, row: LetterRow) -> str | None:
    return str(opened(session, row.answer, ANSWER_SEAL)["reply"]) if row.answer else None


def without_sender(session: WorkSession, row: LetterRow, path: str, text: str, wanted: str) -> str:
    """The text, if it neither names who wrote nor holds a person's number.

    Raises Invalid (`required`, `names_sender`, `numbers`).
    """
    written = steps.required(path, text, wanted)
    bare = joined(written)
    if any(mark in bare for mark in marks(sender(session, row))):
        raise Invalid.field(path, "names_sender", "不能写来信人的姓名和联系方式")
    if without_numbers(written) != written:
        raise Invalid.field(path, "numbers", "不能有证件号码、手机号码")
    return written


def _handled(session: WorkSession, actor: Actor, letter: str) -> LetterRow:
    row = access.held(session, actor, letter)
    access.require_handler(session, actor, row)
    return row


def _bar(actor: Actor, row: LetterRow) -> None:
    steps.bar(actor, frozenset({row.drafted_by} - {None}), why="拟写答复的人不能审签自己拟的答复")  # type: ignore[arg-type]


def _take(
    session: WorkSession,
    actor: Actor,
    row: LetterRow,
    step: str,
    *,
    outcome: str | None = None,
    note: str = "",
) -> None:
    found = states.move(row.state, step)
    actor.require(found.permission)
    steps.take(session, actor, row.public_id, step, due_on=row.due_on, outcome=outcome, note=note)
    row.state = found.after or row.state
    detail: dict[str, Any] = {"outcome": outcome} if outcome else {}
    session.act(f"letter.{step}", row.public_id, **detail)


def _wait(session: WorkSession, row: LetterRow, name: terms.Name) -> None:
    due = terms.due(session, session.today, rule(session, row).by_step[name])
    row.due_on, row.due_provisional = due.day, due.provisional

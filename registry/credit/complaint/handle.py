"""The use cases of a complaint, from its receipt to the answer. Each takes one step under the complaint's lock."""

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from registry.credit.casework import steps
from registry.credit.complaint import states, terms
from registry.credit.complaint.tables import ComplaintRow
from registry.credit.complaint.terms import Name, Terms
from registry.credit.record import Subject, record
from registry.credit.sealing import opened, seal
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound
from registry.kernel.work import WorkSession
from registry.roster.tables import LicenceRow, OrganisationRow, PractitionerRow

WORDING = "reg_complaints.wording"
LONGEST_NAME = 200


@dataclass(frozen=True, kw_only=True)
class NewComplaint:
    """A complaint as it came in. `number` is the office's or the hotline's own; complainant "" if anonymous."""

    number: str
    channel: str
    received_on: date
    subject: Subject
    complainant: str
    contact: str
    facts: str


@dataclass(frozen=True)
class Received:
    """A complaint on record; `created` is False when the same one was there already."""

    id: int
    public_id: str
    created: bool


def receive(session: WorkSession, actor: Actor, *, complaint: NewComplaint) -> Received:
    """登记: the same complaint again is returned with `created` False.

    Raises Invalid naming fields, Conflict (`known-record-differs`) when the number stands for another. The act is
    `complaint.receive`.
    """
    actor.require(states.RECEIVE)
    _refuse(complaint, session.today)
    text = json.dumps(
        [complaint.channel, complaint.received_on.isoformat(), complaint.complainant, complaint.contact, complaint.facts],
        ensure_ascii=False,
    )  # fmt: skip
    content = session.keys.blind(text, "reg_complaints.content")
    known = session.scalar(select(ComplaintRow).where(ComplaintRow.number == complaint.number))
    if known is not None:
        if known.content != content:
            raise Conflict("这个编号已登记另一件投诉，未作更改", rule="known-record-differs")
        return Received(known.id, known.public_id, created=False)
    subject = complaint.subject
    row = ComplaintRow(
        public_id=session.new_id(),
        number=complaint.number,
        channel=complaint.channel,
        received_on=complaint.received_on,
        registered_at=session.now,
        anonymous=not complaint.complainant,
        practitioner_id=subject.practitioner,
        organisation_id=subject.organisation,
        subject_name=subject.name or "",
        wording=seal(
            session,
            {
                "complainant": complaint.complainant,
                "contact": complaint.contact,
                "facts": complaint.facts,
            },
            WORDING,
        ),
        content=content,
        state=states.MOVES["receive"].after,
        due_on=None,
        due_provisional=False,
        extended=False,
        ground=None,
        outcome=None,
        concluded_on=None,
        event_id=None,
    )
    session.add(row)
    session.flush()
    _wait(session, row, "accept", since=complaint.received_on)
    steps.take(session, actor, row.public_id, "receive")
    session.act("complaint.receive", row.public_id, channel=complaint.channel)
    return Received(row.id, row.public_id, created=True)


def accept(session: WorkSession, actor: Actor, *, complaint: str) -> None:
    """受理. Raises Conflict (`out_of_turn`), NotFound, Refused. The act is `complaint.accept`."""
    _move(session, actor, held(session, complaint), "accept")


def refuse(session: WorkSession, actor: Actor, *, complaint: str, ground: str, note: str) -> None:
    """不予受理, on one of the grounds of terms.toml. Raises Invalid, Conflict, NotFound, Refused."""
    row = held(session, complaint)
    if ground not in terms.GROUNDS:
        raise Invalid.field("ground", "required", "请选择不予受理的理由")
    _move(session, actor, row, "refuse", outcome=ground, note=note.strip()[: steps.LONGEST])
    row.ground = ground


def investigate(session: WorkSession, actor: Actor, *, complaint: str, findings: str) -> None:
    """提交调查情况: what was found, for somebody else to decide on. Raises Invalid, Conflict, NotFound, Refused."""
    row = held(session, complaint)
    note = steps.required("findings", findings, "请填写调查情况")
    _move(session, actor, row, "investigate", note=note)


def send_back(session: WorkSession, actor: Actor, *, complaint: str, reason: str) -> None:
    """退回补充调查. Raises Invalid, Conflict, NotFound, Refused (`four_eyes`)."""
    row = held(session, complaint)
    note = steps.required("reason", reason, "请写明还要查什么")
    _bar(session, actor, row, "return")
    _move(session, actor, row, "return", note=note)


def extend(session: WorkSession, actor: Actor, *, complaint: str, reason: str) -> None:
    """延长办理期限, once, by the configured days from the present last day; the complainant is told why.

    Raises Invalid, Conflict (`extended`, `too_late`, `out_of_turn`), NotFound, Refused.
    """
    row = held(session, complaint)
    note = steps.required("reason", reason, "请写明延长的理由")
    states.move(row.state, "extend")
    if row.extended:
        raise Conflict("办理期限只能延长一次", rule="extended")
    if row.due_on is None or session.today > row.due_on:
        raise Conflict("办理期限已过，不能再延长", rule="too_late")
    before = row.due_on
    _move(session, actor, row, "extend", note=note)
    _wait(session, row, "extend", since=before)
    row.extended = True


def conclude(
    session: WorkSession, actor: Actor, *, complaint: str, outcome: str, reason: str, summary: str = ""
) -> None:
    """作出处理结果, by somebody who did not investigate. Proven, it becomes a credit event of its subject.

    `summary` is what the record, and if the policy lets it be public everybody, reads of a proven complaint; it must not
    name whoever complained. Raises Refused (`four_eyes`), Invalid, Conflict, NotFound. The act is `complaint.conclude`.
    """
    row = held(session, complaint)
    states.move(row.state, "conclude")
    _bar(session, actor, row, "conclude")
    if outcome not in states.OUTCOMES:
        raise Invalid.field("outcome", "required", "请选择处理结果")
    if outcome in states.AFTER_INVESTIGATION and row.state != "investigated":
        raise Invalid.field("outcome", "not_investigated", "查实或者不实的，须先提交调查情况")
    note = steps.required("reason", reason, "请写明认定的事实和理由")
    if outcome == "proven":
        row.event_id = _event(session, actor, row, _public(session, row, summary))
    _move(session, actor, row, "conclude", outcome=outcome, note=note)
    row.outcome, row.concluded_on = outcome, session.today


def tell(session: WorkSession, actor: Actor, *, complaint: str, how: str) -> None:
    """告知: both sides know the result. Raises Invalid, Conflict, NotFound, Refused."""
    row = held(session, complaint)
    note = steps.required("how", how, "请填写告知方式，例如书面送达、热线回复")
    _move(session, actor, row, "tell", note=note)


def wording(session: WorkSession, row: ComplaintRow) -> dict[str, str]:
    """`complainant`, `contact` and `facts`."""
    return opened(session, row.wording, WORDING)


def handlers(session: WorkSession, complaint: str) -> frozenset[str]:
    """Who accepted or investigated, and may not decide."""
    return steps.actors(session, complaint, "accept", "investigate")


def rule(session: WorkSession, row: ComplaintRow) -> Terms:
    """The terms that the complaint runs under: by its subject and its day of receipt."""
    subject = Subject(practitioner=row.practitioner_id, organisation=row.organisation_id)
    return rule_about(session, subject, row.received_on)


def rule_about(session: WorkSession, subject: Subject, received_on: date) -> Terms:
    """The terms of a complaint about `subject` that came in on that day."""
    kind = None
    professions: frozenset[str] = frozenset()
    if subject.organisation is not None:
        kind = session.scalar(select(OrganisationRow.kind).where(OrganisationRow.id == subject.organisation))
    if subject.practitioner is not None:
        held_by = select(LicenceRow.profession).where(LicenceRow.practitioner_id == subject.practitioner)
        professions = frozenset(session.scalars(held_by))
    return terms.of(received_on, kind=kind, professions=professions)


def registered(session: WorkSession, subject: Subject) -> Subject:
    """A registered subject (row ids) with the name that it bears in the register."""
    table = OrganisationRow if subject.organisation is not None else PractitionerRow
    own = subject.organisation if subject.organisation is not None else subject.practitioner
    return replace(subject, name=session.scalars(select(table.name).where(table.id == own)).one())


def held(session: WorkSession, complaint: str) -> ComplaintRow:
    """The complaint's row, held until the unit of work ends. Raises NotFound."""
    row = session.scalar(select(ComplaintRow).where(ComplaintRow.public_id == complaint).with_for_update())
    if row is None:
        raise NotFound("没有这件投诉")
    return row


def _refuse(new: NewComplaint, today: date) -> None:
    faults = []
    if not new.number or len(new.number) > 64:
        faults.append(FieldFault("number", "required", "请填写编号，不超过 64 字"))
    if new.channel not in terms.CHANNELS:
        faults.append(FieldFault("channel", "required", "请选择来源渠道"))
    if new.received_on > today:
        faults.append(FieldFault("received_on", "future", "收到日期在今天之后"))
    if not new.subject.name or len(new.subject.name) > LONGEST_NAME:
        faults.append(FieldFault("subject", "required", "请填写被投诉的机构或人员"))
    if not new.facts.strip():
        faults.append(FieldFault("facts", "required", "请填写投诉内容"))
    elif len(new.facts) > steps.LONGEST:
        faults.append(FieldFault("facts", "too_long", f"投诉内容不超过 {steps.LONGEST} 字"))
    if len(new.complainant) > 100 or len(new.contact) > LONGEST_NAME:
        faults.append(FieldFault("complainant", "too_long", "投诉人或联系方式过长"))
    if new.contact and not new.complainant:
        faults.append(
            FieldFault("complainant", "required", "有联系方式的，请填写投诉人称呼；匿名投诉不留联系方式")
        )
    if faults:
        raise Invalid("投诉填写有误", faults)


def _bar(session: WorkSession, actor: Actor, row: ComplaintRow, step: str) -> None:
    actor.require(states.MOVES[step].permission)
    why = "受理或者调查该投诉的人，不能作出处理结果"
    steps.bar(actor, handlers(session, row.public_id), why=why)


def _move(
    session: WorkSession,
    actor: Actor,
    row: ComplaintRow,
    step: str,
    *,
    outcome: str | None = None,
    note: str = "",
) -> None:
    found = states.move(row.state, step)
    actor.require(found.permission)
    steps.take(session, actor, row.public_id, step, due_on=row.due_on, outcome=outcome, note=note)
    row.state = found.after or row.state
    if row.state == "closed":
        row.due_on, row.due_provisional = None, False
    elif found.term is not None and step != "extend":
        _wait(session, row, found.term, since=session.today)
    detail: dict[str, Any] = {"outcome": outcome} if outcome else {}
    session.act(f"complaint.{step}", row.public_id, **detail)


def _wait(session: WorkSession, row: ComplaintRow, name: Name, *, since: date) -> None:
    due = terms.due(session, since, rule(session, row).by_step[name])
    row.due_on, row.due_provisional = due.day, due.provisional


def _public(session: WorkSession, row: ComplaintRow, summary: str) -> str:
    """The summary, if it names nobody who complained."""
    text = steps.required("summary", summary, "请填写载入信用记录的处理结果")
    if len(text) > 200:
        raise Invalid.field("summary", "too_long", "处理结果不超过 200 字")
    told = wording(session, row)
    if any(part and part in text for part in (told["complainant"], told["contact"])):
        raise Invalid.field("summary", "names_complainant", "处理结果可能公开，不能写投诉人的姓名和联系方式")
    return text


def _event(session: WorkSession, actor: Actor, row: ComplaintRow, summary: str) -> int:
    subject = Subject(
        practitioner=row.practitioner_id, organisation=row.organisation_id, name=row.subject_name
    )
    # A name that nobody registered bears may be a person's.
    scope = terms.scope("practitioner" if row.organisation_id is None else "organisation", session.today)
    result = states.OUTCOMES["proven"]
    return record(
        session,
        actor,
        kind="complaint_upheld",
        subject=subject,
        decided_on=session.today,
        document_number=row.number,
        summary=f"{result}：{summary}",
        scope=scope,
        detail={
            "complaint": row.public_id,
            "number": row.number,
            "result": result,
            "source": terms.CHANNELS[row.channel],
            "closed_on": session.today.isoformat(),
        },
    ).id

"""移送 of a lead to whoever handles cases, with its facts secured, and 抄告 of other departments.

A case ends when the case office has decided (行政处罚法第五十七条); a penalty has to be on record, and is linked.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from inspection.visits.after.tables import HandoverRow
from inspection.visits.after.terms import on, terms
from inspection.visits.findings import locked, refuse_voided, subject_of
from registry.credit.casework import steps
from registry.credit.tables import EventRow, EvidenceRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound, Refused
from registry.kernel.work import WorkSession
from registry.kernel.workdays import add_workdays

PROPOSE, DECIDE, HANDLE = "handover.propose", "handover.decide", "handover.handle"
KINDS = {"case": "移送案件线索", "notify": "抄告其他部门"}
STATES = {
    "proposed": "待批准",
    "sent": "已移送",
    "filed": "已立案",
    "closed": "已办结",
    "refused": "不同意移送",
}
WAITING = ("proposed", "sent", "filed")
FACTS = "insp_handovers.facts"
_LONGEST = 4000


def propose(
    session: WorkSession,
    actor: Actor,
    *,
    visit: str,
    kind: str,
    authority: str,
    facts: str,
    evidence: Sequence[str] = (),
) -> HandoverRow:
    """Proposes to hand over what a visit found; a lead goes with the evidence that secures it (public ids of files).

    Raises NotFound, Refused, Conflict before anything is on record or while the same is under way, Invalid naming each field.
    """
    actor.require(PROPOSE)
    row = locked(session, visit)
    if row.state not in ("recorded", "closed"):
        raise Conflict("检查结果记录后才能移送", rule="state")
    refuse_voided(row)
    faults = []
    if kind not in KINDS:
        faults.append(FieldFault("kind", "unknown_kind", "请选择移送或者抄告"))
    if not authority.strip() or len(authority.strip()) > 200:
        faults.append(FieldFault("authority", "required", "请填写接收单位，不超过 200 字"))
    if not facts.strip() or len(facts) > _LONGEST:
        faults.append(FieldFault("facts", "required", f"请写明事实，不超过 {_LONGEST} 字"))
    known = set(
        session.scalars(
            select(EvidenceRow.public_id).where(
                EvidenceRow.owner == row.public_id, EvidenceRow.public_id.in_(evidence)
            )
        )
    )
    if kind == "case" and not evidence:
        faults.append(FieldFault("evidence", "required", "移送案件线索须先固定证据：请上传并选择证据材料"))
    elif set(evidence) - known:
        faults.append(FieldFault("evidence", "unknown_file", "所选的证据不是这次检查的材料"))
    if faults:
        raise Invalid("移送填写有误", faults)
    same = HandoverRow.visit_id == row.id, HandoverRow.kind == kind, HandoverRow.state.in_(WAITING)
    if session.scalar(select(HandoverRow.id).where(*same)):
        raise Conflict("同样的移送正在办理", rule="running")
    made = HandoverRow(
        public_id=session.new_id(),
        visit_id=row.id,
        kind=kind,
        authority=authority.strip(),
        facts=session.keys.encrypt(facts.strip(), FACTS),
        evidence=list(evidence),
        state="proposed",
        due_provisional=False,
        proposed_by=actor.id,
        proposed_at=session.now,
    )
    session.add(made)
    steps.take(session, actor, made.public_id, "propose")
    session.act("handover.propose", made.public_id, visit=visit, kind=kind, evidence=list(evidence))
    return made


def decide(
    session: WorkSession, actor: Actor, *, handover: str, granted: bool, reason: str = ""
) -> HandoverRow:
    """The second person's consent sends it, and the clock for filing a case begins; a refusal needs a reason.

    Raises NotFound, Refused (`four_eyes`), Conflict, Invalid.
    """
    actor.require(DECIDE)
    row = _locked(session, handover, "proposed")
    if row.proposed_by == actor.id:
        raise Refused("移送须由提出人以外的人批准", rule="four_eyes")
    if not granted:
        written = steps.required("reason", reason, "请写明不同意的理由")
        row.state, row.closed_on = "refused", session.today
        steps.take(session, actor, row.public_id, "refuse", note=written)
        session.act("handover.refuse", row.public_id)
        return row
    row.state, row.sent_on = "sent", session.today
    if row.kind == "case":
        due = add_workdays(session, session.today, on(terms().handovers, session.today).file)
        row.due_on, row.due_provisional = due.day, due.provisional
    steps.take(session, actor, row.public_id, "send")
    session.act("handover.send", row.public_id)
    return row


def file(
    session: WorkSession, actor: Actor, *, handover: str, case_number: str, filed_on: date
) -> HandoverRow:
    """立案: the case office took the lead up under its number (行政处罚法第五十四条第二款). Raises as `decide` does."""
    actor.require(HANDLE)
    row = _locked(session, handover, "sent")
    if row.kind != "case":
        raise Conflict("抄告没有立案", rule="kind")
    faults = []
    if not case_number.strip() or len(case_number.strip()) > 64:
        faults.append(FieldFault("case_number", "required", "请填写立案编号，不超过 64 字"))
    if row.sent_on is None or not row.sent_on <= filed_on <= session.today:
        faults.append(FieldFault("filed_on", "out_of_range", "立案日期不得早于移送之日，也不得晚于今天"))
    if faults:
        raise Invalid("立案填写有误", faults)
    steps.take(session, actor, row.public_id, "file", due_on=row.due_on)
    row.state, row.case_number, row.filed_on = "filed", case_number.strip(), filed_on
    row.due_on = filed_on + timedelta(days=on(terms().handovers, filed_on).decide)
    row.due_provisional = False
    session.act("handover.file", row.public_id)
    return row


def close(
    session: WorkSession,
    actor: Actor,
    *,
    handover: str,
    outcome: str,
    penalty: str = "",
    reason: str = "",
) -> HandoverRow:
    """How the case ended. `outcome` is a code of terms.toml; `penalty` the document number of the decision, which has to
    be on record against the same subject. A lead that was not taken up ends so too, with the reason.

    Raises NotFound, Refused, Conflict, Invalid.
    """
    actor.require(HANDLE)
    row = _locked(session, handover, "sent", "filed")
    known = terms().outcomes.get(outcome)
    if row.kind == "case" and known is None:
        raise Invalid.field("outcome", "unknown_outcome", "请选择处理结果")
    if known is not None and known.penalty:
        if row.state != "filed":
            raise Conflict("作出行政处罚前须先立案（行政处罚法第五十四条第二款）", rule="not_filed")
        row.event_id = _penalty(session, row, penalty.strip()).id
        written = ""
    else:
        written = steps.required("reason", reason, "请写明处理情况")
    row.state, row.closed_on = "closed", session.today
    row.outcome = outcome if known is not None else "received"
    steps.take(session, actor, row.public_id, "close", outcome=row.outcome, due_on=row.due_on, note=written)
    session.act("handover.close", row.public_id, outcome=row.outcome)
    return row


def _penalty(session: WorkSession, row: HandoverRow, number: str) -> EventRow:
    """The penalty on record under that number, of the subject of the visit and not annulled."""
    subject, annulment = subject_of(row.visit), aliased(EventRow)
    own = (
        EventRow.practitioner_id == subject.practitioner
        if subject.practitioner is not None
        else EventRow.organisation_id == subject.organisation
    )
    found = session.scalar(
        select(EventRow)
        .where(EventRow.kind == "penalty", EventRow.document_number == number, own)
        .where(~exists().where(annulment.target_id == EventRow.id, annulment.kind == "annulment"))
        .order_by(EventRow.id)
        .limit(1)
    )
    if found is None:
        raise Invalid.field(
            "penalty", "unknown_penalty", "没有对该检查对象的这一处罚决定：请先登记处罚，再填写决定书文号"
        )
    if row.filed_on is not None and found.decided_on < row.filed_on:
        raise Invalid.field("penalty", "before_filing", "该处罚决定早于立案，不是这一线索的结果")
    return found


def _locked(session: WorkSession, handover: str, *states: str) -> HandoverRow:
    row = session.scalar(select(HandoverRow).where(HandoverRow.public_id == handover).with_for_update())
    if row is None:
        raise NotFound("没有这次移送")
    if row.state not in states:
        raise Conflict("移送的状态已经改变，请刷新后再办", rule="state")
    return row

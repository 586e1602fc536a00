"""责令改正: an order after a finding, its extension, the subject's report, the re-check and how it ended."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from inspection.visits.after import team
from inspection.visits.after.tables import RecheckRow, RectificationRow
from inspection.visits.after.terms import on, terms
from inspection.visits.codes import table
from inspection.visits.findings import locked, looked_at, subject_of
from inspection.visits.tables import VisitRow
from registry.credit.casework import steps
from registry.credit.record import record
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound, Refused
from registry.kernel.work import WorkSession

ORDER, HANDLE = "rectification.order", "rectification.handle"
FOLLOWED = "visit.follow_up"
"""The act on a finding's event (public id) by which what became of it is known."""
STATES = {
    "open": "改正中",
    "reported": "已报告改正",
    "rechecked": "复查待复核",
    "done": "已改正",
    "undone": "未改正",
}
WAITING = ("open", "reported", "rechecked")
DEMANDS, NOTE = "insp_rectifications.demands", "insp_rechecks.note"
_LONGEST = 4000


def order(
    session: WorkSession,
    actor: Actor,
    *,
    visit: str,
    number: str,
    codes: Sequence[str],
    demands: str,
    due_on: date,
) -> RectificationRow:
    """Orders the subject to put right what was found, by `due_on` (行政处罚法第二十八条第一款); one order at a time.

    Raises NotFound, Refused, Conflict before the finding is closed, while another order runs and for a number in use,
    Invalid naming each field.
    """
    actor.require(ORDER)
    row = locked(session, visit)
    if row.state != "closed":
        raise Conflict("检查办结后才能下达责令改正通知书", rule="state")
    faults = _order_faults(session, row, number, codes, demands, due_on)
    if faults:
        raise Invalid("责令改正填写有误", faults)
    if session.scalar(
        select(RectificationRow.id).where(
            RectificationRow.visit_id == row.id, RectificationRow.state.in_(WAITING)
        )
    ):
        raise Conflict("上一份责令改正通知书还没有办结", rule="running")
    if session.scalar(select(RectificationRow.id).where(RectificationRow.number == number.strip())):
        raise Conflict("文书号已使用", rule="number_used")
    made = RectificationRow(
        public_id=session.new_id(),
        visit_id=row.id,
        number=number.strip(),
        codes=sorted(codes),
        demands=session.keys.encrypt(demands.strip(), DEMANDS),
        state="open",
        issued_on=session.today,
        due_on=due_on,
        extensions=0,
        reported_on=None,
        issued_by=actor.id,
        closed_on=None,
    )
    session.add(made)
    steps.take(session, actor, made.public_id, "order", outcome=due_on.isoformat())
    session.act("rectification.order", made.public_id, visit=visit, codes=made.codes)
    session.act(FOLLOWED, session.get_one(EventRow, row.event_id).public_id, outcome="open")
    return made


def extend(
    session: WorkSession, actor: Actor, *, rectification: str, due_on: date, reason: str
) -> RectificationRow:
    """A later last day, for a reason, before the present one is over and no oftener than terms.toml allows.

    Raises NotFound, Refused, Conflict (`state`, `over`, `extended`), Invalid.
    """
    actor.require(ORDER)
    row = _locked(session, rectification)
    written = steps.required("reason", reason, "请写明延期理由")
    term = on(terms().rectifications, row.issued_on)
    if row.state != "open":
        raise Conflict("只有改正中的可以延期", rule="state")
    if session.today > row.due_on:
        raise Conflict("改正期限已过，不能再延期", rule="over")
    if row.extensions >= term.extensions:
        raise Conflict(f"至多延期 {term.extensions} 次", rule="extended")
    if not row.due_on < due_on <= row.issued_on + timedelta(days=term.most):
        raise Invalid.field(
            "due_on", "out_of_range", f"新期限须晚于原期限，且自下达之日起不超过 {term.most} 天"
        )
    row.due_on, row.extensions = due_on, row.extensions + 1
    steps.take(session, actor, row.public_id, "extend", outcome=due_on.isoformat(), note=written)
    session.act("rectification.extend", row.public_id)
    return row


def report(
    session: WorkSession, actor: Actor, *, rectification: str, received_on: date, note: str
) -> RectificationRow:
    """The subject's report of what it has put right came in. Raises NotFound, Refused, Conflict, Invalid."""
    actor.require(HANDLE)
    row = _locked(session, rectification)
    if row.state not in ("open", "reported"):
        raise Conflict("已经复查或者办结", rule="state")
    if not row.issued_on <= received_on <= session.today:
        raise Invalid.field("received_on", "out_of_range", "收到日期不得早于下达之日，也不得晚于今天")
    written = steps.required("note", note, "请摘要写明改正情况")
    row.state, row.reported_on = "reported", received_on
    steps.take(session, actor, row.public_id, "report", note=written)
    session.act("rectification.report", row.public_id)
    return row


def recheck(
    session: WorkSession,
    actor: Actor,
    *,
    rectification: str,
    checked_on: date,
    inspectors: Sequence[str],
    remaining: Sequence[str],
    note: str,
) -> RecheckRow:
    """复查, by the team of the visit or another: `remaining` are the codes that are still not put right, none when all are.

    Raises NotFound, Refused (`not_of_the_team`, `recused`), Conflict, Invalid naming each field.
    """
    actor.require("visit.record")
    row = _locked(session, rectification)
    if row.state not in ("open", "reported"):
        raise Conflict("已经复查或者办结", rule="state")
    team.require_member(session, actor, inspectors)
    faults = team.faults(session, row.visit, inspectors, on=checked_on)
    if not row.issued_on <= checked_on <= session.today:
        faults.append(FieldFault("checked_on", "out_of_range", "复查日期不得早于下达之日，也不得晚于今天"))
    if any(code not in row.codes for code in remaining):
        faults.append(FieldFault("remaining", "unknown_code", "请在责令改正的事项中选择"))
    if not note.strip() or len(note) > _LONGEST:
        faults.append(FieldFault("note", "required", f"请写明复查情况，不超过 {_LONGEST} 字"))
    if faults:
        raise Invalid("复查记录填写有误", faults)
    made = RecheckRow(
        public_id=session.new_id(),
        rectification_id=row.id,
        state="recorded",
        checked_on=checked_on,
        inspectors=list(inspectors),
        corrected=not remaining,
        codes=sorted(remaining),
        note=session.keys.encrypt(note.strip(), NOTE),
        recorded_at=session.now,
        recorded_by=actor.id,
    )
    session.add(made)
    row.state = "rechecked"
    steps.take(session, actor, row.public_id, "recheck", outcome="done" if made.corrected else "undone")
    session.act("rectification.recheck", row.public_id, recheck=made.public_id, remaining=made.codes)
    return made


def decide(
    session: WorkSession, actor: Actor, *, rectification: str, confirmed: bool, reason: str = ""
) -> RectificationRow:
    """The second person's answer to the re-check: confirmed, it is a finding of its own and ends the order; else it is
    made again, and the reason stays.

    Raises NotFound, Refused (`four_eyes`), Conflict, Invalid without a reason.
    """
    actor.require("visit.review")
    row = _locked(session, rectification)
    if row.state != "rechecked":
        raise Conflict("没有待复核的复查", rule="state")
    last = session.scalars(
        select(RecheckRow)
        .where(RecheckRow.rectification_id == row.id, RecheckRow.state == "recorded")
        .with_for_update()
    ).one()
    if last.recorded_by == actor.id:
        raise Refused("复查结果须由记录人以外的人复核", rule="four_eyes")
    if confirmed:
        return _close(session, actor, row, last)
    written = steps.required("reason", reason, "请写明退回理由")
    last.state, row.state = "returned", "reported" if row.reported_on else "open"
    steps.take(session, actor, row.public_id, "send_back", note=written)
    session.act("rectification.send_back", row.public_id, recheck=last.public_id)
    return row


def _close(session: WorkSession, actor: Actor, row: RectificationRow, last: RecheckRow) -> RectificationRow:
    visit, known = row.visit, table()
    matters, basis = looked_at(visit.selection.draw.task)
    original = session.get_one(EventRow, visit.event_id)
    results = (
        ["经复查，已改正"]
        if last.corrected
        else [f"经复查，未改正：{one}" for one in known.titles(last.codes)]
    )
    event = record(
        session,
        actor,
        kind="inspection_finding",
        subject=subject_of(visit),
        decided_on=last.checked_on,
        document_number=f"{row.number}-{last.public_id}",
        authority=None,
        severity=None,
        summary=f"{matters}（复查）：{'；'.join(results)}",
        detail={
            "draw": visit.selection.draw.public_id,
            "task": visit.selection.draw.task.title,
            "matter": matters,
            "basis": basis,
            "visit": visit.public_id,
            "finding": original.public_id,
            "inspectors": last.inspectors,
            "codes": last.codes,
            "results": results,
            "closed_on": session.today.isoformat(),
        },
    )
    last.state, last.confirmed_at, last.confirmed_by = "confirmed", session.now, actor.id
    last.event_id = event.id
    row.state, row.closed_on = "done" if last.corrected else "undone", session.today
    steps.take(session, actor, row.public_id, "confirm", outcome=row.state)
    session.act("rectification.confirm", row.public_id, recheck=last.public_id, event=event.public_id)
    session.act(FOLLOWED, original.public_id, outcome=row.state)
    return row


def _order_faults(
    session: WorkSession, row: VisitRow, number: str, codes: Sequence[str], demands: str, due_on: date
) -> list[FieldFault]:
    term = on(terms().rectifications, session.today)
    known = table().findings
    faults = []
    if not number.strip() or len(number.strip()) > 64:
        faults.append(FieldFault("number", "required", "请填写文书号，不超过 64 字"))
    if not codes or any(code not in (row.codes or ()) or known[code].alone for code in codes):
        faults.append(FieldFault("codes", "unknown_code", "请选择检查发现的问题"))
    if not demands.strip() or len(demands) > _LONGEST:
        faults.append(FieldFault("demands", "required", f"请写明改正要求，不超过 {_LONGEST} 字"))
    if not session.today < due_on <= session.today + timedelta(days=term.most):
        faults.append(FieldFault("due_on", "out_of_range", f"改正期限在今天之后，不超过 {term.most} 天"))
    return faults


def _locked(session: WorkSession, rectification: str) -> RectificationRow:
    row = session.scalar(
        select(RectificationRow).where(RectificationRow.public_id == rectification).with_for_update()
    )
    if row is None:
        raise NotFound("没有这份责令改正通知书")
    return row

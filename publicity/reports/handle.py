"""A report comes in from anybody, and a clerk answers it. Correcting a record is another's work: objection, correction."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import func, select

from publicity.notices.tables import Notice
from publicity.reports import rules
from publicity.reports.tables import ErrorReportRow
from registry.credit.catalogue import add_months
from registry.credit.objection.tables import ObjectionRow
from registry.credit.sealing import opened, seal
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.clock import local_day
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound
from registry.kernel.work import Work, WorkSession
from registry.kernel.workdays import add_workdays
from registry.roster.tables import OrganisationRow, PractitionerRow

ANSWER = "report.answer"
LONGEST = 2_000
_WORDING, _REPLY = "pub_error_reports.wording", "pub_error_reports.answer"
_TEXTS = {
    "statement": ("请写明哪里不对、应当是什么", LONGEST),
    "name": ("", 60),
    "contact": ("", 200),
}


class Subject(NamedTuple):
    """Whom a page is about, as row ids; `event` is the record behind a notice."""

    practitioner: int | None
    organisation: int | None
    event: int | None = None


def receive(
    session: WorkSession, actor: Actor, *, about: str, about_id: str, ground: str, written: Mapping[str, str]
) -> str:
    """收到: gives the tracking number. `written` holds `statement`, and `name` and `contact` where the reporter left them.

    The same words about the same page, sent again while they wait, are the same report. Anybody may report. Raises
    NotFound, Invalid naming fields, Conflict (`many_open`). The act is `report.receive`.
    """
    subject(session, about, about_id)
    texts = _read(ground, written)
    content = session.keys.blind("\n".join((about_id, ground, *texts.values())), "pub_error_reports.content")
    waiting = select(ErrorReportRow.public_id).where(
        ErrorReportRow.about_id == about_id, ErrorReportRow.state == "open"
    )
    if same := session.scalar(waiting.where(ErrorReportRow.content == content)):
        return same
    if (session.scalar(select(func.count()).select_from(waiting.subquery())) or 0) >= rules.OPEN:
        raise Conflict("关于这个页面已经收到许多报告，正在核实，请过几天再看", rule="many_open")
    due = add_workdays(session, session.today, rules.DAYS)
    row = ErrorReportRow(
        public_id=session.new_id(),
        about=about,
        about_id=about_id,
        ground=ground,
        state="open",
        wording=seal(session, texts, _WORDING),
        content=content,
        received_at=session.now,
        due_on=due.day,
        due_provisional=due.provisional,
    )
    session.add(row)
    session.flush()
    session.act("report.receive", row.public_id, about=about, of=about_id)
    return row.public_id


def _read(ground: str, written: Mapping[str, str]) -> dict[str, str]:
    texts = {name: written.get(name, "").strip() for name in _TEXTS}
    faults = [] if ground in rules.GROUNDS else [FieldFault("ground", "required", "请选择哪一类错误")]
    for name, (wanted, longest) in _TEXTS.items():
        if wanted and not texts[name]:
            faults.append(FieldFault(name, "required", wanted))
        elif len(texts[name]) > longest:
            faults.append(FieldFault(name, "too_long", f"不超过 {longest} 字"))
    if faults:
        raise Invalid("填写有误，请更正后重新提交", faults)
    return texts


def answer(session: WorkSession, actor: Actor, *, report: str, outcome: str, reply: str) -> None:
    """答复, with `outcome` of rules.OUTCOMES and a `reply` that whoever has the tracking number reads.

    `objection` wants one about the same record or subject, received since the report came in: somebody whose record it
    is has objected (上海市社会信用条例第三十六条). Raises Refused, NotFound, Conflict (`answered`), Invalid naming fields.
    The act is `report.answer`.
    """
    actor.require(ANSWER)
    row = session.scalar(select(ErrorReportRow).where(ErrorReportRow.public_id == report).with_for_update())
    if row is None:
        raise NotFound("没有这件报告")
    if row.state != "open":
        raise Conflict("这件报告已经答复", rule="answered")
    if outcome not in rules.OUTCOMES:
        raise Invalid.field("outcome", "required", "请选择处理结果")
    text = reply.strip()
    if not text or len(text) > LONGEST:
        raise Invalid.field("reply", "required", f"请填写答复，不超过 {LONGEST} 字")
    if outcome == "objection" and not _objected(session, row):
        raise Invalid.field("outcome", "no_objection", "报告收到以后还没有受理过这一主体的异议，请先受理异议")
    row.state, row.outcome, row.answer = "answered", outcome, seal(session, {"reply": text}, _REPLY)
    row.answered_by, row.answered_at = actor.id, session.now
    session.flush()
    session.act("report.answer", row.public_id, outcome=outcome)


def wording(session: WorkSession, row: ErrorReportRow) -> Mapping[str, str]:
    """What the reporter wrote: `statement`, `name`, `contact`; empty once it was deleted."""
    return opened(session, row.wording, _WORDING) if row.wording else {}


def reply(session: WorkSession, row: ErrorReportRow) -> str | None:
    return str(opened(session, row.answer, _REPLY)["reply"]) if row.answer else None


def subject(session: WorkSession, about: str, about_id: str) -> Subject:
    """Whom the page at `about` and `about_id` is about. Raises NotFound for what is no page."""
    if about == "notice":
        notice = session.scalar(select(Notice).where(Notice.public_id == about_id))
        if notice is not None:
            release = notice.release
            return Subject(
                notice.practitioner_id, notice.organisation_id, release.event_id if release else None
            )
    elif about == "practitioner":
        if person := session.scalar(select(PractitionerRow.id).where(PractitionerRow.public_id == about_id)):
            return Subject(person, None)
    elif about == "organisation" and (
        place := session.scalar(select(OrganisationRow.id).where(OrganisationRow.public_id == about_id))
    ):
        return Subject(None, place)
    raise NotFound("没有这个页面")


def whose(session: WorkSession, about: str, about_id: str) -> dict[str, str]:
    """The record behind a page, or else its subject, as the desk of objections takes it. Raises NotFound."""
    event = subject(session, about, about_id).event
    if event is not None:
        return {"event": session.get_one(EventRow, event).public_id}
    return {} if about == "notice" else {about: about_id}


def _objected(session: WorkSession, row: ErrorReportRow) -> bool:
    whose = subject(session, row.about, row.about_id)
    found = (
        select(ObjectionRow.id)
        .join(EventRow, EventRow.id == ObjectionRow.event_id)
        .where(ObjectionRow.received_at >= row.received_at)
    )
    if whose.event is not None:
        found = found.where(EventRow.id == whose.event)
    elif whose.practitioner is not None:
        found = found.where(EventRow.practitioner_id == whose.practitioner)
    else:
        found = found.where(EventRow.organisation_id == whose.organisation)
    return session.scalar(found.limit(1)) is not None


def purge(work: Work) -> Mapping[str, int]:
    """The job `error-reports`: deletes what was written in reports that were answered long ago. Returns how many."""
    with work.write(Actor.job("error-reports")) as session:
        kept = select(ErrorReportRow).where(
            ErrorReportRow.wording.is_not(None), ErrorReportRow.state == "answered"
        )
        old = [
            row
            for row in session.scalars(kept.with_for_update())
            if row.answered_at and add_months(local_day(row.answered_at), rules.KEEP_MONTHS) < session.today
        ]
        for row in old:
            row.wording = row.answer = None
        if old:
            session.act("report.purge", "error-reports", count=len(old))
    return {"purged": len(old)}

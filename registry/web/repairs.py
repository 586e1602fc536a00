"""Staff's pages of credit repair: the list, the desk, one request with its conditions, steps and papers."""

from collections.abc import Mapping

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.credit import evidence
from registry.credit.repair import find, handle, paper, rules, states
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Fault
from registry.kernel.host import settings, work
from registry.kernel.work import WorkSession
from registry.roster.find import Found
from registry.web import papers, steps
from registry.web.credit_evidence import attach_sent
from registry.web.rights import about, case_list, day, mendable, required, told

READ = states.READ
_TONES = {
    "applied": "attention",
    "accepted": "info",
    "granted": "good",
    "refused": "bad",
    "declined": "bad",
}

blueprint = Blueprint("repairs", __name__, url_prefix="/staff/repairs")


@blueprint.app_template_filter("repair_tone")
def repair_tone(state: str) -> str:
    return _TONES[state]


@blueprint.app_template_test("repairable")
def repairable(kind: str) -> bool:
    """Whether events of this kind know repair at all."""
    return kind in rules.KINDS


def panel(session: WorkSession, subject: Found) -> object:
    """What the page of a person or organisation shows of its requests for repair."""
    return {"listed": find.of_subject(session, subject), "today": session.today}


@blueprint.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    return case_list("repairs", states.STATES, find.repairs)


@blueprint.get("/new")
@requires(states.RECEIVE)
def new() -> ResponseReturnValue:
    return _form(request.args, {})


@blueprint.post("")
@requires(states.RECEIVE)
def receive() -> ResponseReturnValue:
    form = request.form
    try:
        with work().write(current_actor()) as session:
            made = handle.apply(
                session,
                session.actor,
                event=required(form, "event", "请选择要修复的记录"),
                number=form.get("number", ""),
                duties=form.get("duties", ""),
                contact=form.get("contact", ""),
            )
            attach_sent(session, made.public_id)
    except Fault as refused:
        if not mendable(refused):
            raise
        return _form(form, form, told(refused)), refused.status
    flash("信用修复申请已登记。接着登记信用承诺书，由当事人签署后上传。", "good")
    return redirect(url_for("repairs.repair", public_id=made.public_id), 303)


def _form(
    asked: Mapping[str, str], values: Mapping[str, str], faults: dict[str, list[str]] | None = None
) -> str:
    with work().read() as session:
        named = {name: text for name, text in asked.items() if name != "event" or not asked.get("of")}
        chosen = about(session, named)
        events = [event for event in chosen.events if event.kind.code in rules.KINDS]
        prospect = find.prospect(session, chosen.event.public_id) if chosen.event else None
    return render_template(
        "registry/repairs/new.html",
        about=chosen._replace(events=events),
        prospect=prospect,
        values={**values, "number": ""},
        faults=faults or {},
    )


@blueprint.get("/<string(length=16):public_id>")
@requires(READ)
def repair(public_id: str) -> ResponseReturnValue:
    return _page(public_id, {})


@blueprint.post("/<string(length=16):public_id>/<step>")
@requires(READ)
def take(public_id: str, step: str) -> ResponseReturnValue:
    return steps.taken(
        _STEPS, step, public_id,
        page=lambda faults: _page(public_id, faults),
        done=_DONE, back=url_for("repairs.repair", public_id=public_id),
    )  # fmt: skip


def _pledge(session: WorkSession, public_id: str, form: Mapping[str, str]) -> None:
    handle.pledge(
        session,
        session.actor,
        repair=public_id,
        signed_on=day(form, "signed_on", "请填写签署日期"),
        accepted_by=settings().bureau,
        accepted_by_code=settings().bureau_uscc,
        number=form.get("promiser_code", ""),
    )


def _accept(session: WorkSession, public_id: str, form: Mapping[str, str]) -> None:
    handle.accept(session, session.actor, repair=public_id)


def _decline(session: WorkSession, public_id: str, form: Mapping[str, str]) -> None:
    handle.decline(session, session.actor, repair=public_id, reason=form.get("reason", ""))


def _extend(session: WorkSession, public_id: str, form: Mapping[str, str]) -> None:
    handle.extend(session, session.actor, repair=public_id, reason=form.get("reason", ""))


def _decide(session: WorkSession, public_id: str, form: Mapping[str, str]) -> None:
    chosen = required(form, "grant", "请选择决定")
    handle.decide(
        session, session.actor, repair=public_id, grant=chosen == "yes", reason=form.get("reason", "")
    )


_STEPS: Mapping[str, steps.Step] = {
    "pledge": _pledge,
    "accept": _accept,
    "decline": _decline,
    "extend": _extend,
    "decide": _decide,
}
_DONE = {
    "pledge": "信用承诺书已登记。请打印，由当事人签署后上传。",
    "accept": "已受理。",
    "decline": "已决定不予受理，请打印决定书送达当事人。",
    "extend": "办理期限已延长。",
    "decide": "决定已作出；准予修复的，公示已经停止。请打印决定书送达当事人。",
}


def _page(public_id: str, faults: dict[str, list[str]]) -> str:
    with work().read() as session:
        found = find.repair(session, public_id)
        files = evidence.of(session, public_id)
        signed = evidence.of(session, found.pledge) if found.pledge else []
        today = session.today
    return render_template(
        "registry/repairs/repair.html",
        repair=found,
        evidence=files,
        signed=signed,
        today=today,
        moves=states.MOVES,
        faults=faults,
        values={"signed_on": today.isoformat()} if request.method == "GET" else request.form,
    )


@blueprint.get("/<string(length=16):public_id>/decision.pdf")
@requires(READ)
def decision(public_id: str) -> Response:
    with work().read() as session:
        found = find.repair(session, public_id)
    sheet = paper.decision(found, bureau=settings().bureau, public_url=settings().public_url)
    return papers.pdf(sheet, f"repair-decision-{public_id}.pdf")


@blueprint.get("/events/<string(length=16):public_id>/guide.pdf")
@requires("credit.read")
def guide(public_id: str) -> Response:
    """信用修复告知书, to be served together with the decision."""
    with work().read() as session:
        prospect = find.prospect(session, public_id)
    sheet = paper.guide(prospect, bureau=settings().bureau, public_url=settings().public_url)
    return papers.pdf(sheet, f"repair-guide-{public_id}.pdf")

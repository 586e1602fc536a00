"""Staff's pages of objections: the list, the desk, one objection with its steps and papers."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.credit import evidence
from registry.credit.objection import find, handle, paper, states
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
    "marked": "attention",
    "own": "info",
    "transferred": "info",
    "decided": "attention",
    "told": "neutral",
    "appealed": "attention",
}

blueprint = Blueprint("objections", __name__, url_prefix="/staff/objections")


@blueprint.app_template_filter("objection_tone")
def objection_tone(state: str) -> str:
    return _TONES[state]


def panel(session: WorkSession, subject: Found) -> object:
    """What the page of a person or organisation shows of its objections."""
    return {"listed": find.of_subject(session, subject), "today": session.today}


@blueprint.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    return case_list("objections", states.STATES, find.objections)


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
            made = handle.receive(
                session,
                session.actor,
                event=required(form, "event", "请选择要提出异议的记录"),
                number=form.get("number", ""),
                region=settings().region,
                received_on=day(form, "received_on", "请填写收到日期"),
                asked=form.get("asked", ""),
                statement=form.get("statement", ""),
                contact=form.get("contact", ""),
            )
            attach_sent(session, made.public_id)
    except Fault as refused:
        if not mendable(refused):
            raise
        return _form(form, form, told(refused)), refused.status
    flash("异议已受理，公示上已作异议标注。请打印受理回执交给当事人。", "good")
    return redirect(url_for("objections.objection", public_id=made.public_id), 303)


def _form(
    asked: Mapping[str, str], values: Mapping[str, str], faults: dict[str, list[str]] | None = None
) -> str:
    with work().read() as session:
        # A refused choice among a subject's records leads back to the same choice.
        named = {name: text for name, text in asked.items() if name != "event" or not asked.get("of")}
        chosen = about(session, named)
        today = session.today
    return render_template(
        "registry/objections/new.html",
        about=chosen,
        # The number identifies somebody: it is typed again rather than sent back in a page.
        values={"received_on": today.isoformat(), **values, "number": ""},
        faults=faults or {},
        asked=list(states.ASKED.items()),
    )


@blueprint.get("/<string(length=16):public_id>")
@requires(READ)
def objection(public_id: str) -> ResponseReturnValue:
    return _page(public_id, {})


@blueprint.post("/<string(length=16):public_id>/<step>")
@requires(READ)
def take(public_id: str, step: str) -> ResponseReturnValue:
    return steps.taken(
        _STEPS, step, public_id,
        page=lambda faults: _page(public_id, faults),
        done=_DONE, back=url_for("objections.objection", public_id=public_id),
    )  # fmt: skip


def _assign(session: WorkSession, public_id: str, form: Mapping[str, str]) -> None:
    who = required(form, "who", "请选择由谁核查")
    unit = form.get("source_unit", "") if who == "source" else None
    handle.assign(session, session.actor, objection=public_id, source_unit=unit)


def _decide(session: WorkSession, public_id: str, form: Mapping[str, str]) -> None:
    handle.decide(session, session.actor, objection=public_id, **_answer(form))


def _review(session: WorkSession, public_id: str, form: Mapping[str, str]) -> None:
    handle.review(session, session.actor, objection=public_id, **_answer(form))


def _tell(session: WorkSession, public_id: str, form: Mapping[str, str]) -> None:
    handle.tell(session, session.actor, objection=public_id, how=form.get("how", ""))


def _appeal(session: WorkSession, public_id: str, form: Mapping[str, str]) -> None:
    number, statement = form.get("number", ""), form.get("statement", "")
    handle.appeal(session, session.actor, objection=public_id, number=number, statement=statement)


_STEPS: Mapping[str, steps.Step] = {
    "assign": _assign,
    "decide": _decide,
    "review": _review,
    "tell": _tell,
    "appeal": _appeal,
}
_DONE = {"assign": "已分办。"} | {step: f"已{move.title}。" for step, move in states.MOVES.items()}


def _answer(form: Mapping[str, str]) -> dict[str, Any]:
    return {"outcome": form.get("outcome", ""), "reason": form.get("reason", "")}


def _page(public_id: str, faults: dict[str, list[str]]) -> str:
    with work().read() as session:
        found = find.objection(session, public_id)
        files = evidence.of(session, public_id)
        today = session.today
    return render_template(
        "registry/objections/objection.html",
        objection=found,
        evidence=files,
        today=today,
        outcomes=list(states.OUTCOMES.items()),
        changing=states.CHANGING,
        moves=states.MOVES,
        faults=faults,
        values={} if request.method == "GET" else {**request.form, "number": ""},
    )


@blueprint.get("/<string(length=16):public_id>/receipt.pdf")
@requires(READ)
def receipt(public_id: str) -> Response:
    return _pdf(public_id, paper.receipt, "objection-receipt")


@blueprint.get("/<string(length=16):public_id>/decision.pdf")
@requires(READ)
def decision(public_id: str) -> Response:
    return _pdf(public_id, paper.answer, "objection-decision")


def _pdf(public_id: str, made: Callable[..., Any], name: str) -> Response:
    with work().read() as session:
        found = find.objection(session, public_id)
    sheet = made(found, bureau=settings().bureau, public_url=settings().public_url)
    return papers.pdf(sheet, f"{name}-{public_id}.pdf")

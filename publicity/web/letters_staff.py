"""投诉举报 at the office's desks: the list, one letter with its steps, and what goes to whoever plans inspections."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from inspection.plan import find as plan
from publicity.letters import access, find, handle, results, rules, states
from registry.accounts import staff
from registry.credit import evidence
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.web import steps
from registry.web.credit_evidence import SANDBOX, store
from registry.web.lookups import seen
from registry.web.rights import PAGE, before, told

TONES = {"received": "attention", "handling": "info", "drafted": "attention", "answered": "neutral"}

blueprint = Blueprint("letters_staff", __name__, url_prefix="/staff/letters")


@blueprint.app_template_filter("letter_tone")
def letter_tone(state: str) -> str:
    return TONES[state]


@blueprint.get("")
@requires(states.READ)
def index() -> ResponseReturnValue:
    state, kind = request.args.get("state", "open"), request.args.get("kind", "")
    state = state if state in ("", "open", *states.STATES) else "open"
    kind = kind if kind in rules.KINDS else ""
    with work().read(current_actor()) as session:
        listed, following = find.letters(
            session, session.actor, state=state, kind=kind, before=before(), limit=PAGE
        )
        today = session.today
    chosen: dict[str, Any] = {"state": state, "kind": kind}
    return render_template(
        "publicity/staff_letters.html",
        listed=listed,
        chosen=chosen,
        states=[("open", "未办结"), *states.STATES.items()],
        kinds=list(rules.KINDS.items()),
        more=url_for("letters_staff.index", **chosen, before=following) if following else None,
        today=today,
    )


@blueprint.get("/<string(length=16):public_id>")
@requires(states.READ)
def letter(public_id: str) -> ResponseReturnValue:
    return _page(public_id, {})


@blueprint.post("/<string(length=16):public_id>/sender")
@requires(states.SENDER)
def sender(public_id: str) -> ResponseReturnValue:
    """Who wrote: asked for on purpose, and noted before it is shown."""
    with work().read(current_actor()) as session:
        row = access.seen(session, session.actor, public_id)
        if not access.opens(session, session.actor, row):
            raise Refused("来信人只给承办处室和审签的人看", rule="other_section")
        told_by = handle.sender(session, row)
    if told_by:
        seen("complaint.view", public_id)
    return _page(public_id, {}, sender=told_by)


@blueprint.get("/<string(length=16):public_id>/files/<string(length=16):file>")
@requires(states.READ)
def attached(public_id: str, file: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        row = access.seen(session, session.actor, public_id)
        if not access.opens(session, session.actor, row):
            raise Refused("材料只给承办处室和审签的人看", rule="other_section")
        found = evidence.open_one(session, session.actor, evidence=file, of=public_id)
    answer = send_file(
        BytesIO(store().get(found.digest)), found.media, as_attachment=True, download_name=found.name
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = SANDBOX
    return answer


@blueprint.post("/<string(length=16):public_id>/<step>")
@requires(states.READ)
def take(public_id: str, step: str) -> ResponseReturnValue:
    return steps.taken(
        _STEPS, step, public_id,
        page=lambda faults: _page(public_id, faults, step=step),
        done=_DONE, back=url_for("letters_staff.letter", public_id=public_id),
    )  # fmt: skip


def _accept(session: WorkSession, letter: str, _form: Mapping[str, str]) -> None:
    handle.accept(session, session.actor, letter=letter)


def _assign(session: WorkSession, letter: str, form: Mapping[str, str]) -> None:
    handle.assign(session, session.actor, letter=letter, section=form.get("section", ""))


def _recuse(session: WorkSession, letter: str, form: Mapping[str, str]) -> None:
    handle.recuse(session, session.actor, letter=letter, staff=form.get("staff", ""))


def _complaint(session: WorkSession, letter: str, form: Mapping[str, str]) -> None:
    handle.complain(session, session.actor, letter=letter, facts=form.get("facts", ""))


def _inspection(session: WorkSession, letter: str, form: Mapping[str, str]) -> None:
    handle.hand_over(
        session, session.actor, letter=letter, matter=form.get("matter", ""), note=form.get("note", "")
    )


def _extend(session: WorkSession, letter: str, form: Mapping[str, str]) -> None:
    handle.extend(session, session.actor, letter=letter, reason=form.get("reason", ""))


def _draft(session: WorkSession, letter: str, form: Mapping[str, str]) -> None:
    handle.draft(
        session, session.actor, letter=letter, outcome=form.get("outcome", ""), reply=form.get("reply", "")
    )


def _send_back(session: WorkSession, letter: str, form: Mapping[str, str]) -> None:
    handle.send_back(session, session.actor, letter=letter, reason=form.get("reason", ""))


def _answer(session: WorkSession, letter: str, _form: Mapping[str, str]) -> None:
    handle.answer(session, session.actor, letter=letter)


def _summarise(session: WorkSession, letter: str, form: Mapping[str, str]) -> None:
    results.summarise(session, session.actor, letter=letter, summary=form.get("summary", ""))


def _publish(session: WorkSession, letter: str, _form: Mapping[str, str]) -> None:
    results.publish(session, session.actor, letter=letter)


def _retract(session: WorkSession, letter: str, form: Mapping[str, str]) -> None:
    results.retract(session, session.actor, letter=letter, reason=form.get("reason", ""))


_STEPS: Mapping[str, steps.Step] = {
    "accept": _accept,
    "assign": _assign,
    "recuse": _recuse,
    "complaint": _complaint,
    "inspection": _inspection,
    "extend": _extend,
    "draft": _draft,
    "send_back": _send_back,
    "answer": _answer,
    "summarise": _summarise,
    "publish": _publish,
    "retract": _retract,
}
_DONE = {step: f"已{states.MOVES[step].title}。" for step in _STEPS}


def _page(
    public_id: str,
    faults: dict[str, list[str]],
    *,
    step: str | None = None,
    sender: Mapping[str, str] | None = None,
) -> str:
    with work().read(current_actor()) as session:
        found = find.letter(session, session.actor, public_id)
        matters, _ = plan.matters(session, on=session.today)
        people = [one for one in staff.everybody(session) if one.ended_at is None]
        sections = handle.sections(session)
        today = session.today
    outcomes = rules.OUTCOMES if found.accepted else rules.REFUSALS
    return render_template(
        "publicity/staff_letter.html",
        letter=found,
        sender=sender,
        today=today,
        step=step,
        faults=faults,
        values=request.form.to_dict() if step else {},
        outcomes=list(outcomes.items()),
        results={**rules.OUTCOMES, **rules.REFUSALS},
        matters=[(one.code, f"{one.code} {one.name}") for one in matters],
        people=[(one.public_id, f"{one.name}（{one.section}）") for one in people],
        sections=[(one, one) for one in sections],
        moves=states.MOVES,
    )


@blueprint.get("/handovers/<string(length=16):public_id>")
@requires(handle.PLAN)
def handover(public_id: str) -> ResponseReturnValue:
    return _handover(public_id, {}, {})


@blueprint.post("/handovers/<string(length=16):public_id>")
@requires(handle.PLAN)
def take_over(public_id: str) -> ResponseReturnValue:
    form = request.form
    try:
        with work().write(current_actor()) as session:
            handle.take(session, session.actor, handover=public_id, task=form.get("task", ""))
    except (Invalid, Conflict) as fault:
        return _handover(public_id, form, told(fault)), fault.status
    flash("已登记检查任务。", "good")
    return redirect(url_for("letters_staff.handover", public_id=public_id), 303)


def _handover(public_id: str, values: Mapping[str, str], faults: dict[str, list[str]]) -> str:
    with work().read(current_actor()) as session:
        found = find.handover(session, session.actor, public_id)
    return render_template("publicity/staff_handover.html", handover=found, values=values, faults=faults)

"""Staff pages of hand-overs: leads for whoever handles cases, notifications of other departments."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from inspection.visits import find as visits
from inspection.visits.after import find, handover
from inspection.visits.after.terms import terms
from inspection.web import forms
from inspection.web.after import READ, STEP_TITLES, Form, Step, case_list, told, unknown
from registry.credit import evidence
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Fault
from registry.kernel.host import work
from registry.kernel.work import WorkSession

blueprint = Blueprint("handovers", __name__, url_prefix="/staff", template_folder="templates")

LISTS = {"waiting": ("未办结", handover.WAITING), "ended": ("已办结", ("closed", "refused"))}


@blueprint.route("/visits/<string(length=16):public_id>/handovers/new", methods=["GET", "POST"])
@requires(handover.PROPOSE)
def new(public_id: str) -> ResponseReturnValue:
    form = request.form
    refused: Fault | None = None
    if request.method == "POST":
        try:
            with work().write(current_actor()) as session:
                made = handover.propose(
                    session,
                    session.actor,
                    visit=public_id,
                    kind=form.get("kind", ""),
                    authority=form.get("authority", ""),
                    facts=form.get("facts", ""),
                    evidence=form.getlist("evidence"),
                )
        except Fault as fault:
            refused = fault
        else:
            flash("已提出，由另一人批准后移送。", "good")
            return redirect(url_for("handovers.page", public_id=made.public_id), 303)
    with work().read(current_actor()) as session:
        shown = render_template(
            "inspection/after/new_handover.html",
            visit=visits.visit(session, public_id),
            evidence=evidence.of(session, public_id),
            kinds=handover.KINDS,
            **told(refused),
            today=session.today,
        )
    return shown, refused.status if refused else 200


@blueprint.get("/handovers")
@requires(READ)
def index() -> ResponseReturnValue:
    return case_list("案件线索移送", "handovers.index", "handovers.page", LISTS, find.handovers)


@blueprint.get("/handovers/<string(length=16):public_id>")
@requires(READ)
def page(public_id: str) -> ResponseReturnValue:
    return _page(public_id)


@blueprint.post("/handovers/<string(length=16):public_id>/<step>")
@requires(READ)
def take(public_id: str, step: str) -> ResponseReturnValue:
    """Any step after the proposal; who may take which is the use case's to say."""
    try:
        with work().write(current_actor()) as session:
            _STEPS.get(step, unknown)(session, public_id, request.form)
    except Fault as refused:
        return _page(public_id, refused)
    flash(_DONE[step], "good")
    return redirect(url_for("handovers.page", public_id=public_id), 303)


def _page(public_id: str, refused: Fault | None = None) -> ResponseReturnValue:
    with work().read(current_actor()) as session:
        found = find.one_handover(session, public_id)
        kept = {file.public_id: file for file in evidence.of(session, found.listed.visit)}
        shown = render_template(
            "inspection/after/handover.html",
            handover=found,
            files=[kept[one] for one in found.evidence if one in kept],
            outcomes=[(one.code, one.title, one.basis) for one in terms().outcomes.values()],
            titles=STEP_TITLES,
            **told(refused),
            today=session.today,
        )
    return shown, refused.status if refused else 200


def _send(session: WorkSession, public_id: str, form: Form) -> None:
    handover.decide(session, session.actor, handover=public_id, granted=True)


def _refuse(session: WorkSession, public_id: str, form: Form) -> None:
    handover.decide(session, session.actor, handover=public_id, granted=False, reason=form.get("reason", ""))


def _file(session: WorkSession, public_id: str, form: Form) -> None:
    handover.file(
        session,
        session.actor,
        handover=public_id,
        case_number=form.get("case_number", ""),
        filed_on=forms.day(form.get("filed_on", ""), "filed_on"),
    )


def _close(session: WorkSession, public_id: str, form: Form) -> None:
    handover.close(
        session,
        session.actor,
        handover=public_id,
        outcome=form.get("outcome", ""),
        penalty=form.get("penalty", ""),
        reason=form.get("reason", ""),
    )


_STEPS: Mapping[str, Step] = {"send": _send, "refuse": _refuse, "file": _file, "close": _close}
_DONE = {
    "send": "已批准。请连同证据材料送交接收单位。",
    "refuse": "已记录不同意。",
    "file": "立案情况已登记。",
    "close": "已办结。",
}

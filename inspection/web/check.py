"""The public page behind the code on a letter: is it genuine, and is there a reason why somebody should not come?"""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from inspection.plan.find import certificate_of
from inspection.visits.fieldwork.letter import holder, letter, object_to
from inspection.web import forms
from registry.kernel.access import Actor, current_actor, public
from registry.kernel.faults import Conflict, Fault, Invalid
from registry.kernel.host import work

blueprint = Blueprint("visit_check", __name__, template_folder="templates")


@blueprint.get("/visits/check/<string(length=32):token>")
@public
def check(token: str) -> ResponseReturnValue:
    """Whoever inspects is led on to their check-in, and is not shown the live code: that is for the subject to tell."""
    return _page(token)


@blueprint.post("/visits/check/<string(length=32):token>/objection")
@public
def objection(token: str) -> ResponseReturnValue:
    form = request.form
    try:
        with work().write(holder()) as session:
            object_to(
                session,
                session.actor,
                token=token,
                certificate=form.get("certificate", ""),
                name=form.get("name", ""),
                reason=form.get("reason", ""),
            )
    except (Invalid, Conflict) as refused:
        return _page(token, refused)
    return redirect(url_for("visit_check.check", token=token, asked=1), 303)


def _page(token: str, refused: Fault | None = None) -> ResponseReturnValue:
    actor = current_actor()
    # Whoever holds the letter may know of its visit, also while the draw is sealed to everybody else.
    with work().read(Actor.job("letter")) as session:
        found = letter(session, token)
        own = certificate_of(session, actor.id) if actor.kind == "staff" else None
    page = render_template(
        "inspection/check.html",
        letter=found,
        token=token,
        ours=own in found.certificates,
        staff=actor.kind == "staff",
        asked=request.args.get("asked") == "1",
        values=request.form,
        faults=forms.told(refused) if refused else {},
    )
    # An address that is a key: it shall not travel to other sites, nor stay in caches or search engines.
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
    return page, refused.status if refused else 200, headers

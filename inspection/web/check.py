"""The public page behind the code on a letter: is it genuine?"""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from inspection.plan.find import certificate_of
from inspection.visits.fieldwork.letter import letter
from registry.kernel.access import Actor, current_actor, public
from registry.kernel.host import work

blueprint = Blueprint("visit_check", __name__, template_folder="templates")


@blueprint.get("/visits/check/<string(length=32):token>")
@public
def check(token: str) -> ResponseReturnValue:
    """Whoever inspects is led on to their check-in, and is not shown the live code: that is for the subject to tell."""
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
    )
    # An address that is a key: it shall not travel to other sites, nor stay in caches or search engines.
    return page, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}

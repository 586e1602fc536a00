"""What the public sees of inspections: the list of matters, every draw with its record. Programs: public_api."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from inspection.ceremony import find as draws
from inspection.ceremony import listed as listed_draws
from inspection.plan import find as plan
from inspection.plan import strata
from inspection.plan.frame import GROUNDS
from inspection.web.forms import row_before
from registry.kernel.access import public
from registry.kernel.host import work

blueprint = Blueprint("draws", __name__, template_folder="templates")

PAGE = 20


@blueprint.get("/draws")
@public
def index() -> ResponseReturnValue:
    before = row_before(request.args.get("before"))
    with work().read() as session:
        listed, following = listed_draws.draws(session, on=session.today, limit=PAGE, before=before)
    return render_template("inspection/draws.html", draws=listed, following=following, before=before)


@blueprint.get("/matters")
@public
def matters() -> ResponseReturnValue:
    after = request.args.get("after")
    with work().read() as session:
        listed, following = plan.matters(session, on=session.today, limit=PAGE, after=after)
    return render_template("inspection/matters.html", matters=listed, following=following, after=after)


@blueprint.get("/draws/<string(length=16):public_id>")
@public
def draw(public_id: str) -> ResponseReturnValue:
    with work().read() as session:
        page = draws.draw_page(session, public_id, on=session.today)
    return render_template("inspection/draw.html", draw=page, rule=strata.rule(page.as_of), grounds=grounds())


def grounds() -> dict[str, str]:
    """Why somebody is left out of a draw or goes in directly, by code."""
    return {code: gettext(title) for code, title in GROUNDS.items()}

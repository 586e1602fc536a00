"""The screen of the room where a draw is held: what was committed, the chance as it comes in, then who falls."""

import segno
from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from inspection.ceremony import find as draws
from registry.kernel.access import public
from registry.kernel.host import settings, work

blueprint = Blueprint("stage", __name__, template_folder="templates")


@blueprint.get("/draws/<string(length=16):public_id>/stage")
@public
def stage(public_id: str) -> ResponseReturnValue:
    """Readable from ten metres. It follows the draw's JSON, and without script it is the state of this moment."""
    with work().read() as session:
        page = draws.draw_page(session, public_id, on=session.today)
    address = f"{settings().public_url}{url_for('draws.draw', public_id=public_id)}"
    matrix = segno.make_qr(address, error="m").matrix
    return render_template("inspection/stage.html", draw=page, address=address, matrix=matrix)

"""The frame of a draw as a page: searchable, compared with the last one, to take away as a spreadsheet."""

from itertools import islice
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from inspection.ceremony import frames
from inspection.ceremony.sealed import KNOW, refuse_closed
from inspection.plan import strata
from inspection.plan.frame import GROUNDS
from inspection.web.public import grounds
from registry.kernel.access import current_actor, public, requires
from registry.kernel.delimited import csv_lines
from registry.kernel.host import work

blueprint = Blueprint("frames", __name__, template_folder="templates")

PAGE = 100
HEADINGS = ("编号", "名称", "层", "区", "名录中的状态", "理由", "凭据")


@blueprint.get("/draws/<string(length=16):public_id>/frame")
@public
def frame(public_id: str) -> ResponseReturnValue:
    return _page(public_id, committed=True)


@blueprint.get("/staff/inspection/draws/<string(length=16):public_id>/frame")
@requires("draw.read")
def staff_frame(public_id: str) -> ResponseReturnValue:
    """Before the commitment too: whoever froze it checks it before it goes into the log."""
    return _page(public_id, committed=False)


def _page(public_id: str, *, committed: bool) -> str:
    asked = {name: request.args.get(name, "").strip() for name in ("q", "status", "stratum")}
    start = request.args.get("start", "")
    first = int(start) if start.isascii() and start.isdigit() and len(start) < 9 else 0
    actor = current_actor()
    with work().read(actor) as session:
        # A closed frame is for those who freeze it, and who must know.
        if not actor.may("draw.freeze") and not actor.may(KNOW):
            refuse_closed(session, public_id)
        found = frames.frame(session, public_id, committed=committed)
        compared = frames.compared(session, public_id)
    hits = list(islice(frames.matching(found.units, **asked), first, first + PAGE + 1))
    asked_for = {name: value for name, value in asked.items() if value}
    start_at = url_for(request.endpoint or "", public_id=public_id)
    return render_template(
        "inspection/frame.html",
        frame=found,
        compared=compared,
        asked=asked,
        hits=hits[:PAGE],
        first=f"{start_at}?{urlencode(asked_for)}" if first else None,
        more=f"{start_at}?{urlencode({**asked_for, 'start': first + PAGE})}" if hits[PAGE:] else None,
        statuses={code: gettext(title) for code, title in frames.STATUSES.items()},
        rule=strata.rule(found.as_of),
        grounds=grounds(),
        committed=committed,
    )


@blueprint.get("/draws/<string(length=16):public_id>/frame.csv")
@public
def frame_csv(public_id: str) -> ResponseReturnValue:
    """UTF-8 with BOM, so that Excel reads the names."""
    with work().read() as session:
        found = frames.frame(session, public_id, committed=True)
    response = Response(csv_lines(HEADINGS, map(cells, found.units)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="frame-{public_id}.csv"'
    return response


def cells(unit: frames.Unit) -> tuple[str, ...]:
    """One unit under HEADINGS."""
    ground = GROUNDS.get(unit.ground, unit.ground) if unit.ground else ""
    status = frames.STATUSES[unit.status]
    return (unit.id, unit.name, unit.stratum, unit.district, status, ground, unit.note or "")

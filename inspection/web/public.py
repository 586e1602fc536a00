"""What the public sees of inspections: the list of matters, every draw with its record."""

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint as ApiBlueprint
from marshmallow import Schema, fields

from inspection.ceremony import find as draws
from inspection.plan import find as plan
from inspection.plan.frame import GROUNDS
from inspection.plan.strata import RULE
from registry.kernel.access import public
from registry.kernel.host import work

pages = Blueprint("draws", __name__, template_folder="templates")
api = ApiBlueprint("draws-api", __name__, description="双随机抽取：记录可由任何人重算")


@pages.get("/draws")
@public
def index() -> ResponseReturnValue:
    before = request.args.get("before", type=int)
    with work().read() as session:
        listed, following = draws.draws(session, limit=50, before=before)
    return render_template("inspection/draws.html", draws=listed, following=following)


@pages.get("/matters")
@public
def matters() -> ResponseReturnValue:
    with work().read() as session:
        return render_template("inspection/matters.html", matters=plan.matters(session, on=session.today))


@pages.get("/draws/<public_id>")
@public
def draw(public_id: str) -> ResponseReturnValue:
    with work().read() as session:
        page = draws.draw_page(session, public_id, on=session.today)
    return render_template("inspection/draw.html", draw=page, rule=RULE, grounds=GROUNDS)


class DrawSchema(Schema):
    """One draw as its page shows it."""

    id = fields.String(required=True)
    state = fields.String(required=True)
    task = fields.String(required=True)
    matter = fields.String(required=True)
    as_of = fields.Date(required=True)
    deadline = fields.Date(required=True)
    overdue = fields.Boolean(required=True)
    assurance = fields.String(required=True)
    frame_sha256 = fields.String(required=True)
    commit_index = fields.Integer(allow_none=True)
    record_index = fields.Integer(allow_none=True)
    seed = fields.String(allow_none=True)
    units = fields.Integer(required=True)
    inspectors = fields.Integer(required=True)
    selected = fields.List(fields.Dict(), required=True)
    record = fields.String(allow_none=True, metadata={"description": "address of the record, once drawn"})


@api.get("/draws/<public_id>.json")
@api.response(200, DrawSchema)
@public
def draw_json(public_id: str) -> dict[str, object]:
    """A draw: what it rests on, what it drew, where its record stands."""
    with work().read() as session:
        page = draws.draw_page(session, public_id, on=session.today)
    return {
        "id": page.public_id,
        "state": page.state,
        "task": page.task_title,
        "matter": page.matter,
        "as_of": page.as_of,
        "deadline": page.deadline,
        "overdue": page.overdue,
        "assurance": page.assurance,
        "frame_sha256": page.frame_sha256,
        "commit_index": page.commit_index,
        "record_index": page.record_index,
        "seed": page.seed,
        "units": page.units,
        "inspectors": page.inspectors,
        "selected": [
            {
                "unit": c.unit,
                "name": c.name,
                "stratum": c.stratum,
                "mandatory": c.mandatory,
                "inspectors": list(c.team),
            }
            for c in page.chosen
        ],
        "record": url_for("draws-api.record_json", public_id=public_id) if page.seed else None,
    }


@api.get("/draws/<public_id>/record.json")
@api.response(200, description="the record of double-random-draw/1, canonical JSON")
@public
def record_json(public_id: str) -> Response:
    """The record from which anyone can re-run the draw."""
    with work().read() as session:
        record = draws.record_bytes(session, public_id)
    return _document(record, f"draw-{public_id}.json")


@api.get("/draws/<public_id>/frame.json")
@api.response(200, description="the frozen frame, canonical JSON; its SHA-256 is what was committed to")
@public
def frame_json(public_id: str) -> Response:
    """The population of the draw, public from the moment of the commitment."""
    with work().read() as session:
        frame = draws.frame_bytes(session, public_id)
    return _document(frame, f"frame-{public_id}.json")


def _document(content: bytes, name: str) -> Response:
    response = Response(content, content_type="application/json")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "public, max-age=60"
    return response

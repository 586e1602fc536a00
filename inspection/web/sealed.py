"""Sealed draws: what the public may check while they are closed, the proof at the door, and the depositary's own page."""

import json
from typing import Any

import segno
import structlog
from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint as ApiBlueprint
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from inspection.ceremony import deposits, sealed
from inspection.ceremony import find as draws
from inspection.ceremony.persons import Opened, drawn
from inspection.ceremony.tables import DrawRow
from inspection.draw import door
from inspection.draw.rules import Invalid
from inspection.visits import find as visits
from inspection.visits import opening
from inspection.visits.tables import VisitRow
from inspection.web import script_texts
from registry.kernel.access import current_actor, public, requires
from registry.kernel.canon import canonical
from registry.kernel.faults import Fault, NotFound
from registry.kernel.host import settings, work
from registry.kernel.work import WorkSession
from registry.ledger import book

blueprint = Blueprint("sealed", __name__, template_folder="templates")
api = ApiBlueprint("sealed-api", __name__, description="密封抽取：启封之前只公开承诺")

SCRIPTS = (
    "draw-rules.js", "draw-hash.js", "draw-json.js", "draw-assign.js", "draw-frame.js", "draw-log.js", "draw-tree.js",
    "draw-door.js",
)  # fmt: skip
_LONGEST = 4096


@blueprint.before_app_request
def _open_what_is_due() -> None:
    """Whoever reads about draws after the last day finds them open; the job would do it within the hour."""
    if request.method == "GET" and request.path.startswith("/draws"):
        _open()


@blueprint.after_app_request
def _open_after_the_last_visit(response: Response) -> Response:
    if request.method == "POST" and response.status_code < 400 and current_actor().kind == "staff":
        _open()
    return response


def _open() -> None:
    try:
        opening.open_due(work())
    except (Fault, SQLAlchemyError) as error:
        # The answer does not depend on it: what stays closed shows as overdue.
        structlog.get_logger().warning("opening", error=type(error).__name__)


@api.route("/draws/<string(length=16):public_id>/sealed.json")
@public
@api.response(200, {"type": "object"}, description="double-random-draw-sealed/1，规范 JSON")
def sealed_json(public_id: str) -> Response:
    """密封抽取的承诺及其存证证明；启封之后连同密钥和抽取记录"""
    with work().read() as session:
        document = sealed.document(session, public_id)
    response = Response(canonical(document), content_type="application/json")
    response.headers["Content-Disposition"] = f'inline; filename="sealed-{public_id}.json"'
    return response


@blueprint.route("/draws/<string(length=16):public_id>/door", methods=["GET", "POST"])
@public
def at_the_door(public_id: str) -> ResponseReturnValue:
    """The proof stands behind # in the address, which no browser sends: the script checks it on the spot. Typed into the
    form, it is checked here, and kept nowhere."""
    with work().read() as session:
        page = draws.draw_page(session, public_id, on=session.today)
        document = sealed.document(session, public_id)
        key = book.vkey(session, "public")
    proof, faults = None, []
    if request.method == "POST":
        try:
            proof = door.read_fragment(_typed(request.form.get("proof", "")), document)
            faults = [difference.message for difference in door.check(proof)]
        except Invalid as fault:
            faults = [fault.message]
    document.pop("record")
    return render_template(
        "inspection/door.html",
        draw=page,
        document=Markup(json.dumps(document).replace("<", "\\u003c")),  # noqa: S704 - as in verification.page
        last=document["roots"][-1]["version"],
        key=key,
        scripts=SCRIPTS,
        texts=script_texts.texts(SCRIPTS),
        proof=proof,
        faults=faults,
        typed=request.form.get("proof", ""),
    )


@blueprint.get("/staff/visits/<string(length=16):public_id>/door")
@requires("visit.read")
def own_proof(public_id: str) -> ResponseReturnValue:
    """What the team shows at the door."""
    with work().read(current_actor()) as session:
        visit = visits.visit(session, public_id)
        proof = _proof(session, public_id)
        person = _person(session, visit)
    address = door_address(visit.draw, proof)
    code = segno.make_qr(address, error="l", boost_error=False)
    return render_template(
        "inspection/own_proof.html",
        visit=visit,
        proof=proof,
        person=person,
        address=address,
        fragment=door.fragment(proof),
        code=Markup(code.svg_inline(omitsize=True, border=3, dark="#000", light="#fff")),  # noqa: S704 - our own
    )


@blueprint.get("/staff/visits/<string(length=16):public_id>/door.json")
@requires("visit.read")
def own_proof_json(public_id: str) -> ResponseReturnValue:
    with work().read(current_actor()) as session:
        proof = _proof(session, public_id)
    response = Response(canonical(proof), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="door-{public_id}.json"'
    return response


@blueprint.get("/staff/inspection/deposits")
@requires(deposits.HOLD)
def deposit_list() -> ResponseReturnValue:
    with work().read(current_actor()) as session:
        return render_template(
            "inspection/deposits.html", held=deposits.held(session, current_actor()), today=session.today
        )


@blueprint.post("/staff/inspection/deposits/key")
@requires(deposits.HOLD)
def deposit_key() -> ResponseReturnValue:
    """The private half leaves in this answer and is kept nowhere."""
    with work().write(current_actor()) as session:
        private = deposits.make_key(session, session.actor)
        day = session.today.isoformat()
    response = Response(canonical({"key": private.hex(), "made": day}), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="deposit-key-{day}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/staff/inspection/deposits/<string(length=16):draw_id>.json")
@requires(deposits.HOLD)
def deposit_json(draw_id: str) -> ResponseReturnValue:
    with work().read(current_actor()) as session:
        handed = deposits.handed_out(session, current_actor(), draw_id=draw_id)
    response = Response(canonical({"deposits": handed}), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="deposit-{draw_id}.json"'
    return response


def door_address(draw: str, proof: dict[str, Any]) -> str:
    """The address that a QR code holds."""
    return f"{settings().public_url}{url_for('sealed.at_the_door', public_id=draw)}#{door.fragment(proof)}"


def _proof(session: WorkSession, visit: str) -> dict[str, Any]:
    row = session.scalars(select(VisitRow).where(VisitRow.public_id == visit)).one_or_none()
    proof = sealed.proof_of(session, row.selection) if row is not None else None
    if proof is None:
        raise NotFound("这次检查不是密封抽取产生的，或者检查对象已更换")
    return proof


def _person(session: WorkSession, visit: visits.VisitPage) -> Opened | None:
    """How the pseudonym of a drawn person was made; None for an organisation."""
    if visit.subject_kind != "practitioner":
        return None
    draw = session.scalars(select(DrawRow).where(DrawRow.public_id == visit.draw)).one()
    return drawn(session, draw.id, draw.task.matter.object_kind).get(visit.unit)


def _typed(text: str) -> str:
    """The proof of an address that was pasted whole, or of its part behind #; line breaks of a paper do not count."""
    return "".join(text[:_LONGEST].split()).rpartition("#")[2]

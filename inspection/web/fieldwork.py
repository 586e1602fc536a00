"""Visits on a phone: one's own visits as a route, the page that works without a network, and what the phone hands over."""

from dataclasses import asdict
from pathlib import Path
from urllib.parse import unquote

import orjson
from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from inspection.visits.fieldwork import bundle, files, sync
from registry.credit.evidence_store import Store
from registry.credit.evidence_types import LIMIT
from registry.kernel.access import current_actor, public, requires
from registry.kernel.faults import Invalid
from registry.kernel.host import work
from registry.web.site import asset_url

blueprint = Blueprint("fieldwork", __name__, url_prefix="/staff/visits", template_folder="templates")

STYLES = ("bootstrap.min.css", "legalcredit.css", "field.css")
SCRIPTS = (
    "draw-hash.js",
    "field-store.js",
    "field-sync.js",
    "field-photo.js",
    "field-sign.js",
    "field-view.js",
    "field-parts.js",
    "field-page.js",
)
_LARGEST_BATCH = 16 * 1024 * 1024


@blueprint.get("/mine")
@requires("visit.record")
def mine() -> ResponseReturnValue:
    with work().read(current_actor()) as session:
        stops = bundle.stops(session, current_actor())
        return render_template("inspection/mine.html", stops=stops, scripts=SCRIPTS[:3], today=session.today)


@blueprint.get("/<string(length=16):public_id>/field")
@requires("visit.record")
def field(public_id: str) -> ResponseReturnValue:
    """The same page for every visit: what it shows comes from the phone's own store, with a network or without."""
    return _shell(public_id)


@blueprint.get("/shell")
@requires("visit.record")
def shell() -> ResponseReturnValue:
    """What the service worker keeps: the page without anybody's name or token in it."""
    return _shell(None)


def _shell(visit: str | None) -> ResponseReturnValue:
    return render_template("inspection/field.html", visit=visit, styles=STYLES, scripts=SCRIPTS)


@blueprint.get("/worker.js")
@public
def worker() -> ResponseReturnValue:
    """The service worker, from here because it may only watch over pages below its own address. It says nothing about
    anybody, and a phone whose session has ended must still be able to ask for it."""
    kept = [asset_url(name) for name in (*STYLES, *SCRIPTS, "mark.svg")]
    body = b"const KEPT = " + orjson.dumps(kept) + b";\n" + _WORKER.read_bytes()
    return Response(
        body, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )


_WORKER = Path(__file__).parent / "static" / "field-worker.js"


@blueprint.get("/field.json")
@requires("visit.record")
def field_json() -> ResponseReturnValue:
    with work().read(current_actor()) as session:
        told = bundle.bundle(session, current_actor())
    return _json({**told, "csrf": generate_csrf()})


@blueprint.post("/sync")
@requires("visit.record")
def hand_over() -> ResponseReturnValue:
    """Takes what a phone noted; the answers stand in the order of the operations. The token of the form comes in the header
    X-CSRFToken."""
    sent = request.stream.read(_LARGEST_BATCH + 1)
    if len(sent) > _LARGEST_BATCH:
        raise Invalid.field("operations", "too-large", "一次同步的内容过大，请分批")
    try:
        batch = orjson.loads(sent)
    except orjson.JSONDecodeError as error:
        raise Invalid.field("operations", "json", "手机发来的内容无法读取") from error
    answers = sync.take(work(), current_actor(), batch=batch)
    return _json({"answers": [asdict(answer) for answer in answers]})


@blueprint.put("/<string(length=16):public_id>/files/<string(length=64):digest>")
@requires("visit.record")
def put_file(public_id: str, digest: str) -> ResponseReturnValue:
    """Takes a photo or document by the SHA-256 of its bytes; again is as good as once. Its name comes in X-File-Name."""
    if (request.content_length or 0) > LIMIT:
        raise Invalid.field("file", "too-large", f"文件不超过 {LIMIT // 1024 // 1024} MB，这一份没有收下")
    content = request.stream.read(LIMIT + 1)
    with work().write(current_actor()) as session:
        kept = files.put(
            session,
            session.actor,
            store=Store.of(work()),
            visit=public_id,
            digest=digest,
            name=unquote(request.headers.get("X-File-Name", ""))[:200],
            content=content,
        )
    return _json({"evidence": kept.public_id, "size": kept.size})


def _json(told: object) -> Response:
    return Response(
        orjson.dumps(told), content_type="application/json", headers={"Cache-Control": "no-store"}
    )

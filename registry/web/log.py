"""The public book over HTTP, as C2SP tlog-tiles has it: checkpoint, tiles, entry bundles, verifier key."""

import gzip

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from registry.kernel.access import public
from registry.kernel.faults import NotFound
from registry.kernel.host import work
from registry.ledger import book, tree
from registry.ledger.tiles import parse_path

blueprint = Blueprint("log", __name__, url_prefix="/log")

# What was served once is the same for ever, full tile or partial: a log only grows.
_FOR_EVER = "public, max-age=31536000, immutable"
_SECONDS = "public, max-age=2, must-revalidate"
_TEXT = "text/plain; charset=utf-8"


@blueprint.get("/checkpoint")
@public
def checkpoint() -> ResponseReturnValue:
    """The newest signed head of the public book."""
    with work().read() as session:
        newest = book.head(session, "public")
    response = Response(newest.checkpoint, content_type=_TEXT)
    response.headers["Cache-Control"] = _SECONDS
    response.set_etag(f"{newest.size}-{newest.root.hex()}")
    return response.make_conditional(request)


@blueprint.get("/vkey")
@public
def vkey() -> ResponseReturnValue:
    """The verifier key that opens the checkpoints."""
    with work().read() as session:
        key = book.vkey(session, "public")
    response = Response(key + "\n", content_type=_TEXT)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@blueprint.get("/tile/<path:path>")
@public
def tile(path: str) -> ResponseReturnValue:
    """A tile or an entry bundle; 404 for one that the checkpoint does not cover yet."""
    try:
        wanted = parse_path(path)
    except ValueError as malformed:
        raise NotFound("没有这一瓦片") from malformed
    with work().read() as session:
        content = tree.resource(session, "public", wanted)
    if content is None:
        raise NotFound("没有这一瓦片")
    response = Response(content, content_type="application/octet-stream")
    response.headers["Cache-Control"] = _FOR_EVER
    if wanted.level is None:
        response.vary.add("Accept-Encoding")
        if request.accept_encodings["gzip"] > 0:
            response.set_data(gzip.compress(content, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
    return response

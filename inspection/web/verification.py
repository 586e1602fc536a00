"""Anyone can verify: a page that recomputes a record in the visitor's own browser, and a program that does so without one."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from inspection.ceremony import find as draws
from inspection.ceremony import sealed
from inspection.web import script_texts
from registry.kernel.access import public
from registry.kernel.canon import canonical
from registry.kernel.host import work
from registry.ledger import book

blueprint = Blueprint("verification", __name__, template_folder="templates")

SCRIPTS = (
    "draw-rules.js", "draw-hash.js", "draw-json.js", "draw-frame.js", "draw-assign.js", "draw-record.js", "draw-log.js",
    "draw-verify.js", "draw-tree.js", "draw-page.js",
)  # fmt: skip
PROGRAM = "verify_draw.py"


@blueprint.get("/draws/<string(length=16):public_id>/verify")
@public
def page(public_id: str) -> ResponseReturnValue:
    """The record stands in the page as data, so that a saved page verifies without any connection."""
    with work().read() as session:
        drawn = draws.draw_page(session, public_id, on=session.today)
        record = draws.record_bytes(session, public_id).decode()
        if drawn.seal is not None:
            # With what was committed to while it was closed.
            record = canonical(sealed.document(session, public_id)).decode()
        key = book.vkey(session, "public")
    return render_template(
        "inspection/verify.html",
        draw=drawn,
        # Within a string of JSON, the one place where < can stand, the escape says the same and ends no element.
        record=Markup(record.replace("<", "\\u003c")),  # noqa: S704
        key=key,
        scripts=SCRIPTS,
        texts=script_texts.texts(SCRIPTS),
        program=PROGRAM,
        program_sha256=sha256(_program()).hexdigest(),
    )


@blueprint.get(f"/draws/{PROGRAM}")
@public
def program() -> ResponseReturnValue:
    """A verifier in one file, for Python alone."""
    response = Response(_program(), content_type="text/x-python; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{PROGRAM}"'
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@cache
def _program() -> bytes:
    return (Path(__file__).parent / "static" / PROGRAM).read_bytes()

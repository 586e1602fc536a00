"""The archive for the office: searched by number, class and year, and taken out as a file that checks itself."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from publicity.archive import export, find
from publicity.archive.find import Asked
from publicity.release.archive import CLASSES
from registry.kernel.access import current_actor, requires
from registry.kernel.host import host, settings, work

READ = "archive.read"
PAGE = 50

blueprint = Blueprint("archive", __name__)


@blueprint.get("/staff/archive")
@requires(READ)
def index() -> ResponseReturnValue:
    year = request.args.get("year", type=int)
    wanted = request.args.get("class", "")
    asked = Asked(
        request.args.get("number", "")[:40],
        wanted if wanted in CLASSES else "",
        year if year and 1900 < year < 2200 else None,
    )
    before = request.args.get("before", type=int)
    with work().read() as session:
        shelves = find.shelves(session)
        listed, following = find.listed(
            session, asked, before=before if before and 0 < before < 2**53 else None, limit=PAGE
        )
    return render_template(
        "publicity/archive.html",
        shelves=shelves,
        filed=listed,
        following=following,
        asked=asked,
        classes=[(name, name) for name in CLASSES],
        years=[(year, f"{year}年") for year in dict.fromkeys(shelf.year for shelf in shelves)],
        vkeys=export.vkeys(host().keys),
    )


@blueprint.post("/staff/archive/<string(length=16):public_id>")
@requires(export.EXPORT)
def one(public_id: str) -> ResponseReturnValue:
    """What is taken out is written into the audit book first: a POST, because it leaves an entry behind."""
    with work().write(current_actor()) as session:
        wanted = export.release(session, session.actor, public_id=public_id)
    return _sent(wanted)


@blueprint.post("/staff/archive/years")
@requires(export.EXPORT)
def whole() -> ResponseReturnValue:
    year = request.form.get("year", type=int) or 0
    with work().write(current_actor()) as session:
        wanted = export.class_and_year(
            session, session.actor, archive_class=request.form.get("class", ""), year=year
        )
    return _sent(wanted)


def _sent(wanted: export.Wanted) -> Response:
    pieces = export.stream(work(), wanted, bureau=settings().bureau, public_url=settings().public_url)
    answer = Response(pieces, content_type="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename=f"archive-{wanted.of}.zip")
    answer.headers["Cache-Control"] = "no-store"
    return answer

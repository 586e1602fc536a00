"""Papers of what follows a visit, to take away."""

from flask import Response
from flask_smorest import Blueprint

from inspection.papers import after
from inspection.visits import find as visits
from inspection.visits.after import find
from registry.kernel.access import current_actor, requires
from registry.kernel.host import settings, work
from registry.web import papers

blueprint = Blueprint("after-papers", __name__, description="检查之后：责令改正和复查的文书")


@blueprint.route("/staff/rectifications/<string(length=16):public_id>/order.pdf")
@requires("visit.read")
@blueprint.response(200, papers.SCHEMA, content_type="application/pdf")
def order_pdf(public_id: str) -> Response:
    """责令改正通知书，附送达回证"""
    with work().read(current_actor()) as session:
        found = find.one_rectification(session, public_id)
        visit = visits.visit(session, found.listed.visit)
    paper = after.order(found, visit, bureau=settings().bureau, public_url=settings().public_url)
    return papers.pdf(paper, f"rectification-{public_id}.pdf")


@blueprint.route("/staff/rectifications/<string(length=16):public_id>/recheck.pdf")
@requires("visit.read")
@blueprint.response(200, papers.SCHEMA, content_type="application/pdf")
def recheck_pdf(public_id: str) -> Response:
    """复查记录：现场填写、签名"""
    with work().read(current_actor()) as session:
        found = find.one_rectification(session, public_id)
        visit = visits.visit(session, found.listed.visit)
    paper = after.recheck(found, visit, bureau=settings().bureau, public_url=settings().public_url)
    return papers.pdf(paper, f"recheck-{public_id}.pdf")

"""Papers of inspections to take away."""

from flask import Response
from flask_smorest import Blueprint

from inspection.papers import certificate
from registry.kernel.access import public
from registry.kernel.host import settings, work
from registry.web import papers

blueprint = Blueprint("draws-papers", __name__, description="双随机抽取：可以带走的证书")


@blueprint.route("/draws/<string(length=16):public_id>.pdf")
@public
@blueprint.response(200, papers.SCHEMA, content_type="application/pdf")
def draw_pdf(public_id: str) -> Response:
    """抽取证书：抽取之后才有"""
    with work().read() as session:
        drawn = certificate.certificate(session, public_id)
    paper = certificate.paper(drawn, bureau=settings().bureau, public_url=settings().public_url)
    return papers.pdf(paper, f"draw-{public_id}.pdf")

"""Papers of inspections to take away."""

from flask import Response
from flask_smorest import Blueprint

from inspection.papers import certificate, visit
from registry.kernel.access import current_actor, public, requires
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


@blueprint.route("/staff/visits/<string(length=16):public_id>/letter.pdf")
@requires("visit.read")
@blueprint.response(200, papers.SCHEMA, content_type="application/pdf")
def letter_pdf(public_id: str) -> Response:
    """检查通知书：送达检查对象"""
    with work().read(current_actor()) as session:
        sheet = visit.sheet(session, public_id)
    paper = visit.letter(sheet, bureau=settings().bureau, public_url=settings().public_url)
    return papers.pdf(paper, f"letter-{public_id}.pdf")


@blueprint.route("/staff/visits/<string(length=16):public_id>/record.pdf")
@requires("visit.read")
@blueprint.response(200, papers.SCHEMA, content_type="application/pdf")
def record_pdf(public_id: str) -> Response:
    """检查记录：现场填写、签名"""
    with work().read(current_actor()) as session:
        sheet = visit.sheet(session, public_id)
    paper = visit.record(sheet, bureau=settings().bureau, public_url=settings().public_url)
    return papers.pdf(paper, f"visit-{public_id}.pdf")

"""Papers for the public to take away."""

from flask import Response, make_response, render_template
from flask_smorest import Blueprint

from publicity.lookup import pages
from publicity.lookup.proofs import HOW_TO_VERIFY
from publicity.notices.find import Tombstone
from publicity.papers import notice as notices
from registry.kernel.access import public
from registry.kernel.host import settings, work
from registry.web import papers

blueprint = Blueprint("public-papers", __name__, description="公示查询：可以带走的公示信息")


@blueprint.route("/notices/<string(length=16):public_id>.pdf")
@public
@blueprint.response(200, papers.SCHEMA, content_type="application/pdf")
@blueprint.alt_response(410, schema={"type": "string"}, content_type="text/html", description="公示已经结束")
def notice_pdf(public_id: str) -> Response:
    """公示信息：与公示页面相同的内容；公示结束后与页面一样只有撤下说明"""
    with work().read() as session:
        page = pages.notice(session, public_id)
        sheet = None if isinstance(page.notice, Tombstone) else notices.sheet(session, page.notice)
    if sheet is None:
        tombstone = render_template(
            "publicity/tombstone.html", notice=page.notice, proof=page.proof, how_to_verify=HOW_TO_VERIFY
        )
        return make_response(tombstone, 410)
    paper = notices.paper(sheet, bureau=settings().bureau, public_url=settings().public_url)
    return papers.pdf(paper, f"notice-{public_id}.pdf")

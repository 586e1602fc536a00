"""Certificates and credit reports to take home, under the office's seal if it has one."""

import orjson
from flask import Response
from flask_smorest import Blueprint

from publicity.papers import certificate as certificates
from publicity.papers import report as reports
from publicity.proving import certificate
from publicity.proving.certificate import Kind, Statement
from registry.kernel.access import public
from registry.kernel.faults import Conflict
from registry.kernel.host import host, settings, work
from registry.kernel.paper import Paper, typeset
from registry.web import papers

blueprint = Blueprint("certificates", __name__, description="公示查询：信用报告与无公开行政处罚证明")

_RENEWING = "公示刚有变动，依据正在更新"
_JSON = {"type": "object", "description": "legal-credit-certificate/1：可离线核验"}


@blueprint.route("/practitioners/<string(length=16):public_id>/penalties.json")
@public
@blueprint.response(200, _JSON)
@blueprint.alt_response(409, description=_RENEWING)
def practitioner_proof(public_id: str) -> Response:
    """从业人员当前有无公示中的行政处罚，附离线可核验的证明"""
    return _proof("practitioner", public_id)


@blueprint.route("/organisations/<string(length=16):public_id>/penalties.json")
@public
@blueprint.response(200, _JSON)
@blueprint.alt_response(409, description=_RENEWING)
def organisation_proof(public_id: str) -> Response:
    """机构当前有无公示中的行政处罚，附离线可核验的证明"""
    return _proof("organisation", public_id)


@blueprint.route("/practitioners/<string(length=16):public_id>/certificate.pdf")
@public
@blueprint.response(200, papers.SCHEMA, content_type="application/pdf")
@blueprint.alt_response(409, description="有公示中的行政处罚，或依据正在更新")
def practitioner_certificate(public_id: str) -> Response:
    """从业人员无公开行政处罚证明（PDF，加盖电子印章）"""
    return _certificate("practitioner", public_id)


@blueprint.route("/organisations/<string(length=16):public_id>/certificate.pdf")
@public
@blueprint.response(200, papers.SCHEMA, content_type="application/pdf")
@blueprint.alt_response(409, description="有公示中的行政处罚，或依据正在更新")
def organisation_certificate(public_id: str) -> Response:
    """机构无公开行政处罚证明（PDF，加盖电子印章）"""
    return _certificate("organisation", public_id)


@blueprint.route("/practitioners/<string(length=16):public_id>/report.pdf")
@public
@blueprint.response(200, papers.SCHEMA, content_type="application/pdf")
def practitioner_report(public_id: str) -> Response:
    """从业人员信用报告（PDF，加盖电子印章）"""
    with work().read() as session:
        report = reports.practitioner(session, public_id)
    return _report(report, public_id)


@blueprint.route("/organisations/<string(length=16):public_id>/report.pdf")
@public
@blueprint.response(200, papers.SCHEMA, content_type="application/pdf")
def organisation_report(public_id: str) -> Response:
    """机构信用报告（PDF，加盖电子印章）"""
    with work().read() as session:
        report = reports.organisation(session, public_id)
    return _report(report, public_id)


def _stated(kind: Kind, public_id: str) -> Statement:
    with work().read() as session:
        return certificate.statement(session, kind=kind, public_id=public_id)


def _proof(kind: Kind, public_id: str) -> Response:
    answer = Response(orjson.dumps(_stated(kind, public_id).document), content_type="application/json")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _certificate(kind: Kind, public_id: str) -> Response:
    stated = _stated(kind, public_id)
    if stated.live:
        raise Conflict(
            f"有 {len(stated.live)} 件行政处罚正在公示，不能出具无公开行政处罚证明；公示内容见公开页面",
            rule="penalties",
        )
    paper = certificates.paper(
        stated,
        bureau=settings().bureau,
        public_url=settings().public_url,
        origin=f"{settings().origin}/public",
        sealed=host().sealer is not None,
    )
    attached = {certificates.ATTACHED: orjson.dumps(stated.document)}
    return _sealed(paper, f"certificate-{public_id}.pdf", attached)


def _report(report: reports.Report, public_id: str) -> Response:
    paper = reports.paper(
        report,
        bureau=settings().bureau,
        public_url=settings().public_url,
        sealed=host().sealer is not None,
    )
    return _sealed(paper, f"report-{public_id}.pdf", {})


def _sealed(paper: Paper, file_name: str, attached: dict[str, bytes]) -> Response:
    content = typeset(paper)
    if (sealer := host().sealer) is not None:
        content = sealer.seal(content, office=settings().bureau, attached=attached)
    return papers.answer(content, file_name)

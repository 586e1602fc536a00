"""依申请公开 at the applicant's browser: the form, the receipt, what became of it, the answer, and the yearly figures."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_smorest import Blueprint as ApiBlueprint
from marshmallow import Schema, fields

from publicity.lookup.files import Row, Table
from publicity.papers import disclosure_answer
from publicity.requests import annual, conversion, find, handle, receive, rules
from publicity.web.files import FORMS, sent
from publicity.web.limits import limit
from publicity.web.tracked import private, told, unknown
from registry.kernel.access import ANONYMOUS, public
from registry.kernel.faults import Conflict, Invalid
from registry.kernel.host import Host, settings, work
from registry.kernel.work import WorkSession
from registry.web import papers
from registry.web.api.fields import Count

blueprint = Blueprint("requests", __name__)
programs = ApiBlueprint("requests-api", __name__, description="公示查询：依申请公开年度统计")


def install(_host: Host, app: Flask) -> None:
    limit(app, "requests", rules.RATE, ["requests.receive_request"])
    limit(
        app, "request-status", rules.LOOK_UP_RATE, ["requests.status", "requests.correct", "requests.answer"]
    )


@blueprint.get("/requests")
@public
def new() -> ResponseReturnValue:
    return _form({})


@blueprint.post("/requests")
@public
def receive_request() -> ResponseReturnValue:
    """Answers with the receipt itself: the code in it may stand in no address."""
    form = request.form
    try:
        with work().write(ANONYMOUS) as session:
            made = receive.receive(session, session.actor, written=form, once=form.get("once", "")[:40])
    except Invalid as fault:
        return _form(form, told(fault)), fault.status
    with work().read() as session:
        followed = find.followed(session, made.number, made.code)
    return private(render_template("publicity/request_receipt.html", made=made, followed=followed), 201)


def _form(values: Mapping[str, str], faults: dict[str, list[str]] | None = None) -> str:
    return render_template(
        "publicity/request.html",
        values=values,
        faults=faults or {},
        once=values.get("once") or secrets.token_urlsafe(16),
        applicants=_choices(rules.APPLICANTS),
        id_kinds=_choices(rules.ID_KINDS),
        deliveries=_choices(rules.DELIVERIES),
        terms=rules.TERMS,
        keep=rules.KEEP_MONTHS,
    )


def _choices(titles: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(code, gettext(title)) for code, title in titles.items()]


@blueprint.get("/requests/status")
@public
def ask() -> ResponseReturnValue:
    return render_template("publicity/request_status.html", values={}, faults={}, followed=None)


@blueprint.post("/requests/status")
@public
def status() -> ResponseReturnValue:
    """Number and code travel in the body, and an unknown number is answered as a wrong code is."""
    return _status({}, 200)


def _status(faults: dict[str, list[str]], code: int) -> Response:
    form = request.form
    with work().read() as session:
        followed = find.followed(session, form.get("number", ""), form.get("code", ""))
    if followed is None:
        faults, code = unknown(), 422
    page = render_template(
        "publicity/request_status.html",
        followed=followed,
        faults=faults,
        values={
            "number": form.get("number", "")[:40],
            "description": form.get("description", ""),
            **({"code": form.get("code", "")[:40]} if followed else {}),
        },
    )
    return private(page, code)


@blueprint.post("/requests/correction")
@public
def correct() -> ResponseReturnValue:
    form = request.form
    try:
        with work().write(ANONYMOUS) as session:
            handle.corrected_by(
                session,
                number=form.get("number", ""),
                code=form.get("code", ""),
                description=form.get("description", ""),
            )
    except Invalid as fault:
        return _status(told(fault), fault.status)
    except Conflict as fault:
        return _status({"": [gettext(fault.title)]}, fault.status)
    return _status({}, 200)


@blueprint.post("/requests/answer.pdf")
@public
def answer() -> ResponseReturnValue:
    """政府信息公开申请答复书, for whoever has number and code."""
    form = request.form
    with work().read() as session:
        found = find.answer_by(session, form.get("number", ""), form.get("code", ""))
    letter = disclosure_answer.paper(found, bureau=settings().bureau, public_url=settings().public_url)
    made = papers.pdf(letter, f"answer-{found.listed.number}.pdf")
    made.headers["Cache-Control"] = "no-store"
    return made


@blueprint.get("/requests/answer.pdf")
@public
def answer_again() -> ResponseReturnValue:
    """A browser that loads the letter again has lost number and code, and is asked for them."""
    return redirect(url_for("requests.ask"), 303)


@blueprint.get("/requests/statistics")
@public
def statistics() -> ResponseReturnValue:
    with work().read() as session:
        years = annual.years(session)
        year = _year(years)
        report = annual.of_year(session, year=year)
        rate = conversion.rate(session, year=year)
    return render_template(
        "publicity/request_statistics.html",
        report=report,
        rate=rate,
        years=years,
        checked=rules.CHECKED,
        files=[
            ("JSON", url_for("requests-api.figures", year=year)),
            ("CSV", url_for("requests.statistics_file", form="csv", year=year)),
            (gettext("表格（xlsx）"), url_for("requests.statistics_file", form="xlsx", year=year)),
        ],
    )


def _year(years: list[int]) -> int:
    asked = request.args.get("year", type=int)
    return asked if asked in years else years[0]


@blueprint.get(f"/requests/statistics.{FORMS}")
@public
def statistics_file(form: str) -> ResponseReturnValue:
    with work().read() as session:
        report = annual.of_year(session, year=_year(annual.years(session)))
    rows: list[Row] = [(line.title, *line.figures) for line in report.lines]
    headers = (f"{report.year}年收到和处理政府信息公开申请情况", *report.applicants, "总计")
    return sent(Table(f"requests-{report.year}", "政府信息公开申请", headers, rows), form)


class YearQuery(Schema):
    year = Count(load_default=None, metadata={"description": "没有给出的为今年"})


class YearLineSchema(Schema):
    title = fields.String(required=True)
    figures = fields.List(
        fields.Integer(), required=True, metadata={"description": "依次为 applicants 各类，最后为总计"}
    )


class ConversionRateSchema(Schema):
    given = fields.Integer(required=True, metadata={"description": "当年提供了信息的申请"})
    converted = fields.Integer(required=True)
    percent = fields.Float(required=True, allow_none=True)
    wanted = fields.Integer(required=True, metadata={"description": "目标，百分比"})


class RequestYearSchema(Schema):
    year = fields.Integer(required=True)
    applicants = fields.List(fields.String(), required=True)
    lines = fields.List(fields.Nested(YearLineSchema), required=True)
    conversion = fields.Nested(ConversionRateSchema, required=True)


@programs.route("/requests/statistics.json")
@public
@programs.arguments(YearQuery, location="query", error_status_code=400)
@programs.response(200, RequestYearSchema)
def figures(query: Mapping[str, Any]) -> dict[str, Any]:
    """依申请公开年度统计（年度报告表三的格式）和依申请转主动公开率"""
    with work().read() as session:
        year = _known(session, query["year"])
        report = annual.of_year(session, year=year)
        rate = conversion.rate(session, year=year)
    return {
        "year": year,
        "applicants": report.applicants,
        "lines": [{"title": line.title, "figures": line.figures} for line in report.lines],
        "conversion": rate,
    }


def _known(session: WorkSession, asked: int | None) -> int:
    years = annual.years(session)
    return asked if asked in years else years[0]

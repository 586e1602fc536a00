"""投诉举报 at the browser of whoever writes: the form, the receipt, what became of it, and the results that are public."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_smorest import Blueprint as ApiBlueprint
from marshmallow import Schema, fields, validate

from publicity.letters import find, receive, results, rules
from publicity.letters.results import Count as Figures
from publicity.lookup.files import MOST_NOTICES, Table
from publicity.web.files import FORMS, sent
from publicity.web.limits import limit
from publicity.web.public import number
from publicity.web.tracked import private, told, unknown
from registry.credit.complaint import terms
from registry.kernel.access import ANONYMOUS, public
from registry.kernel.faults import Invalid
from registry.kernel.host import Host, work
from registry.roster.find import Found
from registry.web import charts
from registry.web.api.fields import Count
from registry.web.credit_evidence import attach_sent

PAGE = 20

blueprint = Blueprint("letters", __name__)
programs = ApiBlueprint("letters-api", __name__, description="公示查询：投诉举报办理结果")


def install(_host: Host, app: Flask) -> None:
    limit(app, "letters", rules.RATE, ["letters.receive_letter"])
    limit(app, "letter-status", rules.LOOK_UP_RATE, ["letters.status"])


@blueprint.get("/letters")
@public
def new() -> ResponseReturnValue:
    return _form({"about": request.args.get("about", ""), "id": request.args.get("id", "")[:16]})


@blueprint.post("/letters")
@public
def receive_letter() -> ResponseReturnValue:
    """Answers with the receipt itself: the code in it may stand in no address, and is told to nobody but the sender.

    Written for nobody, so that a member of staff who writes from the office's own browser is as anonymous as others.
    """
    form = request.form
    try:
        if len([file for file in request.files.getlist("file") if file.filename]) > rules.FILES:
            raise Invalid.field("file", "too_many", "文件太多，请少选一些")
        with work().write(ANONYMOUS) as session:
            made = receive.receive(
                session,
                session.actor,
                kind=form.get("kind", ""),
                about=receive.subject_asked(session, form.get("about", ""), form.get("id", "")[:16]),
                written=form,
                once=form.get("once", "")[:40],
            )
            if made.created:
                attach_sent(session, made.public_id, actor=receive.SENDER)
    except Invalid as fault:
        return _form(form, told(fault)), fault.status
    with work().read() as session:
        letter = find.followed(session, made.number, made.code)
    page = render_template("publicity/letter_receipt.html", made=made, letter=letter)
    return private(page, 201)


def _form(values: Mapping[str, str], faults: dict[str, list[str]] | None = None) -> str:
    about: Found | None = None
    with work().read() as session:
        about = receive.subject_asked(session, values.get("about", ""), values.get("id", ""))
        term = terms.of(session.today).by_step
    return render_template(
        "publicity/letter.html",
        about=about,
        values=values,
        faults=faults or {},
        once=values.get("once") or secrets.token_urlsafe(16),
        kinds=[(code, gettext(title)) for code, title in rules.KINDS.items()],
        accept=term["accept"],
        conclude=term["conclude"],
        files=rules.FILES,
        keep=rules.KEEP_MONTHS,
    )


@blueprint.get("/letters/status")
@public
def ask() -> ResponseReturnValue:
    return render_template("publicity/letter_status.html", values={}, faults={}, letter=None)


@blueprint.post("/letters/status")
@public
def status() -> ResponseReturnValue:
    """Number and code travel in the body, and an unknown number is answered as a wrong code is."""
    form = request.form
    with work().read() as session:
        letter = find.followed(session, form.get("number", ""), form.get("code", ""))
    if letter is None:
        kept = {"number": form.get("number", "")[:40]}
        page = render_template("publicity/letter_status.html", values=kept, faults=unknown(), letter=None)
        return private(page, 422)
    return private(render_template("publicity/letter_status.html", values={}, faults={}, letter=letter), 200)


@blueprint.get("/letters/results")
@public
def result_list() -> ResponseReturnValue:
    kind = _kind()
    with work().read() as session:
        years = results.years(session)
        year = request.args.get("year", type=int)
        year = year if year in years else years[0]
        listed, following = results.results(session, kind=kind, before=number("before"), limit=PAGE)
        by_kind, by_month = results.statistics(session, year=year)
    return render_template(
        "publicity/letter_results.html",
        listed=listed,
        next=url_for("letters.result_list", before=following, **_given(kind)) if following else None,
        kinds=[(code, gettext(title)) for code, title in rules.KINDS.items()],
        kind=kind,
        year=year,
        years=years,
        by_kind=by_kind,
        by_month=by_month,
        chart=charts.bars(
            gettext("每月收到和办结的投诉举报"),
            [(one.label[-2:], (one.received, one.answered)) for one in by_month],
            (gettext("收到"), gettext("办结")),
        ),
        files=_files(kind, year),
    )


def _files(kind: str, year: int) -> list[tuple[str, str]]:
    return [
        ("JSON", url_for("letters-api.listed", **_given(kind))),
        ("CSV", url_for("letters.result_file", form="csv", **_given(kind))),
        (gettext("表格（xlsx）"), url_for("letters.result_file", form="xlsx", **_given(kind))),
        (gettext("统计（xlsx）"), url_for("letters.figures", form="xlsx", year=year)),
    ]


def _kind() -> str:
    asked = request.args.get("kind", "")
    return asked if asked in rules.KINDS else ""


def _given(kind: str) -> dict[str, Any]:
    return {"kind": kind} if kind else {}


@blueprint.get(f"/letters/results.{FORMS}")
@public
def result_file(form: str) -> ResponseReturnValue:
    with work().read() as session:
        listed, following = results.results(
            session, kind=_kind(), before=number("before"), limit=MOST_NOTICES
        )
    rows = [
        (
            one.kind_title,
            one.received,
            one.answered_on.isoformat(),
            one.outcome_title,
            one.summary,
            one.published_on.isoformat(),
        )
        for one in listed
    ]
    headers = ("类别", "收到月份", "答复日期", "办理结果", "摘要", "公开日期")
    return sent(Table("letter-results", "来信办理结果", headers, rows, following is not None), form)


@blueprint.get(f"/letters/statistics.{FORMS}")
@public
def figures(form: str) -> ResponseReturnValue:
    """By kind, then by month, of one year."""
    with work().read() as session:
        years = results.years(session)
        year = request.args.get("year", type=int)
        by_kind, by_month = results.statistics(session, year=year if year in years else years[0])
    rows = [_figures(one) for one in (*by_kind, *by_month)]
    return sent(
        Table("letters", "来信统计", ("类别或月份", "收到", "办结", "按期办结", "属实或部分属实"), rows), form
    )


def _figures(one: Figures) -> tuple[str | int, ...]:
    return (one.label, one.received, one.answered, one.in_time, one.true)


class LetterResultsQuery(Schema):
    kind = fields.String(load_default="", validate=validate.OneOf(("", *rules.KINDS)))
    limit = Count(load_default=20, validate=validate.Range(1, 100))
    before = Count(
        load_default=None, validate=validate.Range(0, 2**53), metadata={"description": "上一页的 next"}
    )


class LetterResultSchema(Schema):
    kind = fields.String(required=True)
    kind_title = fields.String(required=True)
    received = fields.String(required=True, metadata={"description": "收到的月份，如 2026-11"})
    answered_on = fields.Date(required=True)
    outcome = fields.String(required=True)
    outcome_title = fields.String(required=True)
    summary = fields.String(required=True)
    published_on = fields.Date(required=True)


class LetterResultsSchema(Schema):
    results = fields.List(fields.Nested(LetterResultSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


@programs.route("/letters/results.json")
@public
@programs.arguments(LetterResultsQuery, location="query", error_status_code=400)
@programs.response(200, LetterResultsSchema)
def listed(query: Mapping[str, Any]) -> dict[str, Any]:
    """投诉举报办理结果的公开摘要，最近的在前；不含来信人和被投诉举报人"""
    with work().read() as session:
        found, following = results.results(session, **query)
    return {"results": found, "next": following}

"""Staff's pages of rule sets: proposing one, what it would change, and its adoption by somebody else."""

import io
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

import xlsxwriter
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.credit import catalogue
from registry.credit.standing import adopt, reading, rules_find, trial
from registry.credit.standing.adopt import ADOPT, PROPOSE, READ
from registry.credit.standing.ruleset import Section, When
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Invalid, NotFound
from registry.kernel.host import work
from registry.web import charts
from registry.web.forms import faults_by_path
from registry.web.standing import TITLES

PAGE = 50
_SAMPLES = {path.name: path for path in (Path(reading.__file__).parent / "rules").glob("*.yaml")}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TEXT = "text/plain; charset=utf-8"
_COLUMNS = ("类别", "名称", "现等级", "试算等级", "现分值", "试算分值")

blueprint = Blueprint("standing_rules", __name__, url_prefix="/staff/standing/rules")


@blueprint.app_template_filter("condition")
def condition(when: When) -> str:
    """Which events a rule is about, in words."""
    kinds = "、".join(sorted(catalogue.kind(code).title for code in when.kinds))
    more = [
        "、".join(one for one in (*catalogue.SEVERITIES, "") if one in when.severities),
        "、".join(sorted(when.words)),
    ]
    return "；".join(part for part in (kinds, *more) if part)


@blueprint.get("/new")
@requires(PROPOSE)
def new() -> ResponseReturnValue:
    name = max(_SAMPLES)
    return _form({"source": _SAMPLES[name].read_text("utf-8") if request.args.get("sample") else ""})


@blueprint.get("/samples/<name>")
@requires(READ)
def sample(name: str) -> ResponseReturnValue:
    if name not in _SAMPLES:
        raise NotFound("没有这个示例")
    return _download(_SAMPLES[name].read_bytes(), _TEXT, name)


@blueprint.post("")
@requires(PROPOSE)
def propose() -> ResponseReturnValue:
    upload = request.files.get("file")
    source = upload.read() if upload else b""
    source = source or request.form.get("source", "").replace("\r\n", "\n").encode()
    try:
        with work().write(current_actor()) as session:
            proposed = adopt.propose(session, session.actor, source=source)
    except Invalid as refused:
        values = {"source": source.decode("utf-8", "replace")}
        return _form(values, faults_by_path(refused)), refused.status
    flash(
        "规则已提出，等待分管局领导采纳；可以先试算。" if proposed.created else "同一套规则已经提出过。",
        "good" if proposed.created else "attention",
    )
    return redirect(url_for(".rules", public_id=proposed.public_id), 303)


def _form(values: Mapping[str, str], faults: dict[str, list[str]] | None = None) -> str:
    return render_template(
        "registry/standing/new.html", values=values, faults=faults or {}, samples=sorted(_SAMPLES)
    )


@blueprint.get("/<public_id>")
@requires(READ)
def rules(public_id: str) -> ResponseReturnValue:
    with work().read() as session:
        found = rules_find.rule_set(session, public_id)
        tried = trial.latest(session, found.id)
        today = session.today
    return render_template(
        "registry/standing/rules.html",
        rules=found,
        trial=tried,
        today=today,
        titles=TITLES,
        caps=_caps,
    )


def _caps(section: Section, code: str | None) -> str:
    return section.group_of[code].title if code else ""


@blueprint.get("/<public_id>/source.yaml")
@requires(READ)
def source(public_id: str) -> ResponseReturnValue:
    with work().read() as session:
        found = rules_find.rule_set(session, public_id)
    return _download(found.source, _TEXT, f"rules-{found.since}.yaml")


@blueprint.post("/<public_id>/adopt")
@requires(ADOPT)
def adopt_rules(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            adopt.adopt(session, session.actor, rules=public_id)
    except Invalid as refused:
        flash(refused.title, "bad")
    else:
        flash("规则已采纳，到期施行；全部等级将在施行前重新计算。", "good")
    return redirect(url_for(".rules", public_id=public_id), 303)


@blueprint.post("/<public_id>/withdraw")
@requires(READ)
def withdraw(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        adopt.withdraw(session, session.actor, rules=public_id)
    flash("规则已撤回。", "good")
    return redirect(url_for(".rules", public_id=public_id), 303)


@blueprint.post("/<public_id>/trial")
@requires(READ)
def ask(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        trial.ask(session, session.actor, rules=public_id)
    flash("已开始试算，一般一两分钟内完成；刷新本页查看进度。", "good")
    return redirect(url_for(".tried", public_id=public_id), 303)


@blueprint.get("/<public_id>/trial")
@requires(READ)
def tried(public_id: str) -> ResponseReturnValue:
    asked = {name: request.args.get(name, "") for name in ("kind", "before", "after")}
    behind = request.args.get("behind", "")
    with work().read() as session:
        found = rules_find.rule_set(session, public_id)
        latest = trial.latest(session, found.id)
        counts = latest.counts if latest and latest.counts else {}
        kind = asked["kind"] if asked["kind"] in counts else ""
        grades = _grades(found, counts)
        listed = (
            list(
                trial.changes(
                    session,
                    latest.id,
                    kind=kind,
                    before=asked["before"] if asked["before"] in grades else "",
                    after=asked["after"] if asked["after"] in grades else "",
                    limit=PAGE + 1,
                    behind=int(behind) if behind.isdecimal() and len(behind) < 16 else 0,
                )
            )
            if latest and counts
            else []
        )
    shown = kind or max(counts, key=lambda code: _moved(counts[code]), default="")
    table = counts.get(shown, {})
    named = [grade for grade in grades if grade in table or any(grade in row for row in table.values())]
    return render_template(
        "registry/standing/trial.html",
        rules=found,
        trial=latest,
        asked={**asked, "kind": kind},
        titles=TITLES,
        kinds=[
            (code, f"{title}（{_moved(counts[code])}）") for code, title in TITLES.items() if code in counts
        ],
        grades=grades,
        shown=shown,
        table=[(grade, table[grade]) for grade in named if grade in table],
        columns=named,
        chart=_chart(shown, table, named) if shown else None,
        listed=listed[:PAGE],
        first=_page(public_id, asked) if behind else None,
        more=_page(public_id, asked, listed[PAGE - 1].next) if listed[PAGE:] else None,
    )


@blueprint.get("/<public_id>/trial.xlsx")
@requires(READ)
def changes(public_id: str) -> ResponseReturnValue:
    """The rows are streamed into the sheet; the packed workbook of 100,000 of them has a few megabytes."""
    book = io.BytesIO()
    with work().read() as session:
        found = rules_find.rule_set(session, public_id)
        latest = trial.latest(session, found.id)
        if latest is None or latest.counts is None:
            raise NotFound("还没有试算结果")
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(book, options) as workbook:
            sheet = workbook.add_worksheet("等级变化")
            sheet.set_column(0, 1, 28)
            sheet.write_row(0, 0, _COLUMNS)
            for number, one in enumerate(trial.changes(session, latest.id), 1):
                grades = (one.before or trial.NONE, one.after or trial.NONE)
                cells = (TITLES[one.kind], one.name, *grades, one.points_before, one.points_after)
                sheet.write_row(number, 0, cells)
    return _download(book.getvalue(), _XLSX, f"standing-{found.since}.xlsx")


def _grades(found: rules_find.Rules, counts: trial.Counts) -> list[str]:
    """All grades that the table may show: those of the proposed rules, the best first, then those that they give up."""
    own = [band.grade for section in found.rules.sections for band in section.bands]
    before = [grade for table in counts.values() for grade in table if grade != trial.NONE]
    return list(dict.fromkeys([*own, *before, trial.NONE]))


def _moved(table: Mapping[str, Mapping[str, int]]) -> int:
    """How many of a kind would change."""
    return sum(n for before, row in table.items() for after, n in row.items() if before != after)


def _chart(kind: str, table: Mapping[str, Mapping[str, int]], grades: list[str]) -> charts.Bars:
    rows = [
        (grade, [sum(table.get(grade, {}).values()), sum(row.get(grade, 0) for row in table.values())])
        for grade in grades
    ]
    return charts.bars(f"{TITLES[kind]}：现行规则和试算规则的各等级数", rows, ("现行规则", "试算规则"))


def _page(public_id: str, asked: Mapping[str, str], behind: int | None = None) -> str:
    chosen = {name: value for name, value in asked.items() if value}
    here = url_for("standing_rules.tried", public_id=public_id)
    return f"{here}?{urlencode({**chosen, 'behind': behind} if behind else chosen)}"


def _download(body: bytes, content_type: str, name: str) -> Response:
    response = Response(body, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

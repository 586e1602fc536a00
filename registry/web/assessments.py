"""Staff's form for the yearly assessment of an organisation and all who practised there, and the table by year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.credit import assessment
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Conflict, Invalid
from registry.kernel.host import settings, work
from registry.kernel.work import WorkSession
from registry.roster import find
from registry.roster.cells import CellFault, read_date, read_text
from registry.roster.find import Found
from registry.web.forms import faults_by_path

READ = "credit.read"
RECORD = "credit.record"
PAGE = 200
"""People on one form."""

blueprint = Blueprint("assessments", __name__, url_prefix="/staff/roster")


@dataclass(frozen=True)
class _Line:
    """Somebody on the form: the profession they are assessed in, its grades, and the grade that stands already."""

    subject: Found
    code: str
    number: str | None
    grades: tuple[str, ...]
    held: str | None


@dataclass(frozen=True)
class _Sheet:
    organisation: find.Organisation
    year: int
    lines: Sequence[_Line]
    following: int | None
    this_year: int


@dataclass(frozen=True)
class Panelled:
    """The table of a subject; `years` are empty where none was assessed yet."""

    years: Sequence[assessment.Year]
    several: bool
    licences: Mapping[str, str]
    """The running licence of each profession, by public id, for the state that may follow."""


def panel(session: WorkSession, subject: Found) -> Panelled:
    years = assessment.years(session, subject)
    licences: dict[str, str] = {}
    if subject.kind == "practitioner" and any(one.offers for one in years):
        person = find.practitioner(session, subject.public_id)
        licences = {one.profession: one.public_id for one in person.licences if one.ended_on is None}
    return Panelled(years, len({one.code for one in years}) > 1, licences)


@blueprint.get("/organisations/<public_id>/assessments")
@requires(RECORD)
def show(public_id: str) -> ResponseReturnValue:
    with work().read() as session:
        sheet = _sheet(session, public_id, request.args)
        values = {"decided_on": session.today.isoformat(), "authority": settings().bureau}
    return _form(sheet, values)


@blueprint.post("/organisations/<public_id>/assessments")
@requires(RECORD)
def record(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            sheet = _sheet(session, public_id, request.form)
            outcome = assessment.record_year(
                session,
                session.actor,
                year=sheet.year,
                decided_on=_decided_on(request.form.get("decided_on", "")),
                given=_given(sheet, request.form),
                authority=read_text(request.form.get("authority", "")) or None,
                document_number=read_text(request.form.get("document_number", "")) or None,
            )
    except (Invalid, Conflict) as refusal:
        with work().read() as session:
            sheet = _sheet(session, public_id, request.form)
        faults = faults_by_path(refusal) if isinstance(refusal, Invalid) else {"": [refusal.title]}
        return _form(sheet, request.form, faults), refusal.status
    flash(f"已记录 {outcome.recorded} 项考核结果。", "good")
    here = url_for("assessments.show", public_id=public_id, year=sheet.year, after=sheet.following)
    return redirect(here, 303)


def _decided_on(text: str) -> date:
    try:
        return date.fromisoformat(read_date(text))
    except (CellFault, ValueError) as unread:
        raise Invalid.field("decided_on", "required", "请填写评定日期") from unread


def _given(sheet: _Sheet, form: Mapping[str, str]) -> list[assessment.Grade]:
    """What was chosen line by line; a line left open gets the grade for the rest, if one is chosen and it may have it."""
    rest = form.get("rest", "")
    given = []
    for line in sheet.lines:
        chosen = form.get(f"grade-{line.subject.public_id}", "")
        if not chosen and line.held is None and rest in line.grades:
            chosen = rest
        if chosen:
            given.append(assessment.Grade(line.subject, line.code, chosen))
    if not given:
        raise Invalid.field("rest", "required", "还没有选择任何考核结果")
    return given


def _sheet(session: WorkSession, public_id: str, asked: Mapping[str, str]) -> _Sheet:
    """The organisation, and those who practised there on the last day of the year, a page of them."""
    place = find.organisation(session, public_id)
    text, start = asked.get("year", ""), asked.get("after", "")
    year = int(text) if text.isdecimal() and len(text) == 4 else session.today.year - 1
    after = int(start) if start.isdecimal() and len(start) < 16 else 0
    last = min(date(year, 12, 31), session.today)
    listed = find.members(session, place.id, limit=PAGE + 1, after=after, on=last)
    people = listed[:PAGE]
    ids = find.named_practitioners(session, [one.public_id for one in people])
    lines = []
    if not after:
        own = Found("organisation", place.id, place.public_id, place.name)
        lines += _lines(session, place.kind, [(own, place.uscc)], year)
    codes = dict.fromkeys(one.profession for one in people if one.profession)
    for code in codes:
        some = [(ids[one.public_id], one.number) for one in people if one.profession == code]
        lines += _lines(session, code, some, year)
    return _Sheet(place, year, lines, people[-1].next if listed[PAGE:] else None, session.today.year)


def _lines(
    session: WorkSession, code: str, subjects: Sequence[tuple[Found, str | None]], year: int
) -> list[_Line]:
    if assessment.rule(code, year) is None:
        return []
    held = assessment.standing_of(session, [subject for subject, _ in subjects], code, year)
    grades = assessment.grades(code)
    return [
        _Line(
            subject,
            code,
            number,
            grades,
            assessment.grade_of(held[subject.public_id]) if subject.public_id in held else None,
        )
        for subject, number in subjects
    ]


def _form(sheet: _Sheet, values: Mapping[str, str], faults: dict[str, list[str]] | None = None) -> str:
    newest = sheet.this_year
    return render_template(
        "registry/roster/assessments.html",
        organisation=sheet.organisation,
        year=sheet.year,
        years=[(str(year), f"{year} 年度") for year in range(newest, newest - 10, -1)],
        lines=sheet.lines,
        rest=list(dict.fromkeys(grade for line in sheet.lines for grade in line.grades)),
        more=sheet.following,
        after=values.get("after") or request.args.get("after", ""),
        values=values,
        faults=faults or {},
    )

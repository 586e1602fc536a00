"""The work-day calendar for administrators: a year at a glance, one day to change, a year to confirm."""

import calendar
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Invalid
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.kernel.workdays import EDIT, YEARS, Day, confirm_year, days_of, edit_day
from registry.web.forms import faults_by_path

blueprint = Blueprint("calendar", __name__, url_prefix="/staff/calendar")


@blueprint.get("")
@requires(EDIT)
def index() -> ResponseReturnValue:
    with work().read() as session:
        chosen = _date(request.args.get("day", ""))
        year = chosen.year if chosen else _year(request.args.get("year", str(session.today.year)))
        return _page(session, year, chosen=chosen)


@blueprint.post("")
@requires(EDIT)
def change() -> ResponseReturnValue:
    day, works, note = (
        _date(request.form.get("day", "")),
        request.form.get("works"),
        request.form.get("note", ""),
    )
    try:
        if day is None:
            raise Invalid.field("day", "format", "请选择日期")
        if works not in ("yes", "no"):
            raise Invalid.field("works", "required", "请选择上班或休息")
        with work().write(current_actor()) as session:
            edit_day(session, session.actor, day=day, works=works == "yes", note=note.strip())
    except Invalid as refusal:
        with work().read() as session:
            year = day.year if day and day.year in YEARS else session.today.year
            page = _page(session, year, chosen=day, values=request.form, faults=faults_by_path(refusal))
        return page, refusal.status
    flash(f"{day} 已设为{'上班' if works == 'yes' else '休息'}")
    return redirect(url_for(".index", year=day.year), 303)


@blueprint.post("/<int:year>/confirm")
@requires(EDIT)
def confirm(year: int) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        confirm_year(session, session.actor, year=year)
    flash(f"{year} 年日历已标为与国务院通知一致")
    return redirect(url_for(".index", year=year), 303)


def _page(
    session: WorkSession, year: int, *, chosen: date | None, values: object = None, faults: object = None
) -> str:
    days = {day.day: day for day in days_of(session, date(year, 1, 1), date(year, 12, 31))}
    current = days.get(chosen) if chosen else None
    if values is None and current:
        values = {"day": current.day, "works": "yes" if current.works else "no", "note": current.note}
    return render_template(
        "registry/calendar.html",
        year=year,
        years=YEARS,
        today=session.today,
        months=[_month(year, month, days) for month in range(1, 13)],
        worked=sum(day.works for day in days.values()),
        official=all(day.official for day in days.values()),
        differing=[day for day in days.values() if day.note or day.edited],
        chosen=chosen,
        values=values or {},
        faults=faults or {},
    )


def _month(year: int, month: int, days: dict[date, Day]) -> list[list[Day | None]]:
    """The weeks of a month, Monday first; None for days of the neighbouring months."""
    weeks = calendar.Calendar().monthdatescalendar(year, month)
    return [[days[day] if day.month == month else None for day in week] for week in weeks]


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _year(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) == 4 and int(text) in YEARS:
        return int(text)
    raise Invalid.field("year", "out_of_range", f"年份应在 {YEARS.start} 至 {YEARS.stop - 1} 之间")

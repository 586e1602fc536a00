"""Staff's pages of standing: how many stand in which grade, who they are, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.credit import catalogue
from registry.credit.standing import adopt, find, rules_find
from registry.credit.standing.engine import Reason
from registry.credit.standing.ruleset import ONE_DAY, Section
from registry.kernel.access import requires
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.roster.find import Found
from registry.roster.kinds import ORGANISATION_KINDS, PROFESSIONS
from registry.web import charts

READ = adopt.READ
PAGE = 50
TITLES = {item.code: item.title for table in (ORGANISATION_KINDS, PROFESSIONS) for item in table.values()}
_BACK, _AHEAD = timedelta(days=3 * 365), timedelta(days=365)

blueprint = Blueprint("standing", __name__, url_prefix="/staff/standing")


@dataclass(frozen=True)
class Shown:
    """What the panel shows of one course: the standing, the picture of it, and its periods by grade."""

    course: find.Course
    title: str
    chart: charts.Steps
    changes: Sequence[charts.Stretch]


@blueprint.app_template_filter("grade_tone")
def grade_tone(rank: int) -> str:
    """The tone of a grade by its place, the best 0."""
    return ("good", "good", "info", "attention", "bad")[min(rank, 4)]


@blueprint.app_template_filter("day_before")
def day_before(day: date) -> date:
    return day - ONE_DAY


@blueprint.app_template_filter("event_kind")
def event_kind(code: str) -> str:
    return catalogue.kind(code).title


@blueprint.app_template_filter("why")
def why(reason: Reason) -> str:
    """What the reason says beside its points, "" where nothing is to be added."""
    words = {
        "full": f"“{reason.capped}”已达上限，不再计分",
        "expired": "记分周期已满，不再计",
        "void": "已撤销或删除，自始不计",
        "repaired": "已信用修复，不再计",
        "removed": "已移出名单，不再计",
        "objected": "异议处理期间，暂不计",
        "unruled": "规则未规定计分",
    }
    if reason.why == "counts" and reason.capped:
        return f"“{reason.capped}”达到上限，应计 {reason.full:+d} 分"
    return words.get(reason.why, "")


@blueprint.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    kind = request.args.get("kind", "")
    kind = kind if kind in TITLES else "law_firm"
    with work().read() as session:
        on = _day(request.args.get("on", ""), session.today)
        tables = {code: found for code in TITLES if sum((found := find.grades(session, code, on)).values())}
        asked = request.args.get("grade", "")
        grade = asked if asked in tables.get(kind, {}) else None
        after = request.args.get("after", "")
        listed = find.listed(
            session,
            kind,
            grade=grade,
            on=on,
            limit=PAGE + 1,
            after=int(after) if after.isdecimal() and len(after) < 16 else 0,
        )
        section = find.in_force(session, kind, on)
        rules = rules_find.rule_sets(session)
        today = session.today
    chosen = {"kind": kind, "grade": grade, "on": on.isoformat() if on != today else None}
    return render_template(
        "registry/standing/index.html",
        kind=kind,
        titles=TITLES,
        tables=tables,
        scales=list(dict.fromkeys(tuple(table) for table in tables.values())),
        chosen=chosen,
        on=on,
        today=today,
        grade=grade,
        section=section,
        chart=charts.bars(
            f"{TITLES[kind]}各等级人数" if kind in PROFESSIONS else f"{TITLES[kind]}各等级家数",
            [(name, [number]) for name, number in tables.get(kind, {}).items()],
        ),
        organisations=kind in ORGANISATION_KINDS,
        listed=listed[:PAGE],
        first=_page(chosen) if after else None,
        more=_page(chosen, listed[PAGE - 1].next) if listed[PAGE:] else None,
        rules=rules,
    )


def panel(session: WorkSession, subject: Found) -> object | None:
    """What the page of a person or organisation shows of its standing; nothing before the first rules are in force."""
    courses = (
        find.course(session, organisation=subject.id, on=session.today)
        if subject.kind == "organisation"
        else find.course(session, practitioner=subject.id, on=session.today)
    )
    return [_shown(course, session.today) for course in courses] or None


def _shown(course: find.Course, today: date) -> Shown:
    """Three years back and to the last change that is known, at least one year ahead."""
    begin = max(course.periods[0].since, today - _BACK)
    changes = [one.since for one in course.periods if one.since > today]
    end = max([today + _AHEAD, *(day + ONE_DAY * 90 for day in changes)])
    if (last := course.periods[-1].until) is not None:
        end = min(end, last)
    stretches = _stretches(course, end)
    return Shown(
        course,
        TITLES[course.kind],
        charts.steps(
            f"{TITLES[course.kind]}信用分",
            [
                (max(begin, one.since), one.points)
                for one in course.periods
                if one.until is None or one.until > begin
            ],
            end=end,
            today=today,
            levels=[
                (band.least, f"{band.grade} {band.title}")
                for band in course.section.bands
                if band.least is not None
            ],
            strip=stretches,
            unit=" 分",
        ),
        stretches,
    )


def _stretches(course: find.Course, end: date) -> list[charts.Stretch]:
    """The periods by grade alone; a grade that the rules of today do not know is shown without tone."""
    found: list[charts.Stretch] = []
    for period in course.periods:
        until = period.until or max(end, period.since + ONE_DAY)
        if found and found[-1].label == period.grade and found[-1].until == period.since:
            found[-1] = found[-1]._replace(until=until)
        else:
            found.append(
                charts.Stretch(period.since, until, period.grade, tone(course.section, period.grade))
            )
    return found


def tone(section: Section, grade: str) -> str:
    return grade_tone(section.ranks[grade]) if grade in section.ranks else "neutral"


def _day(text: str, today: date) -> date:
    """The day that is asked about; today where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today


def _page(chosen: dict[str, str | None], after: int | None = None) -> str:
    asked = {name: value for name, value in chosen.items() if value}
    return f"{url_for('standing.index')}?{urlencode({**asked, 'after': after} if after else asked)}"

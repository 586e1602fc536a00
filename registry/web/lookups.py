"""Look-ups of personal data: noted where a page shows somebody, and read by the auditor."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts import lookups, staff
from registry.accounts.audit import READ
from registry.accounts.lookups import LOOK_UPS, DayCount
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Invalid
from registry.kernel.host import work
from registry.roster import find
from registry.web.forms import faults_by_path

blueprint = Blueprint("lookups", __name__, url_prefix="/staff/lookups")

PAGE = 50
DAYS = 14
_SHADES = (0, 5, 15, 40)
"""Above how many persons a day a square of the picture gets its next shade."""


def seen(verb: str, subject: str) -> None:
    """Notes that the present actor is about to see the subject (public id): one act, written before the page is sent."""
    with work().write(current_actor()) as session:
        lookups.note(session, verb, subject)


@blueprint.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    asked = {name: request.args.get(name, "").strip() for name in ("actor", "verb", "subject", "day")}
    try:
        day = _day(asked["day"])
        refused: dict[str, list[str]] = {}
    except Invalid as refusal:
        day, refused = None, faults_by_path(refusal)
    before = request.args.get("before", "")
    with work().read() as session:
        if asked["subject"]:
            found, following = lookups.of(session, asked["subject"], limit=PAGE), None
        else:
            found, following = lookups.recent(
                session,
                actor=asked["actor"] or None,
                verb=asked["verb"] or None,
                day=day,
                before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
                limit=PAGE,
            )
        counted = lookups.counts(session, days=DAYS)
        names = staff.names(session, {one.actor for one in counted})
        subjects = find.names_of(session, {look.subject for look in found})
        people = staff.everybody(session)
        days = [session.today - timedelta(days=back) for back in reversed(range(DAYS))]
    kept: dict[str, Any] = {name: value for name, value in asked.items() if value}
    page = render_template(
        "registry/lookups.html",
        asked=asked,
        faults=refused,
        looks=found,
        subjects=subjects,
        people=people,
        verbs=LOOK_UPS,
        days=days,
        rows=_picture(counted, days, names),
        older=url_for(".index", **kept, before=following) if following is not None else None,
        newest=url_for(".index", **kept) if before else None,
    )
    return page, 422 if refused else 200


def _picture(
    counted: list[DayCount], days: list[date], names: dict[str, str]
) -> list[tuple[str, str, list[tuple[date, DayCount | None, int, bool]]]]:
    """A line for each actor, the busiest first: id, name, and for each day the count, its shade and whether it stands out."""
    marked = lookups.unusual(counted)
    by_actor: dict[str, dict[date, DayCount]] = {}
    for one in counted:
        by_actor.setdefault(one.actor, {})[one.day] = one
    busiest = sorted(by_actor, key=lambda actor: -sum(one.subjects for one in by_actor[actor].values()))
    return [
        (
            actor,
            names.get(actor, actor),
            [
                (
                    day,
                    one,
                    sum(one.subjects > least for least in _SHADES) if one else 0,
                    (actor, day) in marked,
                )
                for day in days
                for one in (by_actor[actor].get(day),)
            ],
        )
        for actor in busiest
    ]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid.field("day", "date", "日期应为 2026-11-20 这样的格式") from None

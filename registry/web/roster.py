"""Staff's pages of the roster: search, lists, organisations and people."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import NamedTuple, Protocol, TypeVar
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts import staff
from registry.accounts.lookups import PURPOSES
from registry.credit import find as credit
from registry.credit.browse import by_document
from registry.credit.partnership import bars
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import NotFound
from registry.kernel.host import settings, work
from registry.kernel.work import WorkSession
from registry.roster import duplicates, find, kinds
from registry.roster.cells import CellFault, read_date
from registry.web.lookups import seen
from registry.web.panels import filled

READ = "roster.read"
EDIT = "roster.edit"
PAGE = 50

Subject_co = TypeVar("Subject_co", covariant=True)

blueprint = Blueprint("roster", __name__, url_prefix="/staff/roster")


@blueprint.app_template_filter("state_tone")
def state_tone(state: str) -> str:
    if kinds.practising(state):
        return "good" if state != "rectifying" else "attention"
    return "bad" if state in ("revoked", "rescinded") else "neutral" if _ended(state) else "attention"


@blueprint.app_template_filter("calling")
def calling(code: str) -> str:
    """The title of a profession or a kind of organisation."""
    return kinds.titles()[code]


@blueprint.app_template_filter("district_name")
def district_name(code: str) -> str:
    return kinds.district_name(code)


def _ended(state: str) -> bool:
    return (kinds.ORGANISATION_STATES.get(state) or kinds.LICENCE_STATES[state]).ended


@blueprint.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    asked = {name: request.args.get(name, "").strip() for name in ("q", "kind", "district", "state", "after")}
    if asked["q"]:
        return _search(asked)
    kind = asked["kind"] if asked["kind"] in kinds.titles() else "law_firm"
    states = _states(kind)
    with work().read() as session:
        listed = find.browse(
            session,
            kind,
            district=asked["district"],
            state=asked["state"] if asked["state"] in states else None,
            limit=PAGE + 1,
            after=int(asked["after"]) if asked["after"].isdecimal() and len(asked["after"]) < 16 else 0,
        )
    chosen = {"kind": kind, "district": asked["district"] or None, "state": asked["state"] or None}
    return render_template(
        "registry/roster/index.html",
        asked=asked,
        kind=kind,
        kinds=kinds.titles(),
        states=states,
        districts=districts(),
        purposes=PURPOSES,
        listed=listed[:PAGE],
        organisations=kind in kinds.ORGANISATION_KINDS,
        first=_page(chosen) if asked["after"] else None,
        more=_page(chosen, listed[PAGE - 1].next) if listed[PAGE:] else None,
    )


def _page(chosen: Mapping[str, str | None], after: int | None = None) -> str:
    asked = {name: value for name, value in chosen.items() if value}
    return f"{url_for('roster.index')}?{urlencode({**asked, 'after': after} if after else asked)}"


def _search(asked: Mapping[str, str]) -> ResponseReturnValue:
    with work().read() as session:
        hits = find.search(session, asked["q"], limit=PAGE + 1, after=asked["after"] or None)
        readable = current_actor().may("credit.read") and not asked["after"]
        documents = by_document(session, asked["q"], limit=PAGE) if readable else []
    more = url_for("roster.index", q=asked["q"], after=hits[PAGE - 1].next) if hits[PAGE:] else None
    first = url_for("roster.index", q=asked["q"]) if asked["after"] else None
    return render_template(
        "registry/roster/hits.html",
        asked=asked,
        hits=hits[:PAGE],
        documents=documents,
        more=more,
        first=first,
        kinds=kinds.titles(),
    )


@blueprint.post("/identity")
@requires(EDIT)
def identity() -> ResponseReturnValue:
    """In a POST, so that the number stands in no address, history or log."""
    with work().write(current_actor()) as session:
        purpose = request.form.get("purpose", "")
        found = find.look_up(session, request.form.get("id_number", ""), purpose=purpose)
    if found is None:
        flash("名册中没有人使用这个证件号码。", "attention")
        return redirect(url_for("roster.index"), 303)
    return redirect(url_for("roster.practitioner", public_id=found.public_id), 303)


@blueprint.get("/organisations/<public_id>")
@requires(READ)
def organisation(public_id: str) -> ResponseReturnValue:
    after = request.args.get("after", 0, type=int)
    after = after if 0 < after < 2**53 else 0
    with work().read() as session:
        day = _day_asked(session)
        found, day = _as_of(find.organisation, session, public_id, day)
        people = find.members(session, found.id, limit=PAGE + 1, after=after, on=day.on)
        events = _events(session, day, organisation=found.id)
        subject = find.Found("organisation", found.id, found.public_id, found.name)
        panels = filled(session, subject) if day.on is None else []
        recorders = staff.names(session, {change.recorded_by for change in found.changes})
    here = partial(url_for, "roster.organisation", public_id=public_id, on=day.on)
    return render_template(
        "registry/roster/organisation.html",
        organisation=found,
        day=day,
        late=find.late(found, day.on) if day.on else [],
        people=people[:PAGE],
        more=here(after=people[PAGE - 1].next) if people[PAGE:] else None,
        first=here() if after else None,
        events=events,
        subject=subject,
        panels=panels,
        recorders=recorders,
        states=kinds.LICENCE_STATES,
    )


@blueprint.get("/practitioners/<public_id>")
@requires(READ)
def practitioner(public_id: str) -> ResponseReturnValue:
    with work().read() as session:
        day = _day_asked(session)
        found, day = _as_of(find.practitioner, session, public_id, day)
        if found.public_id != public_id:
            return redirect(url_for("roster.practitioner", public_id=found.public_id, on=day.on), 301)
        place = next((licence.organisation for licence in found.licences if licence.ended_on is None), None)
        colleagues = find.members(session, place.id, limit=13) if place and day.on is None else []
        events = _events(session, day, practitioner=found.id)
        subject = find.Found("practitioner", found.id, found.public_id, found.name)
        panels = filled(session, subject) if day.on is None else []
        changes = [*found.changes, *(one for licence in found.licences for one in licence.changes)]
        recorders = staff.names(session, {change.recorded_by for change in changes})
        merges = duplicates.merges_of(session, found.id)
        barred = bars(found, day.on or session.today)
    seen("roster.view", found.public_id)
    return render_template(
        "registry/roster/practitioner.html",
        practitioner=found,
        day=day,
        late=find.late(found, day.on) if day.on else [],
        barred=barred,
        merges=merges,
        place=place,
        colleagues=[one for one in colleagues if one.public_id != public_id][:12],
        events=events,
        subject=subject,
        panels=panels,
        changes=changes,
        recorders=recorders,
        professions=kinds.PROFESSIONS,
    )


class _Day(NamedTuple):
    """The past day that a page is asked for, None for now; `typed` as it stood in the address, `fault` why it is not shown."""

    on: date | None
    typed: str = ""
    fault: str | None = None


def _day_asked(session: WorkSession) -> _Day:
    typed = request.args.get("on", "").strip()
    if not typed:
        return _Day(None)
    try:
        on = date.fromisoformat(read_date(typed))
    except (CellFault, ValueError):
        return _Day(None, typed, "查询日期无法识别，以下是现在的内容")
    if on > session.today:
        return _Day(None, typed, "查询日期晚于今天，以下是现在的内容")
    return _Day(on if on < session.today else None, typed)


class _Reader(Protocol[Subject_co]):
    def __call__(self, session: WorkSession, public_id: str, *, on: date | None = None) -> Subject_co: ...


def _as_of(
    reader: _Reader[Subject_co], session: WorkSession, public_id: str, day: _Day
) -> tuple[Subject_co, _Day]:
    """The subject on the day asked for, or as it is now where it was not yet."""
    try:
        return reader(session, public_id, on=day.on), day
    except NotFound as fault:
        if fault.rule != find.NOT_YET:
            raise
        return reader(session, public_id), _Day(None, day.typed, f"{fault.title}，以下是现在的内容")


def _events(session: WorkSession, day: _Day, **subject: int) -> list[credit.Event] | None:
    """What had been decided by the day, for whoever may see it."""
    if not current_actor().may("credit.read"):
        return None
    events = credit.events_of(session, **subject)
    return [event for event in events if day.on is None or event.decided_on <= day.on]


def _states(kind: str) -> kinds.States:
    return kinds.ORGANISATION_STATES if kind in kinds.ORGANISATION_KINDS else kinds.LICENCE_STATES


def districts() -> list[tuple[str, str]]:
    """The districts of the bureau's own city; of every city in the table where it has none there."""
    regions = kinds.regions()
    own = [regions[settings().region]] if settings().region in regions else list(regions.values())
    return [item for region in own for item in region.districts.items()]

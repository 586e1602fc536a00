"""Staff's pages of the roster: search, lists, organisations and people."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.lookups import PURPOSES
from registry.credit import find as credit
from registry.kernel.access import current_actor, requires
from registry.kernel.host import settings, work
from registry.roster import find, kinds
from registry.web.lookups import seen
from registry.web.panels import filled

READ = "roster.read"
EDIT = "roster.edit"
PAGE = 50

blueprint = Blueprint("roster", __name__, url_prefix="/staff/roster")


@blueprint.app_template_filter("state_tone")
def state_tone(state: str) -> str:
    if kinds.practising(state):
        return "good" if state != "rectifying" else "attention"
    return "bad" if state in ("revoked", "rescinded") else "neutral" if _ended(state) else "attention"


def _ended(state: str) -> bool:
    return (kinds.ORGANISATION_STATES.get(state) or kinds.LICENCE_STATES[state]).ended


@blueprint.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    asked = {name: request.args.get(name, "").strip() for name in ("q", "kind", "district", "state", "after")}
    if asked["q"]:
        return _search(asked)
    kind = asked["kind"] if asked["kind"] in _all_kinds() else "law_firm"
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
        kinds=_all_kinds(),
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
    more = url_for("roster.index", q=asked["q"], after=hits[PAGE - 1].next) if hits[PAGE:] else None
    first = url_for("roster.index", q=asked["q"]) if asked["after"] else None
    return render_template(
        "registry/roster/hits.html", asked=asked, hits=hits[:PAGE], more=more, first=first, kinds=_all_kinds()
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
        found = find.organisation(session, public_id)
        people = find.members(session, found.id, limit=PAGE + 1, after=after)
        events = (
            credit.events_of(session, organisation=found.id) if current_actor().may("credit.read") else None
        )
        subject = find.Found("organisation", found.id, found.public_id, found.name)
        panels = filled(session, subject)
    here = "roster.organisation"
    return render_template(
        "registry/roster/organisation.html",
        organisation=found,
        people=people[:PAGE],
        more=url_for(here, public_id=public_id, after=people[PAGE - 1].next) if people[PAGE:] else None,
        first=url_for(here, public_id=public_id) if after else None,
        events=events,
        subject=subject,
        panels=panels,
        states=kinds.LICENCE_STATES,
    )


@blueprint.get("/practitioners/<public_id>")
@requires(READ)
def practitioner(public_id: str) -> ResponseReturnValue:
    with work().read() as session:
        found = find.practitioner(session, public_id)
        place = next((licence.organisation for licence in found.licences if licence.ended_on is None), None)
        colleagues = find.members(session, place.id, limit=13) if place else []
        events = (
            credit.events_of(session, practitioner=found.id) if current_actor().may("credit.read") else None
        )
        subject = find.Found("practitioner", found.id, found.public_id, found.name)
        panels = filled(session, subject)
    seen("roster.view", found.public_id)
    return render_template(
        "registry/roster/practitioner.html",
        practitioner=found,
        place=place,
        colleagues=[one for one in colleagues if one.public_id != public_id][:12],
        events=events,
        subject=subject,
        panels=panels,
        professions=kinds.PROFESSIONS,
    )


def _all_kinds() -> dict[str, str]:
    return {
        item.code: item.title
        for table in (kinds.ORGANISATION_KINDS, kinds.PROFESSIONS)
        for item in table.values()
    }


def _states(kind: str) -> kinds.States:
    return kinds.ORGANISATION_STATES if kind in kinds.ORGANISATION_KINDS else kinds.LICENCE_STATES


def districts() -> list[tuple[str, str]]:
    """The districts of the bureau's own city; of every city in the table where it has none there."""
    regions = kinds.regions()
    own = [regions[settings().region]] if settings().region in regions else list(regions.values())
    return [item for region in own for item in region.districts.items()]

"""Staff's forms of the roster: enrolment, states and transfers. The use cases check; a refusal comes back with its fields."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Conflict, Invalid, NotFound
from registry.kernel.host import work
from registry.roster import enrol, find, forms, kinds
from registry.web.forms import faults_by_path
from registry.web.roster import EDIT, blueprint, districts

__all__ = ["blueprint"]  # with the routes below on it


@blueprint.get("/organisations/new")
@requires(EDIT)
def new_organisation() -> ResponseReturnValue:
    return _organisation_form({"kind": request.args.get("kind", "law_firm")})


@blueprint.post("/organisations")
@requires(EDIT)
def enrol_organisation() -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            draft = forms.organisation_draft(request.form)
            made = enrol.enrol_organisations(session, session.actor, [draft])[0]
    except (Invalid, Conflict) as refusal:
        return _organisation_form(request.form, faults_of(refusal, "name")), refusal.status
    _flash_doubts("机构已登记。", made.doubts)
    return redirect(url_for("roster.organisation", public_id=made.public_id), 303)


def _organisation_form(values: Mapping[str, str], faults: dict[str, list[str]] | None = None) -> str:
    return render_template(
        "registry/roster/organisation_new.html",
        values=values,
        faults=faults or {},
        kinds=kinds.ORGANISATION_KINDS,
        districts=districts(),
        form_titles=[(form, form) for form in _forms()],
    )


@blueprint.get("/practitioners/new")
@requires(EDIT)
def new_practitioner() -> ResponseReturnValue:
    values = {"id_type": kinds.RESIDENT_ID}
    with work().read() as session:
        if place := request.args.get("organisation"):
            found = find.organisation(session, place)
            values["organisation"] = found.name
            values["profession"] = next(
                (one.code for one in kinds.PROFESSIONS.values() if one.workplaces[0] == found.kind), ""
            )
        if person := request.args.get("person"):
            values["name"] = find.practitioner(session, person).name
    return _practitioner_form(values)


@blueprint.post("/practitioners")
@requires(EDIT)
def enrol_practitioner() -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            draft = forms.practitioner_draft(session, request.form)
            made = enrol.enrol_practitioners(session, session.actor, [draft])[0]
    except (Invalid, Conflict) as refusal:
        return _practitioner_form(request.form, faults_of(refusal, "licence_number")), refusal.status
    _flash_doubts("从业人员已登记。", made.doubts)
    return redirect(url_for("roster.practitioner", public_id=made.public_id), 303)


def _practitioner_form(values: Mapping[str, str], faults: dict[str, list[str]] | None = None) -> str:
    return render_template(
        "registry/roster/practitioner_new.html",
        values=values,
        faults=faults or {},
        professions=kinds.PROFESSIONS,
        categories=kinds.PROFESSIONS["lawyer"].categories,
        id_types=[(title, title) for title in kinds.ID_TYPES],
    )


@blueprint.get("/organisations/<public_id>/state")
@requires(EDIT)
def organisation_state(public_id: str) -> ResponseReturnValue:
    return _organisation_state_form(public_id, request.args)


@blueprint.post("/organisations/<public_id>/state")
@requires(EDIT)
def change_organisation_state(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            change = forms.state_change(request.form)
            enrol.change_organisation_state(
                session,
                session.actor,
                organisation=find.organisation(session, public_id),
                state=change.state,
                on=change.on,
                reason=change.reason,
            )
    except (Invalid, Conflict) as refusal:
        return _organisation_state_form(public_id, request.form, faults_of(refusal, "state")), refusal.status
    flash("机构状态已变更。", "good")
    return redirect(url_for("roster.organisation", public_id=public_id), 303)


def _organisation_state_form(
    public_id: str, values: Mapping[str, str], faults: dict[str, list[str]] | None = None
) -> str:
    with work().read() as session:
        found = find.organisation(session, public_id)
    return render_template(
        "registry/roster/state.html",
        title=found.name,
        back=url_for("roster.organisation", public_id=public_id),
        action=url_for("roster.change_organisation_state", public_id=public_id),
        subject=found,
        states=[
            (one.code, one.title) for one in kinds.ORGANISATION_STATES.values() if one.code != found.state
        ],
        values=values,
        faults=faults or {},
    )


@blueprint.get("/practitioners/<public_id>/licences/<licence_id>/state")
@requires(EDIT)
def licence_state(public_id: str, licence_id: str) -> ResponseReturnValue:
    return _licence_form("registry/roster/state.html", public_id, licence_id, request.args)


@blueprint.post("/practitioners/<public_id>/licences/<licence_id>/state")
@requires(EDIT)
def change_licence_state(public_id: str, licence_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            change = forms.state_change(request.form)
            licence = licence_of(find.practitioner(session, public_id), licence_id)
            enrol.change_state(
                session,
                session.actor,
                licence=licence,
                state=change.state,
                on=change.on,
                reason=change.reason,
                destination=change.destination,
            )
    except (Invalid, Conflict) as refusal:
        faults = faults_of(refusal, "state")
        return _licence_form(
            "registry/roster/state.html", public_id, licence_id, request.form, faults
        ), refusal.status
    flash("执业状态已变更。", "good")
    return redirect(url_for("roster.practitioner", public_id=public_id), 303)


@blueprint.get("/practitioners/<public_id>/licences/<licence_id>/transfer")
@requires(EDIT)
def licence_transfer(public_id: str, licence_id: str) -> ResponseReturnValue:
    return _licence_form("registry/roster/transfer.html", public_id, licence_id, {})


@blueprint.post("/practitioners/<public_id>/licences/<licence_id>/transfer")
@requires(EDIT)
def transfer(public_id: str, licence_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            move = forms.move(session, request.form)
            licence = licence_of(find.practitioner(session, public_id), licence_id)
            enrol.transfer(
                session,
                session.actor,
                licence=licence,
                organisation=move.organisation,
                number=move.number,
                on=move.on,
            )
    except (Invalid, Conflict) as refusal:
        faults = faults_of(refusal, "organisation")
        page = _licence_form("registry/roster/transfer.html", public_id, licence_id, request.form, faults)
        return page, refusal.status
    flash("执业机构已变更。", "good")
    return redirect(url_for("roster.practitioner", public_id=public_id), 303)


def _licence_form(
    template: str,
    public_id: str,
    licence_id: str,
    values: Mapping[str, str],
    faults: dict[str, list[str]] | None = None,
) -> str:
    with work().read() as session:
        person = find.practitioner(session, public_id)
        licence = licence_of(person, licence_id)
    view = "roster.change_licence_state" if template.endswith("state.html") else "roster.transfer"
    return render_template(
        template,
        title=f"{person.name} · {licence.profession_title}",
        back=url_for("roster.practitioner", public_id=public_id),
        action=url_for(view, public_id=public_id, licence_id=licence_id),
        subject=licence,
        states=[(one.code, one.title) for one in kinds.LICENCE_STATES.values() if one.code != licence.state],
        movable=licence.ended_on is None,
        values=values,
        faults=faults or {},
    )


def licence_of(person: find.Practitioner, licence_id: str) -> find.Licence:
    """The page names the person whose licence it changes; an address that mixes two people is no page."""
    found = next((licence for licence in person.licences if licence.public_id == licence_id), None)
    if found is None:
        raise NotFound("没有这份执业许可")
    return found


def _forms() -> list[str]:
    """Every kind's forms of organisation, each once; the use case refuses one that is not the kind's."""
    return list(dict.fromkeys(form for kind in kinds.ORGANISATION_KINDS.values() for form in kind.forms))


def faults_of(refusal: Invalid | Conflict, path: str) -> dict[str, list[str]]:
    """By field; a refusal that names none stands at `path`."""
    if isinstance(refusal, enrol.Taken):
        refusal = Invalid(refusal.title, refusal.fields)
    if isinstance(refusal, Invalid):
        return faults_by_path(refusal)
    return {path: [refusal.title]}


def _flash_doubts(done: str, doubts: tuple[str, ...]) -> None:
    if doubts:
        flash(f"{done}请再核对：{'；'.join(doubts)}。", "attention")
    else:
        flash(done, "good")

"""Staff's forms for changes and corrections of what the roster says of an organisation, a person or a licence."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.credit.partnership import bars
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Conflict, Invalid
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.roster import amend, find, forms, kinds
from registry.web.roster import EDIT, districts
from registry.web.roster_edit import faults_of, licence_of

blueprint = Blueprint("roster_amend", __name__, url_prefix="/staff/roster")

PARTNERSHIPS = frozenset({"普通合伙", "特殊的普通合伙"})


@blueprint.get("/organisations/<public_id>/particulars")
@requires(EDIT)
def organisation(public_id: str) -> ResponseReturnValue:
    with work().read() as session:
        found = find.organisation(session, public_id)
    values = {
        **{
            name: getattr(found, name) or ""
            for name in ("name", "uscc", "licence_number", "form", "district")
        },
        **{name: getattr(found, name) or "" for name in ("head", "authority", "address", "phone")},
        "head_office": found.head_office.name if found.head_office else "",
        "established_on": found.established_on or "",
    }
    return _organisation_form(found, values)


@blueprint.post("/organisations/<public_id>/particulars")
@requires(EDIT)
def amend_organisation(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            found = find.organisation(session, public_id)
            told, head = forms.amended_organisation(session, request.form, found)
            _warn(session, found, told.form, head)
            amend.amend_organisation(
                session,
                session.actor,
                organisation=found,
                told=told,
                head_person=head,
                grounds=forms.grounds(request.form),
            )
    except (Invalid, Conflict) as refusal:
        with work().read() as session:
            found = find.organisation(session, public_id)
        return _organisation_form(found, request.form, faults_of(refusal, "")), refusal.status
    flash("登记内容已变更。", "good")
    return redirect(url_for("roster.organisation", public_id=public_id), 303)


def _warn(session: WorkSession, place: find.Organisation, form: str | None, head: find.Found | None) -> None:
    """The head of a partnership is one of its partners. Whoever may not be one is registered only by a second click."""
    if head is None or form not in PARTNERSHIPS or request.form.get("acknowledged") == "yes":
        return
    if place.head_person and place.head_person[0] == head.public_id:
        return
    if found := bars(find.practitioner(session, head.public_id), session.today):
        article, words = found[0]
        raise Invalid.field(
            "head", "barred-partner", f"{head.name}{words}（{article}）。核对后勾选确认，方可登记"
        )


def _organisation_form(
    found: find.Organisation, values: Mapping[str, Any], faults: dict[str, list[str]] | None = None
) -> str:
    return render_template(
        "registry/roster/organisation_amend.html",
        organisation=found,
        values=values,
        faults=faults or {},
        districts=districts(),
        form_titles=[(form, form) for form in kinds.ORGANISATION_KINDS[found.kind].forms],
    )


@blueprint.get("/practitioners/<public_id>/particulars")
@requires(EDIT)
def practitioner(public_id: str) -> ResponseReturnValue:
    with work().read() as session:
        found = find.practitioner(session, public_id)
    return _practitioner_form(found, {"name": found.name, "id_type": found.id_type})


@blueprint.post("/practitioners/<public_id>/particulars")
@requires(EDIT)
def amend_practitioner(public_id: str) -> ResponseReturnValue:
    form = request.form
    try:
        with work().write(current_actor()) as session:
            found = find.practitioner(session, public_id)
            doubts = amend.amend_practitioner(
                session,
                session.actor,
                practitioner=found,
                name=form.get("name", ""),
                id_type=form.get("id_type", ""),
                id_number=form.get("id_number", ""),
                phone=form.get("phone", ""),
                authoritative=form.get("authoritative") == "yes",
                grounds=forms.grounds(form),
            )
    except (Invalid, Conflict) as refusal:
        with work().read() as session:
            found = find.practitioner(session, public_id)
        return _practitioner_form(found, form, faults_of(refusal, "")), refusal.status
    if doubts:
        flash(f"登记内容已变更。请再核对：{'；'.join(doubts)}。", "attention")
    else:
        flash("登记内容已变更。", "good")
    return redirect(url_for("roster.practitioner", public_id=public_id), 303)


def _practitioner_form(
    found: find.Practitioner, values: Mapping[str, Any], faults: dict[str, list[str]] | None = None
) -> str:
    return render_template(
        "registry/roster/practitioner_amend.html",
        practitioner=found,
        values=values,
        faults=faults or {},
        id_types=[(title, title) for title in kinds.ID_TYPES],
    )


@blueprint.get("/practitioners/<public_id>/licences/<licence_id>/category")
@requires(EDIT)
def category(public_id: str, licence_id: str) -> ResponseReturnValue:
    return _category_form(public_id, licence_id, None)


@blueprint.post("/practitioners/<public_id>/licences/<licence_id>/category")
@requires(EDIT)
def amend_category(public_id: str, licence_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            licence = licence_of(find.practitioner(session, public_id), licence_id)
            amend.amend_category(
                session,
                session.actor,
                licence=licence,
                category=request.form.get("category", ""),
                grounds=forms.grounds(request.form),
            )
    except (Invalid, Conflict) as refusal:
        faults = faults_of(refusal, "category")
        return _category_form(public_id, licence_id, request.form, faults), refusal.status
    flash("执业类别已变更。", "good")
    return redirect(url_for("roster.practitioner", public_id=public_id), 303)


def _category_form(
    public_id: str,
    licence_id: str,
    values: Mapping[str, Any] | None,
    faults: dict[str, list[str]] | None = None,
) -> str:
    with work().read() as session:
        person = find.practitioner(session, public_id)
        licence = licence_of(person, licence_id)
    return render_template(
        "registry/roster/category.html",
        practitioner=person,
        licence=licence,
        values=values or {"category": licence.category or ""},
        faults=faults or {},
        categories=kinds.PROFESSIONS[licence.profession].categories,
    )

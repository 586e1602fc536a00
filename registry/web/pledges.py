"""Staff's pages of credit pledges: the list, one pledge, its paper, its performance, and the template as a file."""

from collections.abc import Mapping
from datetime import date, timedelta
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.credit import evidence
from registry.credit.pledge import find, give, importer, paper, template
from registry.credit.record import Subject
from registry.credit.subjects import Described, bind
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Conflict, Fault, Invalid
from registry.kernel.host import settings, work
from registry.kernel.work import WorkSession
from registry.roster.cells import CellFault, read_code, read_date
from registry.roster.find import Found
from registry.web import papers
from registry.web.forms import faults_by_path
from registry.web.subjects import asked_for

READ, GIVE, ASSESS = give.READ, give.GIVE, give.ASSESS
PAGE = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TONES = {"due": "attention", "running": "info", "kept": "good", "broken": "bad"}

blueprint = Blueprint("pledges", __name__, url_prefix="/staff/pledges")


@blueprint.app_template_filter("pledge_tone")
def pledge_tone(state: str) -> str:
    return _TONES[state]


def panel(session: WorkSession, subject: Found) -> object:
    """What the page of a person or organisation shows of its pledges."""
    return find.pledges_of(session, subject)


@blueprint.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    state, kind = request.args.get("state", ""), request.args.get("kind", "")
    state, kind = state if state in find.STATES else "", kind if kind in template.KINDS else ""
    before = request.args.get("before", "")
    with work().read() as session:
        listed = find.pledges(
            session,
            state=state,
            kind=kind,
            limit=PAGE + 1,
            before=int(before) if before.isdecimal() and len(before) < 16 else None,
        )
        today = session.today
    chosen = {name: value for name, value in (("state", state), ("kind", kind)) if value}
    here = url_for("pledges.index")
    more = f"{here}?{urlencode({**chosen, 'before': listed[PAGE - 1].id})}" if listed[PAGE:] else None
    return render_template(
        "registry/pledges/index.html",
        listed=listed[:PAGE],
        chosen=chosen,
        states=list(find.STATES.items()),
        kinds=[(title, title) for title in template.KINDS],
        first=f"{here}?{urlencode(chosen)}" if before else None,
        more=more,
        period={"after": date(today.year, 1, 1).isoformat(), "until": today.isoformat()},
    )


@blueprint.get("/new")
@requires(GIVE)
def new() -> ResponseReturnValue:
    return _form(
        request.args,
        {
            "disclosure": template.PUBLIC,
            "accepted_by": settings().bureau,
            "accepted_by_code": settings().bureau_uscc,
        },
    )


@blueprint.post("")
@requires(GIVE)
def give_pledge() -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            found = asked_for(session, request.form)
            subject = _subject(found) if found else _described(session, request.form)
            given = give.give_written(
                session, session.actor, subject=subject, values={**request.form, "performance": ""}
            )
    except (Invalid, Conflict) as refused:
        return _form(request.form, request.form, _told(refused)), refused.status
    flash(
        f"信用承诺已登记，编码 {given.code}。请打印承诺书，由承诺人签署。"
        if given.created
        else "同一承诺已经登记过。",
        "good" if given.created else "attention",
    )
    return redirect(url_for("pledges.pledge", public_id=given.public_id), 303)


def _form(
    asked: Mapping[str, str], values: Mapping[str, str], faults: dict[str, list[str]] | None = None
) -> str:
    with work().read() as session:
        found = asked_for(session, asked)
    return render_template(
        "registry/pledges/new.html",
        subject=found,
        values=values,
        faults=faults or {},
        kinds=[(title, title) for title in template.KINDS],
        promiser_kinds=[(title, title) for title in template.PROMISER_KINDS],
        disclosures=[(title, title) for title in template.DISCLOSURES],
    )


def _subject(found: Found) -> Subject:
    if found.kind == "organisation":
        return Subject(organisation=found.id)
    return Subject(practitioner=found.id)


def _described(session: WorkSession, form: Mapping[str, str]) -> Subject:
    """Whoever bears the number that was typed, if the name agrees; else the name alone."""
    name, number = form.get("promiser_name", "").strip(), read_code(form.get("promiser_code", ""))
    person = form.get("promiser_kind") == template.PERSON
    described = Described(
        name, uscc="" if person else number, resident_id=number if person else "", person=person
    )
    return bind(session, [described])[0]


@blueprint.get("/<string(length=16):public_id>")
@requires(READ)
def pledge(public_id: str) -> ResponseReturnValue:
    return _page(public_id, {"assessed_by": settings().bureau, "assessed_by_code": settings().bureau_uscc})


@blueprint.post("/<string(length=16):public_id>/performance")
@requires(ASSESS)
def assess(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            give.assess(
                session,
                session.actor,
                pledge=public_id,
                values=request.form,
                reason=request.form.get("correction", ""),
            )
    except (Invalid, Conflict) as refused:
        return _page(public_id, request.form, _told(refused)), refused.status
    flash("履行状态已认定，并记为信用事件。", "good")
    return redirect(url_for("pledges.pledge", public_id=public_id), 303)


def _page(public_id: str, values: Mapping[str, str], faults: dict[str, list[str]] | None = None) -> str:
    with work().read() as session:
        found = find.pledge(session, public_id)
        files = evidence.of(session, public_id)
    return render_template(
        "registry/pledges/pledge.html",
        files=files,
        pledge=found,
        listed=found.listed,
        values=values,
        faults=faults or {},
        performances=[(title, title) for title in template.PERFORMANCES],
    )


@blueprint.get("/<string(length=16):public_id>.pdf")
@requires(READ)
def pledge_pdf(public_id: str) -> Response:
    with work().read() as session:
        found = find.pledge(session, public_id)
    sheet = paper.paper(found, bureau=settings().bureau, public_url=settings().public_url)
    return papers.pdf(sheet, f"pledge-{found.listed.code}.pdf")


@blueprint.post("/export")
@requires(GIVE)
def export() -> ResponseReturnValue:
    """A file with the promisers' numbers in it; that somebody took it is an act."""
    try:
        after, until = (_day(name) for name in ("after", "until"))
    except Invalid as refused:
        flash(refused.title, "bad")
        return redirect(url_for("pledges.index"), 303)
    with work().write(current_actor()) as session:
        rows = find.written(session, after=after - timedelta(days=1), until=until)
        session.act(
            "pledge.export",
            session.new_id(),
            after=after.isoformat(),
            until=until.isoformat(),
            rows=len(rows),
        )
    answer = Response(importer.workbook(rows), content_type=_XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="pledges-{until:%Y%m%d}.xlsx"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _day(name: str) -> date:
    try:
        return date.fromisoformat(read_date(request.form.get(name, "")))
    except (CellFault, ValueError) as unread:
        raise Invalid.field(name, "date-form", "请填写导出的起止日期，如 2026/03/01") from unread


def _told(refused: Fault) -> dict[str, list[str]]:
    return faults_by_path(refused) if isinstance(refused, Invalid) else {"": [refused.title]}

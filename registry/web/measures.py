"""资格核查: a clerk asks whether somebody may, and gets an answer with its reasons, kept and printable."""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.credit.measures import TABLE
from registry.credit.measures import check as checks
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Invalid
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.roster import find as roster
from registry.roster.find import Found
from registry.web.forms import faults_by_path
from registry.web.subjects import asked_for

CHECK = checks.CHECK
LATEST = 20

blueprint = Blueprint("measures", __name__, url_prefix="/staff/measures")


@blueprint.get("")
@requires(CHECK)
def index() -> ResponseReturnValue:
    with work().read() as session:
        found = asked_for(session, request.args)
    return _form({"subject": found.name} if found else {}, found=found)


@blueprint.post("")
@requires(CHECK)
def check() -> ResponseReturnValue:
    form = request.form
    choices: list[Found] = []
    try:
        with work().write(current_actor()) as session:
            choices = _subjects(session, form)
            _refuse_unclear(choices)
            public_id = checks.check(
                session, session.actor, subject=choices[0], purpose=form.get("purpose", "")
            )
    except Invalid as refused:
        return _form(form, faults_by_path(refused), choices), refused.status
    return redirect(url_for("measures.answer", public_id=public_id), 303)


def _refuse_unclear(choices: list[Found]) -> None:
    if not choices:
        message = "名册中没有这个主体，请填写全称、信用代码或者执业证号"
        raise Invalid.field("subject", "unknown-subject", message)
    if len(choices) > 1:
        raise Invalid.field("subject", "several", "有几个同名主体，请在下面选择一个")


def _subjects(session: WorkSession, form: Mapping[str, str]) -> list[Found]:
    """Whoever bears what was typed: a credit code, a licence number, a whole name."""
    if (chosen := asked_for(session, form)) is not None:
        return [chosen]
    text = form.get("subject", "").strip()
    if not text:
        return []
    by_code = roster.by_uscc(session, text)
    if by_code is not None:
        return [by_code]
    return roster.by_licence(session, text) or [
        *roster.by_name(session, text),
        *roster.people_by_name(session, text),
    ]


def _form(
    values: Mapping[str, str],
    faults: dict[str, list[str]] | None = None,
    choices: list[Found] | None = None,
    found: Found | None = None,
) -> str:
    with work().read() as session:
        latest = checks.latest(session, limit=LATEST)
        places = {}
        for one in choices or ():
            if one.kind == "practitioner":
                person = roster.practitioner(session, one.public_id)
                places[one.public_id] = "、".join(licence.number for licence in person.licences)
            else:
                places[one.public_id] = roster.organisation(session, one.public_id).uscc or ""
    return render_template(
        "registry/measures/index.html",
        values=values,
        faults=faults or {},
        choices=choices or [],
        places=places,
        found=found,
        purposes=[(one.code, one.title) for one in TABLE.purposes.values()],
        note=TABLE.note,
        latest=latest,
        forbids={code: TABLE.forbids(code) for code in {one.purpose for one in latest}},
    )


@blueprint.get("/<string(length=16):public_id>")
@requires(CHECK)
def answer(public_id: str) -> ResponseReturnValue:
    with work().read() as session:
        found = checks.checked(session, public_id)
    return render_template(
        "registry/measures/answer.html",
        checked=found,
        answer=found.answer,
        forbids=TABLE.forbids(found.purpose),
    )

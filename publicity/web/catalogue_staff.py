"""Staff pages of the lists: what holds, what is prepared, an entry's form, handing in a file, submitting, publishing."""

from datetime import date

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from publicity.catalogue import compare, draft, find, intake
from publicity.catalogue.draft import PREPARE, PUBLISH, READ
from publicity.catalogue.schema import SCHEMAS
from publicity.web.catalogue import LIST, answers
from publicity.web.catalogue_files import table
from publicity.web.files import FORMS, sent
from registry.accounts.staff import names
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Conflict, Fault, Invalid, NotFound, Refused
from registry.kernel.host import work
from registry.roster.cells import CellFault, read_date
from registry.web.forms import faults_by_path

blueprint = Blueprint(
    "catalogue_staff", __name__, url_prefix="/staff/catalogues", template_folder="templates"
)

_DRAFT = "/drafts/<string(length=16):public_id>"


@blueprint.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    with work().read() as session:
        found = find.every_version(session)
        prepared = {one.listing: one for one in find.drafts(session)}
        today = session.today
    return render_template(
        "publicity/catalogues.html",
        lists=[(schema, found[code], prepared.get(code)) for code, schema in SCHEMAS.items()],
        kinds={code: intake.kind(schema) for code, schema in SCHEMAS.items()},
        today=today,
    )


@blueprint.post(f"/{LIST}/begin")
@requires(PREPARE)
def begin(listing: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        public_id = draft.begin(session, session.actor, listing=listing)
    return redirect(url_for(".draft_page", public_id=public_id), 303)


@blueprint.get(_DRAFT)
@requires(READ)
def draft_page(public_id: str) -> ResponseReturnValue:
    return _page(public_id)


def _page(public_id: str, refused: Fault | None = None) -> ResponseReturnValue:
    with work().read() as session:
        found = find.draft(session, public_id)
        versions = find.versions(session, found.listing)
        latest = find.version(session, found.listing, versions[0].number) if versions else None
        people = names(session, found.authors)
        today = session.today
    told = {} if refused is None else _told(refused)
    return render_template(
        "publicity/catalogue_draft.html",
        draft=found,
        schema=found.schema,
        kind=intake.kind(found.schema),
        latest=latest,
        changes=compare.changes(found.schema, latest.entries if latest else (), found.entries),
        people=[people.get(one, one) for one in found.authors],
        values=request.form
        if refused
        else {"effective_on": found.effective_on or today, "reason": found.reason},
        # What is wrong with entries stands above the list; only the form's own fields are led to.
        faults={path: messages for path, messages in told.items() if path in ("effective_on", "reason")},
        entry_faults=[
            message
            for path, messages in told.items()
            if path not in ("effective_on", "reason")
            for message in messages
        ],
        mine=current_actor().id in found.authors,
    ), refused.status if refused else 200


def _told(refused: Fault) -> dict[str, list[str]]:
    return faults_by_path(refused) if isinstance(refused, Invalid) else {"": [refused.title]}


@blueprint.get(f"{_DRAFT}.{FORMS}")
@requires(READ)
def download(public_id: str, form: str) -> ResponseReturnValue:
    with work().read() as session:
        found = find.draft(session, public_id)
    return sent(table(found.schema, found.entries, f"{found.listing}-draft"), form)


@blueprint.route(f"{_DRAFT}/entries/new", methods=["GET", "POST"])
@requires(PREPARE)
def new(public_id: str) -> ResponseReturnValue:
    return _entry(public_id, None)


@blueprint.route(f"{_DRAFT}/entries/<string:code>", methods=["GET", "POST"])
@requires(PREPARE)
def change(public_id: str, code: str) -> ResponseReturnValue:
    return _entry(public_id, code)


def _entry(public_id: str, code: str | None) -> ResponseReturnValue:
    with work().read() as session:
        found = find.draft(session, public_id)
    standing = found.entry(code) if code is not None else {}
    if standing is None:
        raise NotFound("拟稿中没有这一项")
    refused: Fault | None = None
    if request.method == "POST":
        try:
            with work().write(current_actor()) as session:
                draft.put(
                    session,
                    session.actor,
                    draft=public_id,
                    revision=_revision(),
                    entry=request.form,
                    replacing=code,
                )
        except (Invalid, Conflict) as fault:
            refused = fault
        else:
            flash("已存入拟稿。", "good")
            return redirect(url_for(".draft_page", public_id=public_id), 303)
    page = render_template(
        "publicity/catalogue_form.html",
        draft=found,
        schema=found.schema,
        code=code,
        values=request.form if refused else standing,
        faults=_told(refused) if refused else {},
        choices={
            column.field: [(option, option) for option in column.options] for column in found.schema.columns
        },
    )
    return page, refused.status if refused else 200


@blueprint.post(f"{_DRAFT}/entries/<string:code>/remove")
@requires(PREPARE)
def remove(public_id: str, code: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            draft.remove(session, session.actor, draft=public_id, revision=_revision(), code=code)
    except Conflict as refused:
        return _refused(public_id, refused)
    flash(f"{code} 已从拟稿移出。", "good")
    return redirect(url_for(".draft_page", public_id=public_id), 303)


@blueprint.post(f"{_DRAFT}/submit")
@requires(PREPARE)
def submit(public_id: str) -> ResponseReturnValue:
    try:
        effective_on = _day(request.form.get("effective_on", ""))
        with work().write(current_actor()) as session:
            draft.submit(
                session,
                session.actor,
                draft=public_id,
                revision=_revision(),
                effective_on=effective_on,
                reason=request.form.get("reason", ""),
                answers=answers(current_app),
            )
    except (Invalid, Conflict) as refused:
        return _refused(public_id, refused)
    flash("已提交，须由没有参与拟稿的人公布。", "good")
    return redirect(url_for(".draft_page", public_id=public_id), 303)


@blueprint.post(f"{_DRAFT}/publish")
@requires(PUBLISH)
def publish(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            listing = find.draft(session, public_id).listing
            number = draft.publish(
                session, session.actor, draft=public_id, revision=_revision(), answers=answers(current_app)
            )
    except (Invalid, Conflict, Refused) as refused:
        return _refused(public_id, refused)
    flash(f"{SCHEMAS[listing].title}第 {number} 版已公布，并写入公开存证日志。", "good")
    return redirect(url_for(".index"), 303)


@blueprint.post(f"{_DRAFT}/discard")
@requires(PREPARE)
def discard(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        draft.discard(session, session.actor, draft=public_id)
    flash("拟稿已放弃。", "good")
    return redirect(url_for(".index"), 303)


def _refused(public_id: str, refused: Fault) -> ResponseReturnValue:
    """The draft with what is wrong; without it once it was decided."""
    try:
        return _page(public_id, refused)
    except NotFound:
        raise refused from None


def _revision() -> int:
    """The draft that the page showed; what no draft can have is nobody's."""
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _day(text: str) -> date:
    """Raises Invalid."""
    try:
        written = read_date(text[:20])
    except CellFault as fault:
        raise Invalid.field("effective_on", fault.rule, fault.message) from fault
    if not written:
        raise Invalid.field("effective_on", "required", "请填写施行日期")
    return date.fromisoformat(written)

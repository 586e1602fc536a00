"""Evidence at the browser: one view to attach to any record, one to open a file. A file is only ever saved, never shown."""

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.staff import ADMINISTER
from registry.credit import evidence
from registry.credit.evidence_store import FOLDER, Store
from registry.credit.evidence_types import LIMIT, TYPES
from registry.kernel.access import Actor, current_actor, requires
from registry.kernel.faults import Invalid
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.web.forms import faults_by_path

blueprint = Blueprint("evidence", __name__, url_prefix="/staff/evidence")

# Opened by mistake in a browser all the same, a file may do nothing there.
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


@blueprint.app_template_global("evidence_types")
def evidence_types() -> list[str]:
    """The endings of the files that are taken, as evidence.toml has them."""
    return list(TYPES)


@blueprint.app_template_global("evidence_megabytes")
def evidence_megabytes() -> int:
    return LIMIT // 1024 // 1024


def store() -> Store:
    """The files of this installation, for the views that take attachments."""
    return Store.of(work())


def attach_sent(
    session: WorkSession, owner: str, *, field: str = "file", actor: Actor | None = None
) -> list[evidence.Evidence]:
    """Attaches what was sent with the present form under `field`, none if nothing was chosen, for `actor` or else whoever
    the unit's is. Raises as attach does."""
    return [
        evidence.attach(
            session,
            actor or session.actor,
            store=store(),
            owner=owner,
            name=sent.filename or "",
            stream=sent.stream,  # type: ignore[arg-type]  # werkzeug's stream of bytes
        )
        for sent in request.files.getlist(field)
        if sent.filename
    ]


@blueprint.post("/of/<owner>")
@requires(evidence.ATTACH)
def attach(owner: str) -> ResponseReturnValue:
    """Attaches and goes back to the page that the form stood on (`back`, a path of the staff's pages)."""
    back = _path(request.form.get("back", ""))
    try:
        with work().write(current_actor()) as session:
            attached = attach_sent(session, owner)
            if not attached:
                raise Invalid.field("file", "required", "请选择文件")
    except Invalid as refusal:
        page = render_template(
            "registry/credit/evidence_new.html", owner=owner, back=back, faults=faults_by_path(refusal)
        )
        return page, refusal.status
    flash("材料已上传。", "good")
    return redirect(back, 303)


@blueprint.get("/faults")
@requires(ADMINISTER)
def faults() -> ResponseReturnValue:
    with work().read() as session:
        found = evidence.faulty(session, limit=200)
    return render_template("registry/credit/evidence_faults.html", faulty=found, folder=FOLDER)


@blueprint.get("/<public_id>")
@requires(evidence.READ)
def download(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        found = evidence.open_one(session, session.actor, evidence=public_id)
    content = BytesIO(store().get(found.digest))
    response = send_file(content, found.media, as_attachment=True, download_name=found.name)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _path(written: str) -> str:
    """A form may send the browser to a page of the staff alone, never to another host."""
    plain = written.startswith("/staff/") and "\\" not in written and written.isprintable()
    return written if plain else url_for("staff.home")

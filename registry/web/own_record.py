"""本人信用记录查询 at the desk: who asks is made sure of in a POST, the record is shown and printed on that day alone."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.credit.own_record import find, issue, paper
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Invalid, NotFound
from registry.kernel.host import settings, work
from registry.web import papers
from registry.web.forms import faults_by_path

ISSUE = issue.ISSUE

blueprint = Blueprint("own_record", __name__, url_prefix="/staff/own-records")


@blueprint.get("")
@requires(ISSUE)
def index() -> ResponseReturnValue:
    return render_template("registry/own_record/index.html", faults={})


@blueprint.post("")
@requires(ISSUE)
def ask() -> ResponseReturnValue:
    """The number stands in the body of the form, so in no address, history or log; it is not sent back either."""
    try:
        with work().write(current_actor()) as session:
            asked = issue.ask(session, session.actor, number=request.form.get("number", ""))
    except (Invalid, NotFound) as refused:
        faults = faults_by_path(refused) if isinstance(refused, Invalid) else {"number": [refused.title]}
        return render_template("registry/own_record/index.html", faults=faults), refused.status
    return redirect(url_for("own_record.show", public_id=asked), 303)


@blueprint.get("/<string(length=16):public_id>")
@requires(ISSUE)
def show(public_id: str) -> ResponseReturnValue:
    with work().read() as session:
        subject, row = issue.opened(session, current_actor(), request=public_id)
        record = find.compiled(session, subject)
    return render_template(
        "registry/own_record/record.html", record=record, number=public_id, told=row.identified_by
    )


@blueprint.get("/<string(length=16):public_id>/record.pdf")
@requires(ISSUE)
def pdf(public_id: str) -> Response:
    with work().read() as session:
        subject, _ = issue.opened(session, current_actor(), request=public_id)
        record = find.compiled(session, subject)
    sheet = paper.paper(record, number=public_id, bureau=settings().bureau, public_url=settings().public_url)
    response = papers.pdf(sheet, f"own-record-{public_id}.pdf")
    response.headers["Cache-Control"] = "no-store"
    return response

"""遮盖: the secrecy reviewer's part of the page of a release."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from publicity.release.redaction import review
from publicity.web.staff import release_page, revision
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Invalid
from registry.kernel.host import work
from registry.web.forms import faults_by_path

blueprint = Blueprint("redactions", __name__, url_prefix="/staff/releases")


@blueprint.post("/<public_id>/redactions")
@requires("release.read")
def answer(public_id: str) -> ResponseReturnValue:
    """Ticked is covered; unticked with a reason is shown; unticked without one stays open."""
    form = request.form
    covered = set(form.getlist("cover"))
    answers = {
        int(number): review.Answer(number in covered, form.get(f"reason.{number}", ""))
        for number in form.getlist("proposal")
        if number.isascii() and number.isdigit() and len(number) < 19
    }
    try:
        with work().write(current_actor()) as session:
            review.answer(session, session.actor, release=public_id, revision=revision(), answers=answers)
    except Invalid as invalid:
        return release_page(public_id, faults_by_path(invalid))
    flash("遮盖意见已保存。", "good")
    return redirect(url_for("release.release", public_id=public_id), 303)


@blueprint.post("/<public_id>/redactions/new")
@requires("release.read")
def add(public_id: str) -> ResponseReturnValue:
    form = request.form
    try:
        with work().write(current_actor()) as session:
            review.add(
                session,
                session.actor,
                release=public_id,
                revision=revision(),
                path=form.get("where", ""),
                words=form.get("words", ""),
                kind=form.get("kind", ""),
                reason=form.get("why", ""),
            )
    except Invalid as invalid:
        return release_page(public_id, faults_by_path(invalid))
    flash("已补充遮盖。", "good")
    return redirect(url_for("release.release", public_id=public_id), 303)


@blueprint.post("/<public_id>/redactions/look")
@requires("release.read")
def look(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        review.look(session, session.actor, release=public_id, revision=revision())
    flash("已查找应遮盖的内容，请逐处确认。")
    return redirect(url_for("release.release", public_id=public_id), 303)

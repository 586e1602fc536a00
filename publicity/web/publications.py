"""公开渠道: where else a release was published, noted on its page."""

from datetime import datetime

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from publicity.release.channels import note
from publicity.web.staff import release_page
from registry.kernel.access import current_actor, requires
from registry.kernel.clock import SHANGHAI
from registry.kernel.faults import Invalid
from registry.kernel.host import work
from registry.web.forms import faults_by_path

blueprint = Blueprint("publications", __name__, url_prefix="/staff/releases")


@blueprint.post("/<public_id>/channels")
@requires("release.publish")
def add(public_id: str) -> ResponseReturnValue:
    form = request.form
    try:
        with work().write(current_actor()) as session:
            note.note(
                session,
                session.actor,
                release=public_id,
                channel=form.get("channel", ""),
                at=_moment(form.get("at", "")),
                place=form.get("place", ""),
            )
            # The same again changes nothing, and the audit book needs no second entry for that.
    except Invalid as invalid:
        return release_page(public_id, faults_by_path(invalid))
    flash("公开渠道已登记。", "good")
    return redirect(url_for("release.release", public_id=public_id), 303)


def _moment(text: str) -> datetime | None:
    """A moment as typed, in office time."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return read.replace(tzinfo=SHANGHAI) if read.tzinfo is None else read

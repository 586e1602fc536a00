"""Where a leader answers for a penalty that breaks its statute, or sends it back."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.credit import correction, evidence, override
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Invalid
from registry.kernel.host import work
from registry.web.credit import READ
from registry.web.credit_entry import blueprint
from registry.web.forms import faults_by_path

__all__ = ["blueprint"]  # with the routes below on it
_PAGE = 100


@blueprint.get("/overrides")
@requires(READ)
def overrides() -> ResponseReturnValue:
    with work().read() as session:
        listed = override.listed(session, current_actor(), limit=_PAGE)
    return render_template("registry/credit/overrides.html", overrides=listed)


@blueprint.get("/overrides/<public_id>", endpoint="override")
@requires(READ)
def one(public_id: str) -> ResponseReturnValue:
    return _page(public_id, {})


@blueprint.post("/overrides/<public_id>/allow")
@requires(override.DECIDE)
def allow(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            made = override.allow(
                session, session.actor, override=public_id, reason=request.form.get("reason", "")
            )
    except Invalid as refusal:
        return _page(public_id, faults_by_path(refusal)), refusal.status
    flash("已同意，处罚已记录；理由随记录保存。", "good")
    return redirect(url_for("credit.event", public_id=made.public_id), 303)


@blueprint.post("/overrides/<public_id>/refuse")
@requires(override.DECIDE)
def refuse(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            override.refuse(session, session.actor, override=public_id, reason=request.form.get("reason", ""))
    except Invalid as refusal:
        return _page(public_id, faults_by_path(refusal)), refusal.status
    flash("已退回，没有记录。", "good")
    return redirect(url_for("credit.override", public_id=public_id), 303)


def _page(public_id: str, faults: dict[str, list[str]]) -> str:
    with work().read() as session:
        found = override.one(session, current_actor(), public_id)
        files = evidence.of(session, public_id)
    return render_template(
        "registry/credit/override.html",
        draft=found,
        columns=correction.columns_in_words(found.new.columns),
        evidence=files,
        values=request.form,
        faults=faults,
        mine=current_actor().id == found.drafted_by,
    )

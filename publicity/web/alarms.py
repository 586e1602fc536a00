"""告警: what is amiss now, what was, and whom it is told to."""

from datetime import datetime
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from publicity.alarms import recipients, sound, terms
from publicity.alarms.watch import Watched
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Conflict, Invalid
from registry.kernel.host import Host, settings, work
from registry.web.forms import faults_by_path

blueprint = Blueprint("alarms", __name__, url_prefix="/staff/alarms")

SHOWN = 100


def watched(host: Host) -> Watched:
    """What of the installation itself is watched."""
    # The library that opens seals takes most of a second to import, and most commands do without it.
    from registry.kernel.sealing import SealUnusable  # noqa: PLC0415

    certificates: dict[str, datetime | Path | None] = {}
    try:
        if host.sealer is not None:
            certificates["电子印章"] = host.sealer.until
    except SealUnusable:
        certificates["电子印章"] = None
    if host.settings.mail is not None and host.settings.mail.authorities is not None:
        certificates["邮件服务器：签发机构证书"] = host.settings.mail.authorities
    return Watched({job.name: job.title for job in host.jobs}, certificates)


@blueprint.get("")
@requires(recipients.READ)
def index() -> ResponseReturnValue:
    return _page({})


@blueprint.post("/recipients")
@requires(recipients.CONFIGURE)
def add() -> ResponseReturnValue:
    form = request.form
    try:
        with work().write(current_actor()) as session:
            recipients.add(
                session,
                session.actor,
                way=form.get("way", ""),
                target=form.get("target", ""),
                secret=form.get("secret", ""),
            )
    except (Invalid, Conflict) as fault:
        told = faults_by_path(fault) if isinstance(fault, Invalid) else {"target": [fault.title]}
        return _page(form, told), fault.status
    flash("已添加接收人；以后的告警和解除都会告知。", "good")
    return redirect(url_for(".index"), 303)


@blueprint.post("/recipients/<string(length=16):public_id>/end")
@requires(recipients.CONFIGURE)
def end(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        recipients.end(session, session.actor, recipient=public_id)
    flash("不再告知这个接收人，其地址已删除。")
    return redirect(url_for(".index"), 303)


def _page(values: object, faults: dict[str, list[str]] | None = None) -> str:
    with work().read() as session:
        open_ = sound.alarms(session, open_=True, limit=SHOWN)
        closed = sound.alarms(session, open_=False, limit=SHOWN)
        told = recipients.recipients(session)
    return render_template(
        "publicity/alarms.html",
        open_=open_,
        closed=closed,
        recipients=told,
        ways=list(recipients.WAYS.items()),
        mailing_on=settings().mail is not None,
        terms=terms,
        values=values,
        faults=faults or {},
    )

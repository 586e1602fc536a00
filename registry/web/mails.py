"""The outbox, for those who answer for it: what waits, what was put aside, and the hand on it. No words, no addresses."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import mail
from registry.kernel.access import current_actor, requires
from registry.kernel.host import settings, work

blueprint = Blueprint("mails", __name__, url_prefix="/staff/mails")

PAGE = 50
_TONES = {"waiting": "info", "claimed": "info", "sent": "good", "parked": "bad", "dropped": "neutral"}


@blueprint.get("")
@requires(mail.READ)
def index() -> ResponseReturnValue:
    state = request.args.get("state") if request.args.get("state") in mail.STATES else None
    before = request.args.get("before", type=int)
    with work().read() as session:
        listed, following = mail.mails(
            session, state=state, before=before if before and 0 < before < 2**53 else None, limit=PAGE
        )
        waiting, oldest, parked = mail.waiting(session)
    return render_template(
        "registry/mails.html",
        server=settings().mail,
        mails=listed,
        following=following,
        before=before,
        state=state,
        states=list(mail.STATES.items()),
        tones=_TONES,
        waiting=waiting,
        oldest=oldest,
        parked=parked,
    )


@blueprint.post("/<string(length=16):public_id>/resend")
@requires(mail.OPERATE)
def resend(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        mail.resend(session, session.actor, mail=public_id)
    flash("已放回待发送。", "good")
    return redirect(url_for(".index", state="parked"), 303)


@blueprint.post("/<string(length=16):public_id>/drop")
@requires(mail.OPERATE)
def drop(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        mail.drop(session, session.actor, mail=public_id)
    flash("已放弃这封邮件，内容已删除。")
    return redirect(url_for(".index", state="parked"), 303)

"""Staff pages of the feed: the channels at a glance, what is on each of them, and the hand on the tap."""

from dataclasses import asdict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from publicity.feed import checks, configure, daily, find
from publicity.feed.channels import KINDS
from publicity.feed.configure import CONFIGURE, OPERATE, READ, Wanted
from publicity.feed.questions import find as questions
from publicity.feed.rows import STANDARDS
from publicity.feed.states import STATES
from registry.accounts import clients
from registry.credit.columns import RESTRICTED
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Conflict, Invalid
from registry.kernel.host import work
from registry.web.charts import spark
from registry.web.forms import faults_by_path

blueprint = Blueprint("feed_staff", __name__, url_prefix="/staff/feed", template_folder="templates")

PAGE = 50
_DAILY = f"近 {daily.DAYS} 天每天入库的条数"
_TONES = {"accepted": "good", "rejected": "bad", "parked": "bad", "sent": "info", "claimed": "info"}


@blueprint.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    with work().read() as session:
        taken = daily.accepted(session)
        return render_template(
            "publicity/feed.html",
            channels=find.channels(session),
            sparks={channel: spark(_DAILY, numbers) for channel, numbers in taken.items()},
            states=STATES,
            now=session.now,
        )


@blueprint.get("/channels/new")
@requires(CONFIGURE)
def new() -> ResponseReturnValue:
    kind = request.args.get("kind", "")
    if kind not in KINDS:
        return render_template("publicity/feed_kinds.html", kinds=KINDS.values())
    return _form(Wanted(name="", kind=kind, layout=KINDS[kind].layouts[0]), None, {})


@blueprint.post("/channels/new")
@requires(CONFIGURE)
def add() -> ResponseReturnValue:
    wanted = _wanted()
    try:
        with work().write(current_actor()) as session:
            row = configure.add(session, session.actor, wanted=wanted)
    except (Invalid, Conflict) as refusal:
        return _form(wanted, None, _faults(refusal)), refusal.status
    flash("已添加渠道，现在是暂停状态；核对设置后恢复即开始归集。", "good")
    return redirect(url_for(".channel", public_id=row.public_id), 303)


@blueprint.get("/channels/<string(length=16):public_id>")
@requires(READ)
def channel(public_id: str) -> ResponseReturnValue:
    state = request.args.get("state")
    state = state if state in STATES else None
    before = request.args.get("before", type=int)
    before = before if before is not None and 0 < before < 2**53 else None
    with work().read() as session:
        listed, following = find.deliveries(session, public_id, state=state, before=before, limit=PAGE)
        taken = daily.accepted(session)[public_id]
        return render_template(
            "publicity/feed_channel.html",
            channel=find.health(session, public_id),
            daily=list(zip(daily.days(session), taken, strict=True)),
            spark=spark(_DAILY, taken),
            deliveries=listed,
            following=following,
            before=before,
            state=state,
            states=STATES,
            tones=_TONES,
            now=session.now,
        )


@blueprint.get("/channels/<string(length=16):public_id>/settings")
@requires(CONFIGURE)
def settings(public_id: str) -> ResponseReturnValue:
    with work().read() as session:
        wanted = find.wanted(session, public_id)
    return _form(wanted, public_id, {})


@blueprint.post("/channels/<string(length=16):public_id>/settings")
@requires(CONFIGURE)
def change(public_id: str) -> ResponseReturnValue:
    wanted = _wanted()
    try:
        with work().write(current_actor()) as session:
            configure.change(session, session.actor, channel=public_id, wanted=wanted)
    except (Invalid, Conflict) as refusal:
        return _form(wanted, public_id, _faults(refusal)), refusal.status
    flash("已更改渠道设置。", "good")
    return redirect(url_for(".channel", public_id=public_id), 303)


@blueprint.post("/channels/<string(length=16):public_id>/pause")
@requires(OPERATE)
def pause(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        configure.pause(session, session.actor, channel=public_id)
    flash("渠道已暂停，不再发送；待发送的信息都留着。")
    return redirect(url_for(".channel", public_id=public_id), 303)


@blueprint.post("/channels/<string(length=16):public_id>/resume")
@requires(OPERATE)
def resume(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        configure.resume(session, session.actor, channel=public_id)
    flash("渠道已恢复，定时任务每分钟发送一次。", "good")
    return redirect(url_for(".channel", public_id=public_id), 303)


@blueprint.get("/channels/<string(length=16):public_id>/entries/<int:position>")
@requires(READ)
def delivery(public_id: str, position: int) -> ResponseReturnValue:
    return _delivery(public_id, position, {})


@blueprint.post("/channels/<string(length=16):public_id>/entries/<int:position>/resend")
@requires(OPERATE)
def resend(public_id: str, position: int) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            configure.resend(
                session,
                session.actor,
                channel=public_id,
                position=position,
                reason=request.form.get("reason", ""),
            )
    except Invalid as refusal:
        return _delivery(public_id, position, faults_by_path(refusal)), refusal.status
    flash("已放回待发送。", "good")
    return redirect(url_for(".delivery", public_id=public_id, position=position), 303)


def _delivery(public_id: str, position: int, faults: dict[str, list[str]]) -> str:
    with work().read() as session:
        return render_template(
            "publicity/feed_delivery.html",
            channel=find.health(session, public_id),
            delivery=(shown := find.delivery(session, public_id, position)),
            history=find.of_notice(session, shown.record),
            doubt=(doubted := questions.of_delivery(session, public_id, position)),
            checks=checks.of_notice(session, shown.record, channel=public_id) if doubted else [],
            tones=_TONES,
            values=request.form,
            faults=faults,
        )


def _wanted() -> Wanted:
    given = request.form
    kind = given.get("kind", "")
    named = KINDS[kind].settings if kind in KINDS else ()
    return Wanted(
        name=given.get("name", "").strip(),
        kind=kind,
        layout=given.get("layout", ""),
        settings={one.name: given.get(f"settings.{one.name}", "").strip() for one in named},
        secret=given.get("secret", "").strip(),
        kinds=given.getlist("kinds"),
        columns=[*given.getlist("columns"), *given.getlist("restricted")],
        entitled="entitled" in given,
        client=given.get("client", ""),
        start=given.get("start", "all"),
    )


def _form(wanted: Wanted, public_id: str | None, faults: dict[str, list[str]]) -> str:
    values = asdict(wanted) | {f"settings.{name}": text for name, text in wanted.settings.items()}
    with work().read() as session:
        readers = [
            (client.public_id, client.name)
            for client in clients.everyone(session)
            if client.revoked_at is None and "feed:receipt" in client.scopes
        ]
    kind = KINDS.get(wanted.kind)
    return render_template(
        "publicity/feed_settings.html",
        kind=kind,
        public_id=public_id,
        values=values,
        faults=faults,
        clients=readers,
        standards=[(name, STANDARDS[name]) for name in kind.layouts] if kind else [],
        notice_kinds=[(name, configure.title_of_kind(name)) for name in kind.kinds] if kind else [],
        columns=[
            (code, f"{configure.title_of_column(code)}（{code}）")
            for code in configure.COLUMNS
            if code not in RESTRICTED
        ],
        restricted=[
            (code, f"{configure.title_of_column(code)}（{code}）")
            for code in configure.COLUMNS
            if code in RESTRICTED
        ],
    )


def _faults(refusal: Invalid | Conflict) -> dict[str, list[str]]:
    return faults_by_path(refusal) if isinstance(refusal, Invalid) else {"name": [refusal.title]}

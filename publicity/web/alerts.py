"""邮件提醒: the form that lists, persons, firms and searches lead to, and the pages behind the links in the mails.

A link that is only opened changes nothing: mail programs and scanners open links too. What is done is done by a button.
"""

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from publicity.alerts import find, subscribe, terms, topics
from publicity.alerts.subscribe import Wanted
from publicity.alerts.topics import Topic
from publicity.alerts.wording import LANGUAGES, Site
from publicity.web.limits import limit
from registry.kernel.access import ANONYMOUS, by_secret, public
from registry.kernel.faults import Invalid, NotFound
from registry.kernel.host import Host, host, settings, work
from registry.web.forms import faults_by_path
from registry.web.look import look

KEY = "<string(length=16):public_id>/<string(length=32):token>"

blueprint = Blueprint("alerts", __name__)


def install(installed: Host, app: Flask) -> None:
    """Keeps a flood of requests from other people's mailboxes."""
    limit(app, "alerts", terms.RATE, ["alerts.ask"])
    app.add_template_global(lambda: installed.settings.mail is not None, "mailing")


def site(installed: Host) -> Site:
    """The installation as its mails name it."""
    return Site(
        installed.settings.public_url,
        installed.settings.bureau,
        [part.translations for part in installed.parts if part.translations is not None],
    )


@blueprint.get("/alerts/new")
@public
def new() -> ResponseReturnValue:
    topic = topics.read(request.args.get("topic", "notices"), request.args)
    return _form(topic, {"frequency": "daily"})


@blueprint.post("/alerts")
@public
def ask() -> ResponseReturnValue:
    form = request.form
    topic = topics.read(form.get("topic", ""), form)
    if settings().mail is None:
        raise NotFound("本站没有设置邮件服务器，不能发送邮件提醒")
    wanted = Wanted(topic, form.get("email", ""), form.get("frequency", ""), _language())
    try:
        with work().write(ANONYMOUS) as session:
            subscribe.ask(session, session.actor, wanted=wanted, site=site(host()))
    except Invalid as fault:
        return _form(topic, form, faults_by_path(fault)), fault.status
    return redirect(url_for(".sent"), 303)


def _form(topic: Topic, values: object, faults: dict[str, list[str]] | None = None) -> str:
    with work().read() as session:
        title = topics.title(session, topic, gettext)
        topics.items(session, topic, limit=1)
    return render_template(
        "publicity/alert_new.html",
        topic=topic,
        title=title,
        values=values,
        faults=faults or {},
        frequencies=_frequencies(),
        hours=terms.CONFIRM_HOURS,
    )


@blueprint.get("/alerts/sent")
@public
def sent() -> ResponseReturnValue:
    """The same for every address, whether it follows anything or not."""
    return render_template("publicity/alert_sent.html", hours=terms.CONFIRM_HOURS)


@blueprint.get(f"/alerts/confirm/{KEY}")
@public
def asked(public_id: str, token: str) -> ResponseReturnValue:
    with work().read() as session:
        found = subscribe.asked(session, public_id, token)
        title = topics.title(session, found[0], gettext) if found else ""
    return render_template(
        "publicity/alert_confirm.html",
        title=title,
        frequency=gettext(terms.FREQUENCIES[found[1]]) if found else "",
        found=found,
        here=url_for(".confirm", public_id=public_id, token=token),
    )


@blueprint.post(f"/alerts/confirm/{KEY}")
@public
def confirm(public_id: str, token: str) -> ResponseReturnValue:
    with work().write(ANONYMOUS) as session:
        reader = subscribe.confirm(session, session.actor, request=public_id, key=token)
        key = subscribe.secret(session, reader)
    return redirect(url_for(".manage", public_id=reader, token=key), 303)


@blueprint.get(f"/alerts/{KEY}")
@public
def manage(public_id: str, token: str) -> ResponseReturnValue:
    with work().read() as session:
        listed = find.alerts(session, public_id, token, gettext)
    return render_template(
        "publicity/alert_manage.html",
        alerts=listed,
        frequencies=_frequencies(),
        public_id=public_id,
        token=token,
    )


@blueprint.post(f"/alerts/{KEY}")
@public
def change(public_id: str, token: str) -> ResponseReturnValue:
    form = request.form
    alert, frequency = form.get("alert", ""), form.get("frequency", "")
    with work().write(ANONYMOUS) as session:
        if form.get("do") == "end":
            subscribe.end(session, session.actor, reader=public_id, key=token, alert=alert)
        else:
            subscribe.change(
                session, session.actor, reader=public_id, key=token, alert=alert, frequency=frequency
            )
    with work().read() as session:
        left = find.known(session, public_id)
    return redirect(url_for(".manage", public_id=public_id, token=token) if left else url_for(".ended"), 303)


@blueprint.get(f"/alerts/{KEY}/end")
@public
def ending(public_id: str, token: str) -> ResponseReturnValue:
    with work().read() as session:
        listed = find.alerts(session, public_id, token, gettext)
    return render_template("publicity/alert_end.html", alerts=listed, public_id=public_id, token=token)


@blueprint.post(f"/alerts/{KEY}/end")
@public
@by_secret
def end(public_id: str, token: str) -> ResponseReturnValue:
    """By the button of the page, or by a mail program for its reader, which does not follow to another page (RFC 8058
    section 3.1)."""
    with work().write(ANONYMOUS) as session:
        subscribe.end(session, session.actor, reader=public_id, key=token)
    return render_template("publicity/alert_ended.html")


@blueprint.get("/alerts/ended")
@public
def ended() -> ResponseReturnValue:
    return render_template("publicity/alert_ended.html")


def _frequencies() -> list[tuple[str, str]]:
    return [(code, gettext(title)) for code, title in terms.FREQUENCIES.items()]


def _language() -> str:
    return look().lang if look().lang in LANGUAGES else "zh"

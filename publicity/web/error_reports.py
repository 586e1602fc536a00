"""“报告错误”: the form that every page of the public site leads to, what became of a report, and the clerk's desk."""

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from publicity.notices import find as notices
from publicity.notices.find import Shown
from publicity.reports import find, handle, rules
from publicity.reports.find import Followed
from publicity.web.limits import limit
from registry.kernel.access import ANONYMOUS, current_actor, public, requires
from registry.kernel.faults import Conflict, Fault, Invalid
from registry.kernel.host import Host, work
from registry.kernel.work import WorkSession
from registry.roster.find import names_of
from registry.web.forms import faults_by_path

READ = "report.read"
PAGE = 50
RATE = "10/hour;30/day"
"""How often one address may report; whoever has more to say writes to the office."""

blueprint = Blueprint("error_reports", __name__)


def install(_host: Host, app: Flask) -> None:
    """Keeps a flood of reports from the database."""
    limit(app, "reports", RATE, ["error_reports.receive"])


def page_of(report: Followed) -> str:
    """The public page that a report is about."""
    return url_for(f"public.{report.about}", public_id=report.about_id)


def title_of(session: WorkSession, about: str, about_id: str) -> str:
    """What such a page is called: as whom it shows, or as its notice while that is public."""
    if about == "notice":
        notice = notices.notice(session, about_id)
        return notice.title if isinstance(notice, Shown) else gettext("已结束的公示")
    return names_of(session, [about_id]).get(about_id) or gettext(rules.ABOUT[about])


@blueprint.get("/report-error")
@public
def new() -> ResponseReturnValue:
    about, about_id = request.args.get("about", ""), request.args.get("id", "")[:16]
    with work().read() as session:
        handle.subject(session, about, about_id)
    return _form(about, about_id, {})


@blueprint.post("/report-error")
@public
def receive() -> ResponseReturnValue:
    form = request.form
    about, about_id = form.get("about", ""), form.get("id", "")[:16]
    try:
        with work().write(ANONYMOUS) as session:
            number = handle.receive(
                session,
                session.actor,
                about=about,
                about_id=about_id,
                ground=form.get("ground", ""),
                written=form,
            )
            # The same report sent again changes nothing, and the audit book needs no second entry for that.
    except (Invalid, Conflict) as fault:
        return _form(about, about_id, form, _told(fault)), fault.status
    return redirect(url_for("error_reports.followed", public_id=number), 303)


def _told(fault: Fault) -> dict[str, list[str]]:
    return faults_by_path(fault) if isinstance(fault, Invalid) else {"": [fault.title]}


def _form(about: str, about_id: str, values: object, faults: dict[str, list[str]] | None = None) -> str:
    with work().read() as session:
        title = title_of(session, about, about_id)
    return render_template(
        "publicity/report_error.html",
        about=about,
        about_id=about_id,
        about_title=title,
        values=values,
        faults=faults or {},
        grounds=[(code, gettext(title)) for code, title in rules.GROUNDS.items()],
        days=rules.DAYS,
    )


@blueprint.get("/report-error/<string(length=16):public_id>")
@public
def followed(public_id: str) -> ResponseReturnValue:
    with work().read() as session:
        report = find.followed(session, public_id)
        title = title_of(session, report.about, report.about_id)
    return render_template(
        "publicity/reported.html", report=report, page_url=page_of(report), page_title=title
    )


@blueprint.get("/staff/reports")
@requires(READ)
def index() -> ResponseReturnValue:
    open_ = request.args.get("state") != "answered"
    before = request.args.get("before", type=int)
    with work().read() as session:
        listed, following = find.reports(
            session, open_=open_, before=before if before and 0 < before < 2**53 else None, limit=PAGE
        )
        today = session.today
    return render_template(
        "publicity/reports.html",
        reports=listed,
        following=following,
        open_=open_,
        today=today,
        titles=rules.ABOUT,
    )


@blueprint.get("/staff/reports/<string(length=16):public_id>")
@requires(READ)
def report(public_id: str) -> ResponseReturnValue:
    return _page(public_id, {})


@blueprint.post("/staff/reports/<string(length=16):public_id>")
@requires(handle.ANSWER)
def answer(public_id: str) -> ResponseReturnValue:
    form = request.form
    try:
        with work().write(current_actor()) as session:
            handle.answer(
                session,
                session.actor,
                report=public_id,
                outcome=form.get("outcome", ""),
                reply=form.get("reply", ""),
            )
    except (Invalid, Conflict) as fault:
        return _page(public_id, form, _told(fault)), fault.status
    flash("已答复；报告人凭受理编号可以看到结果。", "good")
    return redirect(url_for("error_reports.report", public_id=public_id), 303)


def _page(public_id: str, values: object, faults: dict[str, list[str]] | None = None) -> str:
    with work().read() as session:
        found = find.report(session, public_id)
        whose = handle.whose(session, found.followed.about, found.followed.about_id)
        title = title_of(session, found.followed.about, found.followed.about_id)
        today = session.today
    return render_template(
        "publicity/report.html",
        report=found,
        page_url=page_of(found.followed),
        page_title=title,
        whose=whose,
        today=today,
        about_title=rules.ABOUT[found.followed.about],
        values=values,
        faults=faults or {},
        outcomes=list(rules.OUTCOMES.items()),
    )

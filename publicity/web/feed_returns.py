"""Staff pages of the monthly return: counted, handed in, taken away as the form that platforms hand out."""

import io
from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from publicity.feed.configure import READ
from publicity.feed.graded import returns, sheet
from publicity.feed.graded.count import kinds
from publicity.feed.graded.returns import HAND_IN, Return
from publicity.web.files import XLSX
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Conflict, Invalid, NotFound
from registry.kernel.host import settings, work
from registry.kernel.work import WorkSession
from registry.web.forms import faults_by_path

blueprint = Blueprint("feed_returns", __name__, url_prefix="/staff/feed/returns", template_folder="templates")


@blueprint.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    with work().read() as session:
        months, versions = returns.months(session), returns.versions(session)
    return render_template("publicity/feed_returns.html", months=months, versions=versions)


@blueprint.get("/<string(length=7):month>")
@requires(READ)
def month(month: str) -> ResponseReturnValue:
    return _page(_month(month), {}, {})


@blueprint.post("/<string(length=7):month>")
@requires(HAND_IN)
def hand_in(month: str) -> ResponseReturnValue:
    day, form = _month(month), request.form
    version = form.get("version", "")
    try:
        with work().write(current_actor()) as session:
            returns.hand_in(
                session,
                session.actor,
                month=day,
                unit=settings().bureau,
                address=settings().public_url,
                city={kind: form.get(f"city.{kind}", "") for kind in kinds()},
                problems=form.get("problems", ""),
                reason=form.get("reason", ""),
                version=int(version) if version.isascii() and version.isdigit() and len(version) < 5 else 0,
            )
    except (Invalid, Conflict) as fault:
        told = faults_by_path(fault) if isinstance(fault, Invalid) else {"": [fault.title]}
        return _page(day, form, told), fault.status
    flash("月报已上报，数字就此固定；以后的重新统计只显示差异。", "good")
    return redirect(url_for(".month", month=month), 303)


@blueprint.get("/<string(length=7):month>.xlsx")
@requires(READ)
def download(month: str) -> ResponseReturnValue:
    """What was handed in (`version`), or without it the count of this moment."""
    day, version = _month(month), request.args.get("version", type=int)
    with work().read() as session:
        chosen = [one for one in returns.handed_in(session, day) if one.version == version]
        if version is not None and not chosen:
            raise NotFound("没有这一次上报")
        given, at = (chosen[0].given, chosen[0].at) if chosen else (_counted(session, day), session.now)
    book = io.BytesIO()
    sheet.write(book, given, at=at)
    book.seek(0)
    return send_file(book, XLSX, as_attachment=True, download_name=f"return-{day:%Y-%m}.xlsx")


def _page(day: date, values: Mapping[str, str], faults: dict[str, list[str]]) -> str:
    with work().read() as session:
        now, handed_in = _counted(session, day), returns.handed_in(session, day)
        over = day not in (session.today.replace(day=1),)
    last = handed_in[-1] if handed_in else None
    return render_template(
        "publicity/feed_return.html",
        month=day,
        now=now,
        handed_in=handed_in,
        differences=returns.differences(last.given, now) if last else [],
        headers=sheet.SIDE,
        over=over,
        values=values or MultiDict(),
        faults=faults,
    )


def _counted(session: WorkSession, day: date) -> Return:
    return returns.counted(session, month=day, unit=settings().bureau, address=settings().public_url)


def _month(text: str) -> date:
    """The first day of a month written yyyy-mm. Raises NotFound for what is none, or has not begun."""
    try:
        day = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise NotFound("没有这个月份") from None
    with work().read() as session:
        if not day.year >= 2000 or day > session.today:
            raise NotFound("没有这个月份")
    return day

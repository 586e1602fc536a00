"""The work list: what waits for whoever is signed in, and taking, handing over and giving back."""

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from flask import Blueprint, flash, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from registry.accounts import duties
from registry.accounts.duties import Waiting
from registry.accounts.staff import SELF
from registry.kernel.access import current_actor, requires
from registry.kernel.clock import local_text
from registry.kernel.faults import Invalid, NotFound
from registry.kernel.host import host, work
from registry.kernel.work import WorkSession
from registry.web.forms import faults_by_path

blueprint = Blueprint("duties", __name__, url_prefix="/staff/work")

PAGE = 50
VIEWS = {"mine": "我的", "today": "今天到期", "overdue": "逾期", "soon": "三天内到期", "all": "全部"}


def waiting(session: WorkSession) -> list[Waiting]:
    """What waits for the present actor, out of every list of this installation."""
    return duties.waiting(session, current_actor(), host().worklists)


def due_by_entry(session: WorkSession, listed: Sequence[Waiting]) -> dict[str, int]:
    """How many duties that are overdue, due today or one's own belong to each entry of the menu, by its endpoint.

    A duty belongs to the entry whose pages its own page is one of: they share the blueprint's name.
    """
    pressing = Counter(
        one.duty.endpoint.partition(".")[0]
        for one in listed
        if not one.theirs and (one.mine or one.urgency(session.today) in ("overdue", "today"))
    )
    found: dict[str, int] = {}
    for item in (item for part in host().parts for item in part.navigation):
        # Of several entries of one blueprint the first stands for it.
        if number := pressing.pop(item.endpoint.partition(".")[0], 0):
            found[item.endpoint] = number
    return found


@blueprint.get("")
@requires(SELF)
def index() -> ResponseReturnValue:
    view, kind = request.args.get("view", "all"), request.args.get("kind", "")
    view = view if view in VIEWS else "all"
    start = request.args.get("start", 0, type=int)
    start = start if 0 <= start < 100_000 else 0
    with work().read(current_actor()) as session:
        everything = waiting(session)
        today = session.today
        due = due_by_entry(session, everything)
    chosen = _chosen(everything, view, kind, today)
    kept: dict[str, Any] = {"view": view, **({"kind": kind} if kind else {})}
    return render_template(
        "registry/work.html",
        listed=chosen[start : start + PAGE],
        found=len(chosen),
        counts=duties.counts(everything, today),
        kinds=Counter(one.kind for one in everything),
        crowded=[
            title
            for title, number in Counter(one.kind for one in everything).items()
            if number >= duties.MOST
        ],
        view=view,
        views=VIEWS,
        kind=kind,
        kept=kept,
        today=today,
        due=due,
        first=url_for(".index", **kept) if start else None,
        more=url_for(".index", **kept, start=start + PAGE) if chosen[start + PAGE :] else None,
    )


@blueprint.get("/due.json")
@requires(SELF)
def due() -> ResponseReturnValue:
    """What the menu shows beside its entries: `{"entries": {path: number}}`."""
    with work().read(current_actor()) as session:
        found = due_by_entry(session, waiting(session))
    return jsonify(entries={url_for(endpoint): number for endpoint, number in found.items()})


@blueprint.get("/list.xlsx")
@requires(SELF)
def sheet() -> ResponseReturnValue:
    view, kind = request.args.get("view", "all"), request.args.get("kind", "")
    with work().read(current_actor()) as session:
        today, made_at = session.today, local_text(session.now)
        chosen = _chosen(waiting(session), view, kind, today)
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        page = book.add_worksheet("待办")
        bold = book.add_format({"bold": True})
        page.write_row(0, 0, ("事项", "类别", "收到日期", "办理期限", "承办人"), bold)
        for line, one in enumerate(chosen, 1):
            due_on = one.duty.due.isoformat() if one.duty.due else ""
            cells = (one.duty.title, one.kind, one.duty.since.isoformat(), due_on, one.owner_name or "")
            page.write_row(line, 0, cells)
        page.write(len(chosen) + 2, 0, f"制表时间 {made_at}")
        for column, width in enumerate((60, 24, 12, 12, 12)):
            page.set_column(column, column, width)
        page.freeze_panes(1, 0)
    stream.seek(0)
    return send_file(stream, download_name=f"待办-{today.isoformat()}.xlsx", as_attachment=True)


@blueprint.post("/<key>/take")
@requires(SELF)
def take(key: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        found = _one(session, key)
        duties.take(session, session.actor, duty=found)
    flash("已由您承办。", "good")
    return redirect(_back(), 303)


@blueprint.post("/<key>/give-back")
@requires(SELF)
def give_back(key: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        duties.give_back(session, session.actor, duty=_one(session, key))
    flash("已放回，同事可以承办。", "good")
    return redirect(_back(), 303)


@blueprint.get("/<key>/hand-over")
@requires(SELF)
def hand_over(key: str) -> ResponseReturnValue:
    return _hand_over_form(key, {})


@blueprint.post("/<key>/hand-over")
@requires(SELF)
def handed_over(key: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            found = _one(session, key)
            to = request.form.get("to", "")
            duties.hand_over(session, session.actor, duty=found, to=to, permissions=host().permissions)
    except Invalid as refusal:
        return _hand_over_form(key, faults_by_path(refusal)), refusal.status
    flash("已移交。", "good")
    return redirect(url_for(".index"), 303)


def _hand_over_form(key: str, faults: Mapping[str, list[str]]) -> str:
    with work().read(current_actor()) as session:
        found = _one(session, key)
        people = duties.able(session, found, host().permissions)
    return render_template(
        "registry/hand_over.html",
        one=found,
        people=[(person.public_id, f"{person.name}（{person.section}）") for person in people],
        values=request.form,
        faults=faults,
    )


def _one(session: WorkSession, key: str) -> Waiting:
    for one in waiting(session):
        if one.key == key:
            return one
    raise NotFound("这件事已经办完，或不再由您办理")


def _chosen(listed: Sequence[Waiting], view: str, kind: str, today: Any) -> list[Waiting]:
    chosen = [one for one in listed if not kind or one.kind == kind]
    if view == "mine":
        return [one for one in chosen if one.mine]
    if view in ("today", "overdue", "soon"):
        return [one for one in chosen if not one.theirs and one.urgency(today) == view]
    return chosen


def _back() -> str:
    """The list that the button stood on; the home page has no query of its own."""
    if request.form.get("home"):
        return url_for("staff.home")
    return url_for(".index", view=request.form.get("view", "all"), kind=request.form.get("kind") or None)

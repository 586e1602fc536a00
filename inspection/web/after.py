"""Staff pages of what follows a visit: its review, orders to rectify with their re-checks. Hand-overs: inspection.web.handovers."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from inspection.plan import find as plan
from inspection.visits import codes, findings
from inspection.visits import find as visits
from inspection.visits.after import find, rectification, review
from inspection.visits.after.find import Listed
from inspection.visits.after.terms import on, terms
from inspection.visits.fieldwork import find as fieldwork
from inspection.web import forms
from registry.accounts.staff import names
from registry.credit import evidence
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Fault, Invalid
from registry.kernel.host import work
from registry.kernel.work import WorkSession

blueprint = Blueprint("after", __name__, url_prefix="/staff", template_folder="templates")

READ = "visit.read"
PAGE = 50
TONES = {
    "open": "info",
    "reported": "attention",
    "rechecked": "attention",
    "done": "good",
    "undone": "bad",
    "proposed": "attention",
    "sent": "info",
    "filed": "info",
    "closed": "good",
    "refused": "neutral",
}
ORDER_LISTS = {
    "waiting": ("未办结", rectification.WAITING),
    "done": ("已改正", ("done",)),
    "undone": ("未改正", ("undone",)),
}
STEP_TITLES = {
    "order": "下达，限期",
    "extend": "延期至",
    "report": "收到改正报告",
    "recheck": "复查",
    "confirm": "复核复查结果",
    "send_back": "退回",
    "propose": "提出",
    "refuse": "不同意",
    "send": "批准移送",
    "file": "立案",
    "close": "办结",
}
Form = Mapping[str, str]


@blueprint.app_template_filter("after_tone")
def after_tone(state: str) -> str:
    return TONES[state]


@blueprint.app_template_global("after_visit")
def after_visit(public_id: str) -> dict[str, list[Listed]]:
    """The orders and hand-overs of a visit, for its page."""
    with work().read(current_actor()) as session:
        return {
            "orders": find.rectifications(session, visit=public_id, limit=PAGE),
            "handovers": find.handovers(session, visit=public_id, limit=PAGE),
        }


@blueprint.get("/visits/<string(length=16):public_id>/review")
@requires(READ)
def review_visit(public_id: str) -> ResponseReturnValue:
    return _review(public_id)


@blueprint.post("/visits/<string(length=16):public_id>/close")
@requires("visit.review")
def close_visit(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            findings.close(session, session.actor, visit=public_id)
    except Fault as refused:
        return _review(public_id, refused)
    flash("检查已办结，结果已记入信用记录并进入公开流程。", "good")
    return redirect(url_for("inspection.visit", public_id=public_id), 303)


@blueprint.post("/visits/<string(length=16):public_id>/send-back")
@requires("visit.review")
def send_back(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            review.send_back(session, session.actor, visit=public_id, reason=request.form.get("reason", ""))
    except Fault as refused:
        return _review(public_id, refused)
    flash("已退回，由检查人员补正后重新提交。", "good")
    return redirect(url_for("inspection.visit", public_id=public_id), 303)


def _review(public_id: str, refused: Fault | None = None) -> ResponseReturnValue:
    with work().read(current_actor()) as session:
        found = visits.visit(session, public_id)
        recorder = names(session, [found.recorded_by]).get(found.recorded_by) if found.recorded_by else None
        page = render_template(
            "inspection/after/review.html",
            visit=found,
            recorder=recorder,
            noted=fieldwork.of(session, public_id),
            returned=review.returned(session, public_id),
            evidence=evidence.of(session, public_id),
            **told(refused),
            today=session.today,
        )
    return page, refused.status if refused else 200


@blueprint.route("/visits/<string(length=16):public_id>/rectifications/new", methods=["GET", "POST"])
@requires(rectification.ORDER)
def new_order(public_id: str) -> ResponseReturnValue:
    form = request.form
    refused: Fault | None = None
    if request.method == "POST":
        try:
            with work().write(current_actor()) as session:
                made = rectification.order(
                    session,
                    session.actor,
                    visit=public_id,
                    number=form.get("number", ""),
                    codes=form.getlist("codes"),
                    demands=form.get("demands", ""),
                    due_on=forms.day(form.get("due_on", ""), "due_on"),
                )
        except Fault as fault:
            refused = fault
        else:
            flash("责令改正通知书已登记。请打印，送达检查对象。", "good")
            return redirect(url_for("after.rectification_page", public_id=made.public_id), 303)
    with work().read(current_actor()) as session:
        found = visits.visit(session, public_id)
        term = on(terms().rectifications, session.today)
        known = codes.table().findings
        page = render_template(
            "inspection/after/new_order.html",
            visit=found,
            problems=[(code, known[code].title) for code in found.codes if not known[code].alone],
            suggested=(session.today.fromordinal(session.today.toordinal() + term.days)).isoformat(),
            term=term,
            **told(refused),
            today=session.today,
        )
    return page, refused.status if refused else 200


@blueprint.get("/rectifications")
@requires(READ)
def rectifications() -> ResponseReturnValue:
    return case_list(
        "责令改正", "after.rectifications", "after.rectification_page", ORDER_LISTS, find.rectifications
    )


def case_list(
    title: str,
    endpoint: str,
    page: str,
    lists: Mapping[str, tuple[str, tuple[str, ...]]],
    read: Callable[..., list[Listed]],
) -> str:
    shown = request.args.get("state", "waiting")
    shown = shown if shown in lists or shown == "overdue" else "waiting"
    before = forms.row_before(request.args.get("before"))
    states = lists[shown][1] if shown in lists else lists["waiting"][1]
    with work().read(current_actor()) as session:
        listed = read(session, states=states, overdue=shown == "overdue", before=before, limit=PAGE + 1)
        today = session.today
    tabs = [(name, name_title) for name, (name_title, _) in lists.items()]
    return render_template(
        "inspection/after/list.html",
        title=title,
        endpoint=endpoint,
        page=page,
        lists=[tabs[0], ("overdue", "逾期"), *tabs[1:]],
        shown=shown,
        listed=listed[:PAGE],
        before=before,
        following=listed[PAGE - 1].id if listed[PAGE:] else None,
        today=today,
    )


@blueprint.get("/rectifications/<string(length=16):public_id>")
@requires(READ)
def rectification_page(public_id: str) -> ResponseReturnValue:
    return _order_page(public_id)


@blueprint.post("/rectifications/<string(length=16):public_id>/<step>")
@requires(READ)
def take_order_step(public_id: str, step: str) -> ResponseReturnValue:
    """Any step after the order; who may take which is the use case's to say."""
    try:
        with work().write(current_actor()) as session:
            _ORDER_STEPS.get(step, unknown)(session, public_id, request.form)
    except Fault as refused:
        return _order_page(public_id, refused)
    flash(_DONE[step], "good")
    return redirect(url_for("after.rectification_page", public_id=public_id), 303)


def _order_page(public_id: str, refused: Fault | None = None) -> ResponseReturnValue:
    with work().read(current_actor()) as session:
        found = find.one_rectification(session, public_id)
        visit = visits.visit(session, found.listed.visit)
        page = render_template(
            "inspection/after/order.html",
            order=found,
            visit=visit,
            own=plan.certificate_of(session, current_actor().id),
            pairs=list(zip(found.codes, found.problems, strict=True)),
            evidence=evidence.of(session, public_id),
            least=terms().inspectors,
            titles=STEP_TITLES,
            **told(refused),
            today=session.today,
        )
    return page, refused.status if refused else 200


def _extend(session: WorkSession, public_id: str, form: Form) -> None:
    rectification.extend(
        session,
        session.actor,
        rectification=public_id,
        due_on=forms.day(form.get("due_on", ""), "due_on"),
        reason=form.get("reason", ""),
    )


def _report(session: WorkSession, public_id: str, form: Form) -> None:
    rectification.report(
        session,
        session.actor,
        rectification=public_id,
        received_on=forms.day(form.get("received_on", ""), "received_on"),
        note=form.get("note", ""),
    )


def _recheck(session: WorkSession, public_id: str, form: Form) -> None:
    rectification.recheck(
        session,
        session.actor,
        rectification=public_id,
        checked_on=forms.day(form.get("checked_on", ""), "checked_on"),
        inspectors=list(
            dict.fromkeys(form.get("inspectors", "").replace("、", " ").replace("，", " ").split())
        ),
        remaining=request.form.getlist("remaining"),
        note=form.get("recheck_note", ""),
    )


def _confirm(session: WorkSession, public_id: str, form: Form) -> None:
    rectification.decide(session, session.actor, rectification=public_id, confirmed=True)


def _return_recheck(session: WorkSession, public_id: str, form: Form) -> None:
    rectification.decide(
        session, session.actor, rectification=public_id, confirmed=False, reason=form.get("reason", "")
    )


def unknown(session: WorkSession, public_id: str, form: Form) -> None:
    raise Invalid("没有这个步骤", rule="unknown_step")


Step = Callable[[WorkSession, str, Form], None]
_ORDER_STEPS: Mapping[str, Step] = {
    "extend": _extend,
    "report": _report,
    "recheck": _recheck,
    "confirm": _confirm,
    "send-back": _return_recheck,
}
_DONE = {
    "extend": "改正期限已延长，请告知检查对象。",
    "report": "已登记，请安排复查。",
    "recheck": "复查情况已记录，等待另一人复核。",
    "confirm": "复查结果已复核，记入信用记录并进入公开流程。",
    "send-back": "已退回，重新复查。",
}


def told(refused: Fault | None) -> dict[str, Any]:
    """What a refused form shows again."""
    return {"values": request.form, "faults": forms.told(refused) if refused else {}}

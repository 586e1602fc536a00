"""Staff pages: the plan, the ceremony of a draw, visits."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from inspection.ceremony import announce, conduct, substitute
from inspection.ceremony import find as draws
from inspection.ceremony import listed as listed_draws
from inspection.ceremony import void as voiding
from inspection.ceremony.sealed import GROUNDS as SEAL_GROUNDS
from inspection.ceremony.sealed import KNOW, is_closed
from inspection.ceremony.sealed_announce import announce_sealed, announced_seal, depositaries
from inspection.ceremony.tables import AnnouncementRow
from inspection.plan import find as plan
from inspection.plan import strata
from inspection.plan.annual import find as plans
from inspection.plan.frame import GROUNDS
from inspection.visits import assign, codes, findings, joint, replace
from inspection.visits import find as visits
from inspection.web import forms
from registry.accounts.staff import everybody, names
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Fault, Invalid
from registry.kernel.host import work
from registry.kernel.work import WorkSession

blueprint = Blueprint("inspection", __name__, url_prefix="/staff", template_folder="templates")

PAGE = 50
_VISIT_LISTS = {
    "open": ("待办", ("assigned", "returned", "recorded")),
    "assigned": ("待检查", ("assigned", "returned")),
    "recorded": ("待复核", ("recorded",)),
    "closed": ("已办结", ("closed",)),
    "replaced": ("已更换", ("replaced",)),
}
_Faults = Mapping[str, list[str]]


@blueprint.get("/inspection")
@requires("draw.read")
def overview() -> ResponseReturnValue:
    before = forms.row_before(request.args.get("before"))
    with work().read(current_actor()) as session:
        tasks, following = plan.tasks(session, limit=PAGE, before=before)
        latest = listed_draws.latest(session, [task.public_id for task in tasks], on=session.today)
        return render_template(
            "inspection/overview.html",
            tasks=tasks,
            following=following,
            before=before,
            latest=latest,
            progress=visits.progress(session, [draw.public_id for draw in latest.values()]),
            today=session.today,
        )


@blueprint.get("/inspection/tasks/<public_id>")
@requires("draw.read")
def task(public_id: str) -> ResponseReturnValue:
    return _task_page(public_id)


@blueprint.post("/inspection/tasks/<public_id>/freeze")
@requires("draw.freeze")
def freeze(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            announced = announce.announced(session, public_id)
            draw_id = (
                announced.public_id if announced is not None else _announce(session, public_id).public_id
            )
            announced = announce.announced(session, public_id)
            ready = announced is not None and announced.complete
            if ready:
                conduct.freeze(session, session.actor, draw_id=draw_id)
    except Fault as refused:
        return _task_page(public_id, refused)
    if not ready:
        flash("抽取编号已公布，请各方提交承诺值。", "good")
        return redirect(url_for("inspection.task", public_id=public_id), 303)
    flash("名录已冻结。请核对后提交存证。", "good")
    return redirect(url_for("inspection.draw", public_id=draw_id), 303)


def _announce(session: WorkSession, task: str) -> AnnouncementRow:
    """The next draw of the task as the form plans it, sealed if a reason for that was chosen."""
    form = request.form
    plan_of_chance, supersedes = forms.plan_of_chance(form), form.get("supersedes") or None
    if not form.get("seal_ground"):
        return announce.announce(
            session, session.actor, task=task, plan=plan_of_chance, supersedes=supersedes
        )
    return announce_sealed(
        session,
        session.actor,
        task=task,
        plan=plan_of_chance,
        supersedes=supersedes,
        ground=form["seal_ground"],
        depositary=form.get("depositary", ""),
    )


@blueprint.post("/inspection/tasks/<public_id>/commitment")
@requires("draw.chance")
def hand_over(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            announce.hand_over(
                session,
                session.actor,
                draw_id=request.form.get("draw", ""),
                commitment=request.form.get("commitment", "").strip(),
            )
    except Fault as refused:
        return _task_page(public_id, refused)
    flash("承诺值已提交，不能更改。请妥善保管下载的随机数文件，揭示时需要。", "good")
    return redirect(url_for("inspection.task", public_id=public_id), 303)


@blueprint.post("/inspection/tasks/<public_id>/call-off")
@requires("draw.freeze")
def call_off(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            announce.call_off(session, session.actor, draw_id=request.form.get("draw", ""))
    except Fault as refused:
        return _task_page(public_id, refused)
    flash("公布的抽取已撤回，名录没有冻结。", "good")
    return redirect(url_for("inspection.task", public_id=public_id), 303)


def _task_page(public_id: str, refused: Fault | None = None) -> ResponseReturnValue:
    with work().read(current_actor()) as session:
        page = render_template(
            "inspection/task.html",
            task=plan.task(session, public_id),
            origin=plans.origin(session, public_id),
            rule=strata.rule(session.today),
            draws=listed_draws.of_task(session, public_id, on=session.today),
            announced=announce.announced(session, public_id),
            seal=announced_seal(session, public_id),
            seal_grounds=SEAL_GROUNDS,
            depositaries=[
                (one.username, f"{one.name}（{one.username}，{one.section}）")
                for one in depositaries(session)
            ],
            me=announce.username(session, current_actor()),
            people={member.username: member.name for member in everybody(session)},
            witnesses=[
                (member.username, f"{member.name}（{member.username}，{member.section}）")
                for member in everybody(session)
                if "witness" in member.roles
                and member.ended_at is None
                and member.public_id != current_actor().id
            ],
            chosen=request.form.getlist("by"),
            revealing=request.form.getlist("reveal"),
            kinds=draws.ENTROPY_KINDS,
            values=request.form,
            faults=forms.told(refused) if refused else {},
            today=session.today,
        )
    return page, refused.status if refused else 200


@blueprint.get("/inspection/draws/<public_id>")
@requires("draw.read")
def draw(public_id: str) -> ResponseReturnValue:
    return _draw_page(public_id)


@blueprint.post("/inspection/draws/<public_id>/commit")
@requires("draw.commit")
def commit(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            conduct.commit(session, session.actor, draw_id=public_id)
    except Fault as refused:
        return _draw_page(public_id, refused)
    flash("名录摘要已写入公开存证日志，可以开始掷骰子。", "good")
    return redirect(url_for("inspection.draw", public_id=public_id), 303)


@blueprint.post("/inspection/draws/<public_id>/chance")
@requires("draw.chance")
def chance(public_id: str) -> ResponseReturnValue:
    form = request.form
    try:
        # What is supplied can never be changed, so the form asks for it twice.
        if form.get("again", form.get("value", "")).replace(" ", "") != form.get("value", "").replace(
            " ", ""
        ):
            raise Invalid.field("again", "differs", "两次录入不一致，请核对后重新录入")
        with work().write(current_actor()) as session:
            conduct.supply(
                session,
                session.actor,
                draw_id=public_id,
                position=forms.whole_number(form.get("position", ""), "position"),
                value=form.get("value", ""),
                nonce=form.get("nonce") or None,
            )
    except Fault as refused:
        return _draw_page(public_id, refused)
    flash("已录入，不能更改。", "good")
    return redirect(url_for("inspection.draw", public_id=public_id), 303)


@blueprint.post("/inspection/draws/<public_id>/run")
@requires("draw.run")
def run(public_id: str) -> ResponseReturnValue:
    try:
        assign.draw_now(work(), current_actor(), draw_id=public_id)
    except Fault as refused:
        return _draw_page(public_id, refused)
    flash("抽取完成，记录已公开。", "good")
    return redirect(url_for("inspection.draw", public_id=public_id), 303)


@blueprint.post("/inspection/draws/<public_id>/void")
@requires("draw.void")
def void(public_id: str) -> ResponseReturnValue:
    form = request.form
    try:
        with work().write(current_actor()) as session:
            if form.get("confirm"):
                voiding.confirm(session, session.actor, draw_id=public_id)
            else:
                voiding.propose(
                    session,
                    session.actor,
                    draw_id=public_id,
                    ground=form.get("ground", ""),
                    note=form.get("note", ""),
                )
    except Fault as refused:
        return _draw_page(public_id, refused)
    flash("抽取已作废。" if form.get("confirm") else "已申请作废，须由另一人确认。", "good")
    return redirect(url_for("inspection.draw", public_id=public_id), 303)


def _draw_page(public_id: str, refused: Fault | None = None) -> ResponseReturnValue:
    with work().read(current_actor()) as session:
        page = render_template(
            "inspection/staff_draw.html",
            draw=draws.draw_page(
                session,
                public_id,
                on=session.today,
                frame_known=current_actor().may("draw.freeze") or current_actor().may(KNOW),
            ),
            me=announce.username(session, current_actor()),
            people={member.username: member.name for member in everybody(session)},
            grounds=GROUNDS,
            faults=forms.told(refused) if refused else {},
            values=request.form,
            today=session.today,
            now=session.now,
        )
    return page, refused.status if refused else 200


@blueprint.get("/visits")
@requires("visit.read")
def visit_list() -> ResponseReturnValue:
    shown = request.args.get("state", "")
    shown = shown if shown in _VISIT_LISTS else "open"
    mine, after = request.args.get("mine") == "1", request.args.get("after")
    with work().read(current_actor()) as session:
        own = plan.certificate_of(session, current_actor().id)
        listed, following = visits.worklist(
            session,
            states=_VISIT_LISTS[shown][1],
            certificate=own or "" if mine else None,
            limit=PAGE,
            after=after,
        )
        return render_template(
            "inspection/visits.html",
            visits=listed,
            following=following,
            after=after,
            shown=shown,
            lists=[(name, title) for name, (title, _) in _VISIT_LISTS.items()],
            mine=mine,
            own=own,
            today=session.today,
        )


@blueprint.get("/visits/<public_id>")
@requires("visit.read")
def visit(public_id: str) -> ResponseReturnValue:
    return _visit_page(public_id)


@blueprint.post("/visits/<public_id>")
@requires("visit.record")
def record_visit(public_id: str) -> ResponseReturnValue:
    form = request.form
    try:
        with work().write(current_actor()) as session:
            findings.note_finding(
                session,
                session.actor,
                visit=public_id,
                visited_on=forms.day(form.get("visited_on", ""), "visited_on"),
                codes=form.getlist("codes"),
                measure=form.get("measure", ""),
                note=form.get("note", "").strip(),
            )
    except Fault as refused:
        return _visit_page(public_id, refused)
    flash("检查结果已记录，等待另一人复核。", "good")
    return redirect(url_for("inspection.visit", public_id=public_id), 303)


@blueprint.post("/visits/<public_id>/ask")
@requires(replace.ASK)
def ask(public_id: str) -> ResponseReturnValue:
    form = request.form
    try:
        with work().write(current_actor()) as session:
            replace.ask(
                session,
                session.actor,
                visit=public_id,
                seat=None if form.get("seat") == "unit" else forms.whole_number(form.get("seat", ""), "seat"),
                ground=form.get("ground", ""),
                reason=form.get("reason", ""),
            )
    except Fault as refused:
        return _visit_page(public_id, refused)
    flash("已申请，由另一人决定。", "good")
    return redirect(url_for("inspection.visit", public_id=public_id), 303)


@blueprint.post("/visits/<public_id>/requests/<substitution>")
@requires(replace.DECIDE)
def decide(public_id: str, substitution: str) -> ResponseReturnValue:
    granted = request.form.get("granted") == "yes"
    try:
        with work().write(current_actor()) as session:
            goes_on = replace.decide(session, session.actor, substitution=substitution, granted=granted)
    except Fault as refused:
        return _visit_page(public_id, refused)
    flash("已同意，递补由抽取种子确定，记录已公开。" if granted else "已记录不同意。", "good")
    return redirect(url_for("inspection.visit", public_id=goes_on or public_id), 303)


def _visit_page(public_id: str, refused: Fault | None = None) -> ResponseReturnValue:
    with work().read(current_actor()) as session:
        found = visits.visit(session, public_id)
        page = render_template(
            "inspection/visit.html",
            visit=found,
            own=plan.certificate_of(session, current_actor().id),
            recorder=names(session, [found.recorded_by]).get(found.recorded_by)
            if found.recorded_by
            else None,
            table=codes.table(),
            is_sealed=is_closed(session, found.draw),
            seats=replace.seats(session, public_id),
            together=joint.of(session, public_id),
            requests=replace.requests(session, public_id),
            seat_grounds=substitute.SEAT_GROUNDS,
            unit_grounds=substitute.UNIT_GROUNDS,
            values=request.form,
            faults=forms.told(refused) if refused else {},
            today=session.today,
        )
    return page, refused.status if refused else 200

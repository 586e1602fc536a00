"""Staff pages of the directory of inspectors, and each inspector's own page of leave and recusals."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from inspection.plan import draft
from inspection.plan.directory import change as particulars
from inspection.plan.directory import find as directory
from inspection.plan.directory import leave as leaves
from inspection.web import plan_forms, sheets
from inspection.web.forms import told
from registry.accounts.staff import names
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Fault, NotFound
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.roster import find
from registry.roster.kinds import titles
from registry.web.roster import districts

blueprint = Blueprint(
    "inspectors", __name__, url_prefix="/staff/inspection/inspectors", template_folder="templates"
)

PAGE = 50
_FILTERS = ("q", "kind", "district", "state")
_HEADINGS = ("执法证号", "姓名", "单位", "所在区", "检查范围", "可任组长", "证件有效期至", "状态")


@blueprint.get("")
@requires("draw.read")
def index() -> ResponseReturnValue:
    asked = {name: request.args.get(name, "").strip()[:100] for name in _FILTERS}
    after = request.args.get("after")
    with work().read() as session:
        listed, following = directory.inspectors(session, on=session.today, limit=PAGE, after=after, **asked)
    kept: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return render_template(
        "inspection/plan/inspectors.html",
        inspectors=listed,
        asked=asked,
        kinds=list(titles().items()),
        districts=districts(),
        states=list(directory.STATES.items()),
        first=url_for("inspectors.index", **kept) if after else None,
        more=url_for("inspectors.index", **kept, after=following) if following else None,
    )


@blueprint.get("/directory.xlsx")
@requires("draw.read")
def xlsx() -> Response:
    with work().read() as session:
        listed, _ = directory.inspectors(session, on=session.today, limit=100_000)
    rows = [
        (
            one.certificate,
            one.name,
            one.unit,
            one.district,
            "、".join(one.kinds),
            "是" if one.lead else "否",
            one.valid_until.isoformat(),
            directory.STATES[one.state],
        )
        for one in listed
    ]
    return sheets.xlsx_answer("directory", "检查人员名录", _HEADINGS, rows)


@blueprint.get("/<string(length=16):public_id>")
@requires("draw.read")
def page(public_id: str) -> ResponseReturnValue:
    return _page(public_id)


@blueprint.get("/mine")
@requires(particulars.OWN)
def mine() -> ResponseReturnValue:
    """我的回避与请假: the account's own inspector."""
    with work().read() as session:
        public_id = directory.own(session, current_actor().id)
        if public_id is None:
            return render_template("inspection/plan/inspector_none.html")
    return _page(public_id)


def _page(public_id: str, refused: Fault | None = None, *, asked: str = "") -> ResponseReturnValue:
    """Reasons are shown to whoever keeps the directory and to the inspector, and to nobody else."""
    with work().read() as session:
        shown = directory.inspector(session, public_id)
        own = directory.own(session, current_actor().id) == public_id
        answer = render_template(
            "inspection/plan/inspector.html",
            inspector=shown,
            own=own,
            keeps=current_actor().may("inspection.plan"),
            trusted=own or current_actor().may("inspection.plan"),
            accounts=directory.accounts(session),
            asked=asked,
            hits=_subjects(session, asked) if asked else [],
            people=names(session, [one.by for one in shown.changes]),
            states=directory.STATES,
            values=request.form,
            faults=told(refused) if refused else {},
            today=session.today,
        )
    return answer, refused.status if refused else 200


def _subjects(session: WorkSession, asked: str) -> list[tuple[str, str]]:
    """Whom a recusal may be from: (public id, name) of organisations and people whose name or number this is."""
    hits = [*find.by_name(session, asked), *find.people_by_name(session, asked)]
    found = {hit.public_id: hit.name for hit in hits}
    if not found:
        found = {hit.public_id: hit.name for hit in find.search(session, asked, limit=10)}
    return list(found.items())[:20]


@blueprint.route("/<string(length=16):public_id>/change", methods=["GET", "POST"])
@requires("inspection.plan")
def change(public_id: str) -> ResponseReturnValue:
    values: Mapping[str, Any] = request.form
    chosen = request.form.getlist("kinds")
    faults: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            wanted = plan_forms.particulars(request.form)
            with work().write(current_actor()) as session:
                particulars.change(session, session.actor, inspector=public_id, particulars=wanted)
        except Fault as refused:
            faults = told(refused)
        else:
            flash("已变更，原来的内容留在历史中。", "good")
            return redirect(url_for("inspectors.page", public_id=public_id), 303)
    with work().read() as session:
        shown = directory.inspector(session, public_id)
    if request.method == "GET":
        chosen = list(shown.kind_codes)
        values = vars(shown.line) | {"district": shown.district_code, "lead": "1" if shown.line.lead else ""}
    answer = render_template(
        "inspection/plan/inspector_form.html",
        inspector=shown,
        values=values,
        chosen=chosen,
        faults=faults,
        kinds=list(titles().items()),
        districts=districts(),
    )
    return answer, 422 if faults else 200


@blueprint.post("/<string(length=16):public_id>/end")
@requires("inspection.plan")
def end(public_id: str) -> ResponseReturnValue:
    try:
        typed = plan_forms.Typed(request.form)
        on = typed.day("ended_on")
        typed.checked("离岗填写有误")
        with work().write(current_actor()) as session:
            particulars.end(session, session.actor, inspector=public_id, on=on)
    except Fault as refused:
        return _page(public_id, refused)
    return _done(public_id, "已登记离岗。")


@blueprint.post("/<string(length=16):public_id>/account")
@requires("inspection.plan")
def account(public_id: str) -> ResponseReturnValue:
    text = request.form.get("account", "")
    try:
        with work().write(current_actor()) as session:
            offered = [str(row) for row, _ in directory.accounts(session)]
            if text and text not in offered:
                raise NotFound("没有这个可以关联的账号")
            draft.link_account(
                session, session.actor, inspector=public_id, staff_id=int(text) if text else None
            )
    except Fault as refused:
        return _page(public_id, refused)
    return _done(public_id, "账号已关联。" if text else "账号已解除关联。")


@blueprint.post("/<string(length=16):public_id>/leave")
@requires("draw.read")
def leave(public_id: str) -> ResponseReturnValue:
    try:
        typed = plan_forms.Typed(request.form)
        starts_on, ends_on = typed.day("starts_on"), typed.day("ends_on")
        typed.checked("请假填写有误")
        with work().write(current_actor()) as session:
            leaves.take_leave(
                session,
                session.actor,
                inspector=public_id,
                starts_on=starts_on,
                ends_on=ends_on,
                reason=typed.text("reason"),
            )
    except Fault as refused:
        return _page(public_id, refused)
    return _done(public_id, "请假已登记，起止日期对外公示，事由不公示。")


@blueprint.post("/<string(length=16):public_id>/leave/<string(length=16):leave_id>/end")
@requires("draw.read")
def take_back_leave(public_id: str, leave_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            leaves.take_back_leave(session, session.actor, leave=leave_id)
    except Fault as refused:
        return _page(public_id, refused)
    return _done(public_id, "已销假。")


@blueprint.post("/<string(length=16):public_id>/recusals")
@requires("draw.read")
def recuse(public_id: str) -> ResponseReturnValue:
    """The form asks twice: first for a name, which stays out of addresses, then which of those found is meant."""
    if (asked := request.form.get("asked", "").strip()[:100]) and "subject" not in request.form:
        return _page(public_id, asked=asked)
    try:
        with work().write(current_actor()) as session:
            draft.declare_recusal(
                session,
                session.actor,
                inspector=public_id,
                organisation=request.form.get("subject", ""),
                reason=request.form.get("recusal_reason", ""),
            )
    except Fault as refused:
        return _page(public_id, refused, asked=asked)
    return _done(public_id, "回避已登记，对象列入名录公示，事由不公示。")


@blueprint.post("/<string(length=16):public_id>/recusals/<int:recusal>/lift")
@requires("inspection.plan")
def lift(public_id: str, recusal: int) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            leaves.lift_recusal(session, session.actor, recusal=recusal)
    except Fault as refused:
        return _page(public_id, refused)
    return _done(public_id, "回避已解除。")


def _done(public_id: str, message: str) -> ResponseReturnValue:
    flash(message, "good")
    return redirect(url_for("inspectors.page", public_id=public_id), 303)

"""Staff's pages for two records of one person: likely duplicates, proposals, and a second person's decision."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts import staff
from registry.credit import merging
from registry.kernel.access import current_actor, requires
from registry.kernel.clock import local_day
from registry.kernel.faults import Conflict, Invalid, NotFound
from registry.kernel.host import work
from registry.kernel.part import Duty, Worklist
from registry.kernel.work import WorkSession
from registry.roster import duplicates, find, merge
from registry.web.roster import EDIT, READ
from registry.web.roster_edit import faults_of

blueprint = Blueprint("roster_merge", __name__, url_prefix="/staff/roster")

SHOWN = 50


def to_confirm(session: WorkSession, limit: int) -> Sequence[Duty]:
    """What waits for a second person."""
    return [
        Duty(
            title=f"{'确认拆分' if one.undoes else '确认合并'}：{one.kept[1]}",
            endpoint="roster_merge.show",
            values={"merge_id": one.public_id},
            since=local_day(one.proposed_at),
            barred=frozenset({one.proposed_by}),
        )
        for one in duplicates.waiting(session, limit=limit)
    ]


WORKLIST = Worklist("待确认的档案合并", merge.CONFIRM, to_confirm)


@blueprint.get("/duplicates")
@requires(EDIT)
def index() -> ResponseReturnValue:
    after = request.args.get("after", "")[:200]
    with work().read() as session:
        suggestions, following = duplicates.suggestions(session, limit=SHOWN, after=after)
        waiting = duplicates.waiting(session, limit=SHOWN)
        names = staff.names(session, {one.proposed_by for one in waiting})
    return render_template(
        "registry/roster/duplicates.html",
        suggestions=suggestions,
        waiting=waiting,
        names=names,
        first=url_for("roster_merge.index") if after else None,
        more=url_for("roster_merge.index", after=following) if following else None,
    )


@blueprint.get("/practitioners/<public_id>/merge")
@requires(EDIT)
def new(public_id: str) -> ResponseReturnValue:
    return _form(public_id, {"other": request.args.get("other", "")})


@blueprint.post("/practitioners/<public_id>/merge")
@requires(EDIT)
def propose(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            kept = find.practitioner(session, public_id)
            other = _other(session, request.form.get("other", ""))
            done = merge.propose(
                session, session.actor, kept=kept, absorbed=other, reason=request.form.get("reason", "")
            )
    except (Invalid, Conflict) as refusal:
        return _form(public_id, request.form, faults_of(refusal, "other")), refusal.status
    flash("合并申请已提交，等待另一人确认。", "good")
    return redirect(url_for("roster_merge.show", merge_id=done.public_id), 303)


def _other(session: WorkSession, text: str) -> find.Found:
    """The other record, by its licence number or by the id in its page's address."""
    text = text.strip()
    people = [one for one in find.by_licence(session, text) if one.kind == "practitioner"]
    if not people and len(text) == 16 and text.isascii():
        with suppress(NotFound):
            one = find.practitioner(session, text)
            people = [find.Found("practitioner", one.id, one.public_id, one.name)]
    if len(people) != 1:
        message = (
            "没有找到这份档案，请填写另一份档案的执业证号" if not people else "有几份档案用过这个执业证号"
        )
        raise Invalid.field("other", "unknown-person", message)
    return people[0]


def _form(public_id: str, values: Mapping[str, str], faults: dict[str, list[str]] | None = None) -> str:
    with work().read() as session:
        kept = find.practitioner(session, public_id)
        try:
            other = find.practitioner(session, _other(session, values.get("other", "")).public_id)
        except Invalid:
            other = None
    return render_template(
        "registry/roster/merge_new.html", kept=kept, other=other, values=values, faults=faults or {}
    )


@blueprint.get("/merges/<merge_id>")
@requires(READ)
def show(merge_id: str) -> ResponseReturnValue:
    with work().read() as session:
        found = duplicates.merge(session, merge_id)
        kept = find.practitioner(session, found.kept[0])
        other = find.practitioner(session, found.absorbed[0])
        names = staff.names(session, filter(None, (found.proposed_by, found.decided_by)))
    return render_template(
        "registry/roster/merge.html",
        merge=found,
        persons=[kept] if kept.id == other.id else [kept, other],
        names=names,
        may_confirm=current_actor().may(merge.CONFIRM) and found.proposed_by != current_actor().id,
        may_decline=current_actor().may(merge.CONFIRM) or found.proposed_by == current_actor().id,
    )


@blueprint.post("/merges/<merge_id>/confirm")
@requires(merge.CONFIRM)
def confirm(merge_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        merging.confirm(session, session.actor, merge=merge_id)
        found = duplicates.merge(session, merge_id)
    flash("档案已拆分。" if found.undoes else "档案已合并。", "good")
    return redirect(url_for("roster.practitioner", public_id=found.kept[0]), 303)


@blueprint.post("/merges/<merge_id>/decline")
@requires(EDIT)
def decline(merge_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        merge.decline(session, session.actor, merge=merge_id)
    flash("档案保持原样。", "good")
    return redirect(url_for("roster_merge.show", merge_id=merge_id), 303)


@blueprint.post("/merges/<merge_id>/split")
@requires(EDIT)
def split(merge_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        reason = request.form.get("reason", "")
        done = merge.propose_split(session, session.actor, merge=merge_id, reason=reason)
    flash("拆分申请已提交，等待另一人确认。", "good")
    return redirect(url_for("roster_merge.show", merge_id=done.public_id), 303)

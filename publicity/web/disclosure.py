"""公开属性: proposed on its release, the register of what is not told by itself with its assessments, and the public's counts."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint as ApiBlueprint
from marshmallow import Schema, fields

from publicity.disclosure import attributes, decide, find
from publicity.disclosure.attributes import GROUNDS, NOT_TOLD, PROACTIVE, REVIEW, TITLES
from publicity.disclosure.find import Asked, Counts, OfRelease
from publicity.lookup.files import Row, Table
from publicity.release import find as releases
from publicity.release.draft import title_of_kind
from publicity.release.find import Brief
from publicity.web.files import FORMS, sent
from registry.credit.catalogue import add_months
from registry.kernel.access import current_actor, public, requires
from registry.kernel.faults import Conflict, Fault, Invalid, Refused
from registry.kernel.host import work
from registry.roster.cells import CellFault, read_date
from registry.web.forms import faults_by_path

READ = "disclosure.read"
PAGE = 50

blueprint = Blueprint("disclosure", __name__)
api = ApiBlueprint("disclosure-api", __name__, description="公开属性统计")


@blueprint.app_template_global("attribute_of")
def attribute_of(release: str) -> OfRelease | None:
    """The attribute of a release's fact, for the release's own page."""
    with work().read() as session:
        return find.of_release(session, current_actor(), release)


@blueprint.app_template_global("proposed_attributes")
def proposed_attributes(releases: Sequence[Brief]) -> Mapping[str, str]:
    """The titles of the attributes that wait for the approval of these releases, by public id, for lists."""
    with work().read() as session:
        found = find.proposed(session, [one.public_id for one in releases])
    return {release: TITLES[ground.attribute] for release, ground in found.items()}


def _grounds(*wanted: str) -> list[tuple[str, str]]:
    return [
        (code, f"{TITLES[ground.attribute]}：{ground.title}（{ground.basis}）")
        for code, ground in GROUNDS.items()
        if ground.attribute in wanted
    ]


@blueprint.get("/staff/releases/<public_id>/disclosure")
@requires("release.read")
def propose_form(public_id: str) -> ResponseReturnValue:
    return _propose_form(public_id, {})


@blueprint.post("/staff/releases/<public_id>/disclosure")
@requires("release.read")
def propose(public_id: str) -> ResponseReturnValue:
    """Who may propose in which step is the use case's to say. The ground tells its attribute."""
    form = request.form
    revision = form.get("revision", type=int)
    try:
        with work().write(current_actor()) as session:
            decide.propose(
                session,
                session.actor,
                release=public_id,
                revision=revision if revision is not None else -1,
                ground=form.get("ground", ""),
                reason=form.get("reason", ""),
            )
    except (Invalid, Conflict) as fault:
        return _propose_form(public_id, _told(fault)), fault.status
    flash("公开属性已提出，随本件审核确定。")
    return redirect(url_for("release.release", public_id=public_id), 303)


def _propose_form(public_id: str, faults: Mapping[str, list[str]]) -> str:
    actor = current_actor()
    with work().read() as session:
        attribute = find.of_release(session, actor, public_id)
        page = releases.page(session, actor, public_id)
    if attribute is None:
        raise Conflict("这类记录没有公开属性", rule="no_fact")
    return render_template(
        "publicity/disclosure_propose.html",
        release=page,
        attribute=attribute,
        grounds=_grounds(*TITLES),
        titles=TITLES,
        values=request.form,
        faults=faults,
    )


def _told(fault: Fault) -> dict[str, list[str]]:
    return faults_by_path(fault) if isinstance(fault, Invalid) else {"": [fault.title]}


@blueprint.get("/staff/disclosure")
@requires(READ)
def index() -> ResponseReturnValue:
    return _index({})


def _index(faults: Mapping[str, list[str]]) -> str:
    asked = _asked()
    with work().read() as session:
        listed, following = find.listed(
            session, asked, after=_place(request.args.get("after", "")), limit=PAGE
        )
        figures = find.counts(session)
        today = session.today
    return render_template(
        "publicity/disclosure.html",
        entries=listed,
        asked=asked,
        following=f"{following[0].isoformat()}.{following[1]}" if following else None,
        figures=figures,
        today=today,
        latest=add_months(today, REVIEW.months),
        review=REVIEW,
        titles=TITLES,
        attributes=[(code, TITLES[code]) for code in NOT_TOLD],
        kinds=[(kind, title_of_kind(kind)) for kind in figures.kinds],
        grounds=_grounds(*NOT_TOLD),
        ground_titles=GROUNDS,
        values=request.form or asked.parameters,
        faults=faults,
    )


def _asked() -> Asked:
    given = request.args
    return Asked(
        given.get("attribute", "") if given.get("attribute") in NOT_TOLD else "",
        given.get("kind", "")[:32],
        given.get("ground", "") if given.get("ground") in GROUNDS else "",
        given.get("due") == "1",
    )


def _place(text: str) -> tuple[date, int] | None:
    day, _, number = text.partition(".")
    try:
        return date.fromisoformat(day), min(int(number), 2**53)
    except ValueError:
        return None


@blueprint.get("/staff/disclosure/<string(length=16):public_id>")
@requires(READ)
def entry(public_id: str) -> ResponseReturnValue:
    return _entry(public_id, {})


def _entry(public_id: str, faults: Mapping[str, list[str]]) -> str:
    actor = current_actor()
    with work().read() as session:
        page = find.page(session, public_id)
        today = session.today
    return render_template(
        "publicity/disclosure_entry.html",
        entry=page,
        titles=TITLES,
        may_review=actor.may(decide.REVIEW_BY) and not page.told and actor.id not in page.barred,
        barred=actor.may(decide.REVIEW_BY) and actor.id in page.barred,
        today=today,
        latest=add_months(today, REVIEW.months),
        review=REVIEW,
        keeping=_grounds(*NOT_TOLD),
        opening=_grounds(PROACTIVE),
        values=request.form,
        faults=faults,
    )


@blueprint.post("/staff/disclosure/keep")
@requires(decide.REVIEW_BY)
def keep_many() -> ResponseReturnValue:
    """Many entries alike are assessed at once; each keeps a ground, a reason and a day of its own."""
    try:
        count = _keep(request.form.getlist("entries"))
    except (Invalid, Conflict, Refused) as fault:
        return _index(_told(fault)), fault.status
    flash(f"已评估 {count} 条，维持不主动公开。")
    return redirect(url_for("disclosure.index", due=1), 303)


@blueprint.post("/staff/disclosure/<string(length=16):public_id>/keep")
@requires(decide.REVIEW_BY)
def keep(public_id: str) -> ResponseReturnValue:
    try:
        _keep([public_id])
    except (Invalid, Conflict) as fault:
        return _entry(public_id, _told(fault)), fault.status
    flash("已评估，维持不主动公开。")
    return redirect(url_for("disclosure.entry", public_id=public_id), 303)


def _keep(entries: list[str]) -> int:
    form = request.form
    try:
        typed = read_date(form.get("next_on", "")[:20])
    except CellFault as fault:
        raise Invalid.field("next_on", fault.rule, fault.message) from fault
    with work().write(current_actor()) as session:
        kept = decide.keep(
            session,
            session.actor,
            entries=entries,
            ground=form.get("ground", ""),
            reason=form.get("reason", ""),
            next_on=date.fromisoformat(typed) if typed else None,
        )
        return len(kept)


@blueprint.post("/staff/disclosure/<string(length=16):public_id>/open")
@requires(decide.REVIEW_BY)
def open_(public_id: str) -> ResponseReturnValue:
    form = request.form
    try:
        with work().write(current_actor()) as session:
            release = decide.open_(
                session,
                session.actor,
                entry=public_id,
                ground=form.get("open_ground", ""),
                reason=form.get("open_reason", ""),
            ).public_id
    except (Invalid, Conflict) as fault:
        told = {f"open_{path}" if path else "": messages for path, messages in _told(fault).items()}
        return _entry(public_id, told), fault.status
    flash("已转为主动公开，进入公开流程。")
    return redirect(url_for("release.release", public_id=release), 303)


def _counts() -> tuple[Counts, date]:
    with work().read() as session:
        return find.counts(session), session.today


@blueprint.get("/disclosure-attributes")
@public
def counted() -> ResponseReturnValue:
    """How much is told by itself, on request and not at all; nothing of what it says."""
    figures, today = _counts()
    return render_template(
        "publicity/disclosure_counts.html",
        figures=figures,
        today=today,
        review=REVIEW,
        attributes=list(TITLES.items()),
        ground_titles=GROUNDS,
        few=_few,
    )


def _few(count: int) -> str:
    """A small number could tell of whom a ground speaks."""
    return str(count) if count >= REVIEW.least else f"<{REVIEW.least}"


@blueprint.get(f"/disclosure-attributes.{FORMS}")
@public
def counted_file(form: str) -> ResponseReturnValue:
    figures, _ = _counts()
    rows: list[Row] = [
        (title_of_kind(kind), *(figures.of(kind, attribute) for attribute in TITLES))
        for kind in figures.kinds
    ]
    rows.append(("合计", *(figures.total(attribute) for attribute in TITLES)))
    return sent(Table("disclosure-attributes", "公开属性统计", ("类别", *TITLES.values()), rows), form)


class AttributeCountSchema(Schema):
    kind = fields.String(required=True, metadata={"description": "公示类别"})
    attribute = fields.String(required=True, metadata={"description": "proactive、request 或 closed"})
    count = fields.Integer(required=True)


class GroundCountSchema(Schema):
    ground = fields.String(required=True)
    title = fields.String(required=True)
    basis = fields.String(required=True)
    count = fields.String(required=True, metadata={"description": "过小的数字只写“<n”"})


class AttributesSchema(Schema):
    on = fields.Date(required=True)
    counts = fields.List(fields.Nested(AttributeCountSchema), required=True)
    grounds = fields.List(fields.Nested(GroundCountSchema), required=True)
    assessed = fields.Integer(required=True, metadata={"description": "本年评估的不主动公开信息"})
    opened = fields.Integer(required=True, metadata={"description": "其中转为主动公开的"})
    overdue = fields.Integer(required=True, metadata={"description": "逾期未评估的"})


@api.route("/disclosure-attributes.json")
@public
@api.response(200, AttributesSchema)
def counted_json() -> Mapping[str, Any]:
    """公开属性统计：各类信息主动公开、依申请公开、不予公开的件数，不含内容"""
    figures, today = _counts()
    return {
        "on": today,
        "counts": [
            {"kind": one.of, "attribute": one.attribute, "count": one.number} for one in figures.by_kind
        ],
        "grounds": [
            {
                "ground": one.of,
                "title": attributes.GROUNDS[one.of].title,
                "basis": attributes.GROUNDS[one.of].basis,
                "count": _few(one.number),
            }
            for one in figures.by_ground
        ],
        "assessed": figures.assessed,
        "opened": figures.opened,
        "overdue": figures.overdue,
    }

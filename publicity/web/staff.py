"""Staff pages: the work list of releases, one release with its six steps, notices and how they end."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from publicity.feed import checks
from publicity.feed import find as deliveries
from publicity.notices import amend, changes, content, end, publish
from publicity.notices import find as notices
from publicity.notices.find import Shown
from publicity.release import allowed, archive, decide, states
from publicity.release import find as releases
from publicity.release.channels import note as publications
from publicity.release.consultation import find as consultations
from publicity.release.consultation import rules
from publicity.release.redaction import find as redactions
from publicity.release.redaction import history
from publicity.release.redaction.words import KINDS
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Conflict, FieldFault, Gone, Invalid
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.web import rights
from registry.web.forms import faults_by_path

blueprint = Blueprint("release", __name__, url_prefix="/staff", template_folder="templates")

PAGE = 50


class Outcome(NamedTuple):
    """What came of a step on one of many releases; `refused` says why it was not taken."""

    release: str
    title: str
    refused: str | None


@blueprint.get("/releases")
@requires("release.read")
def index() -> ResponseReturnValue:
    return release_list()


def release_list(outcomes: Sequence[Outcome] = ()) -> ResponseReturnValue:
    """The work list; with what came of a step taken on many at once, where some were refused."""
    state, after = request.args.get("state"), request.args.get("after")
    actor = current_actor()
    with work().read() as session:
        if state is None:
            listed, following = releases.mine(session, actor, after=after, limit=PAGE)
        else:
            known = state if state in states.STATES else None
            listed, following = releases.everything(session, state=known, after=after, limit=PAGE)
        published = notices.of_releases(session, [brief.id for brief in listed if brief.title is None])
        fallen = notices.fallen(session) if state is None and actor.may("notice.withdraw") else []
        page = render_template(
            "publicity/releases.html",
            releases=listed,
            following=following,
            published=published,
            state=state,
            states=states.STATES,
            counts=releases.counts(session),
            fallen=fallen,
            steps=[step for step in states.STEPS if any(step.name == brief.step for brief in listed)],
            outcomes=outcomes,
            chosen={one.release for one in outcomes if one.refused} or set(request.args.getlist("chosen")),
            everything="all" in request.args,
            today=session.today,
        )
    return page, 409 if any(one.refused for one in outcomes) else 200


@blueprint.get("/releases/<public_id>")
@requires("release.read")
def release(public_id: str) -> ResponseReturnValue:
    return release_page(public_id, {})


@blueprint.get("/releases/of/<event>")
@requires("release.read")
def of_event(event: str) -> ResponseReturnValue:
    """The release of a credit event, for pages that know the event alone. Not found while there is none."""
    with work().read() as session:
        return redirect(url_for("release.release", public_id=releases.of_event(session, event)), 303)


@blueprint.post("/releases/<public_id>/steps/<step>")
@requires("release.read")
def take(public_id: str, step: str) -> ResponseReturnValue:
    """Any of the six steps; who may take which is the use case's to say."""
    note = request.form.get("note", "")
    given: dict[str, Any] = {"release": public_id, "revision": revision(), "note": note}
    fill = {code[5:]: text for code, text in request.form.items() if code.startswith("fill.")}
    try:
        with work().write(current_actor()) as session:
            take_step(session, step, fill=fill, **given)
    except (Invalid, Conflict) as fault:
        return _refused(public_id, fault)
    flash(f"已{states.step_named(step).title}。")
    return redirect(url_for("release.release", public_id=public_id), 303)


def take_step(
    session: WorkSession, step: str, *, fill: Mapping[str, str] | None = None, **given: Any
) -> None:
    """Any of the six; `given` are release, revision and note. Raises what the use cases raise."""
    if step == "propose":
        decide.propose(session, session.actor, fill=fill, **given)
    elif step == "publish":
        publish.publish(session, session.actor, **given)
    elif step == "archive":
        archive.archive(session, session.actor, **given)
    else:
        decide.review(session, session.actor, step=step, **given)


@blueprint.post("/releases/<public_id>/send-back")
@requires("release.read")
def send_back(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            decide.send_back(
                session,
                session.actor,
                release=public_id,
                revision=revision(),
                reason=request.form.get("reason", ""),
            )
    except (Invalid, Conflict) as fault:
        return _refused(public_id, fault)
    flash("已退回经办人。")
    return redirect(url_for("release.release", public_id=public_id), 303)


@blueprint.get("/notices")
@requires("release.read")
def notice_list() -> ResponseReturnValue:
    before = request.args.get("before", type=int)
    before = before if before is not None and 0 < before < 2**53 else None
    with work().read() as session:
        listed, following = notices.listed(session, before=before, limit=PAGE)
        fallen = notices.fallen(session) if before is None else []
        today = session.today
    return render_template(
        "publicity/staff_notices.html", notices=listed, following=following, fallen=fallen, today=today
    )


@blueprint.get("/notices/<public_id>")
@requires("release.read")
def notice(public_id: str) -> ResponseReturnValue:
    return _notice(public_id, {})


@blueprint.post("/notices/<public_id>/withdraw")
@requires("notice.withdraw")
def withdraw(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            end.withdraw(session, session.actor, notice=public_id, ground=request.form.get("ground", ""))
    except Invalid as invalid:
        return _notice(public_id, faults_by_path(invalid))
    flash("已撤下，公示内容已删除。")
    return redirect(url_for("release.notice_list"), 303)


@blueprint.post("/notices/<public_id>/amend")
@requires("notice.correct")
def take_in(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        amend.amend(session, session.actor, notice=public_id)
    flash("公示已按更正后的记录更正。")
    return redirect(url_for("release.notice", public_id=public_id), 303)


@blueprint.post("/notices/<public_id>/marks")
@requires("notice.mark")
def mark(public_id: str) -> ResponseReturnValue:
    by_hand = set(request.form.getlist("marks")) - content.REGISTERED_MARKS
    with work().write(current_actor()) as session:
        # Held before it is read: what the register marks meanwhile would be taken off again.
        publish.current(session, public_id)
        shown = notices.notice(session, public_id)
        registered = (
            content.REGISTERED_MARKS.intersection(shown.body["marks"]) if isinstance(shown, Shown) else ()
        )
        publish.mark(session, session.actor, notice=public_id, marks=[*by_hand, *registered])
    flash("标注已更新。")
    return redirect(url_for("release.notice", public_id=public_id), 303)


def _refused(public_id: str, fault: Invalid | Conflict) -> ResponseReturnValue:
    """The release as it stands now, with why the step was not taken, and what was typed."""
    page, _ = release_page(public_id, _by_field(fault) if isinstance(fault, Invalid) else rights.told(fault))
    return page, fault.status


def release_page(public_id: str, faults: Mapping[str, list[str]]) -> tuple[str, int]:
    """One release as the present actor sees it; with faults as a refused form."""
    with work().read() as session:
        page = releases.page(session, current_actor(), public_id)
        reviewing = page.mine is not None and page.mine.name == "secrecy_review"
        redaction = redactions.for_review(session, public_id) if reviewing else None
        covered = redactions.summary(session, public_id)
        steps_taken = history.steps(session, public_id)
        consulted = consultations.of_release(session, current_actor(), public_id)
        placed = publications.publications(session, public_id)
        published = notices.of_releases(session, [page.brief.id]).get(page.brief.id)
        told = deliveries.of_notice(session, published.public_id) if published else []
        announced = checks.of_release(session, public_id)
        today = session.today
    rendered = render_template(
        "publicity/release.html",
        checks=announced,
        release=page,
        published=published,
        shown=published if isinstance(published, Shown) else None,
        columns=allowed.in_order(page.kind, page.columns),
        redaction=redaction,
        covered=covered,
        history=steps_taken,
        publications=placed,
        deliveries=told,
        channels=list(publications.CHANNELS.items()),
        consultations=consulted,
        concerns=list(rules.CONCERNS.items()),
        answers=list(rules.ANSWERS.items()),
        decisions=list(rules.DECISIONS.items()),
        consultation_basis=rules.BASIS,
        consultation_clock=rules.CLOCK,
        kinds=[(code, kind.title) for code, kind in KINDS.items()],
        steps=[step.title for step in states.STEPS],
        today=today,
        faults=faults,
        values=request.form,
    )
    return rendered, 422 if faults else 200


def _notice(public_id: str, faults: Mapping[str, list[str]]) -> ResponseReturnValue:
    with work().read() as session:
        shown = notices.notice(session, public_id)
        pending = amend.pending_of(session, public_id)
        if not isinstance(shown, Shown):
            raise Gone("这条公示已经结束")
        changed = changes.between_versions(session, shown)
    page = render_template(
        "publicity/staff_notice.html",
        notice=shown,
        pending=pending,
        changed=changed,
        grounds=[
            (ground, content.GROUNDS[ground])
            for ground in content.WITHDRAWABLE
            if ground not in content.FOLLOWING
        ],
        marks=[
            (name, title) for name, title in content.MARKS.items() if name not in content.REGISTERED_MARKS
        ],
        faults=faults,
        values=request.form,
    )
    return page, 422 if faults else 200


def revision() -> int:
    """The revision of the release that the form was filled in on. Raises Invalid without one."""
    text = request.form.get("revision", "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid.field("revision", "required", "页面已过期，请刷新后重试")
    return int(text)


def _by_field(invalid: Invalid) -> dict[str, list[str]]:
    """Messages by the form's own fields: a filled-in column is called `fill.<code>` there."""
    renamed = [FieldFault(f.path.replace("columns.", "fill.", 1), f.rule, f.message) for f in invalid.fields]
    return faults_by_path(Invalid(invalid.title, renamed))

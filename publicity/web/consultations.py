"""征求第三方意见: the part of the page of a release on which it is asked, answered and decided, and the two letters."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from publicity.papers import consultation as letters
from publicity.release.consultation import consult, find
from publicity.web.staff import release_page, revision
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Conflict, Invalid
from registry.kernel.host import settings, work
from registry.kernel.work import WorkSession
from registry.web import papers
from registry.web.forms import faults_by_path

blueprint = Blueprint("consultations", __name__, url_prefix="/staff/releases/<public_id>/consultations")


@blueprint.post("")
@requires("release.read")
def ask(public_id: str) -> ResponseReturnValue:
    form = request.form

    def act(session: WorkSession) -> None:
        consult.ask(
            session,
            session.actor,
            release=public_id,
            revision=revision(),
            concern=form.get("concern", ""),
            name=form.get("name", ""),
            address=form.get("address", ""),
            about=form.get("about", ""),
        )

    return _done(public_id, "已开始征求意见，请打印征求意见书送达第三方。", act)


@blueprint.post("/<consultation>/receive")
@requires("release.read")
def receive(public_id: str, consultation: str) -> ResponseReturnValue:
    def act(session: WorkSession) -> None:
        consult.receive(session, session.actor, consultation=consultation, on=_day())

    return _done(public_id, "送达日期已登记。", act)


@blueprint.post("/<consultation>/answer")
@requires("release.read")
def answer(public_id: str, consultation: str) -> ResponseReturnValue:
    form = request.form

    def act(session: WorkSession) -> None:
        consult.answer(
            session,
            session.actor,
            consultation=consultation,
            on=_day(),
            outcome=form.get("outcome", ""),
            words=form.get("opinion", ""),
        )

    return _done(public_id, "第三方的意见已登记。", act)


@blueprint.post("/<consultation>/decide")
@requires("release.read")
def decide(public_id: str, consultation: str) -> ResponseReturnValue:
    form = request.form

    def act(session: WorkSession) -> None:
        consult.decide(
            session,
            session.actor,
            consultation=consultation,
            outcome=form.get("decision", ""),
            reason=form.get("grounds", ""),
        )

    return _done(public_id, "决定已登记。", act)


@blueprint.post("/<consultation>/tell")
@requires("release.read")
def tell(public_id: str, consultation: str) -> ResponseReturnValue:
    def act(session: WorkSession) -> None:
        consult.tell(session, session.actor, consultation=consultation, on=_day())

    return _done(public_id, "告知日期已登记。", act)


@blueprint.get("/<consultation>/letter.pdf")
@requires("release.read")
def letter(public_id: str, consultation: str) -> Response:
    """The letter that asks; for whoever may review or approve this release."""
    with work().read() as session:
        asked, title = find.letter(session, current_actor(), consultation)
    paper = letters.asking(asked, title, bureau=settings().bureau, public_url=settings().public_url)
    return papers.pdf(paper, f"consultation-{consultation}.pdf")


@blueprint.get("/<consultation>/decision.pdf")
@requires("release.read")
def decision(public_id: str, consultation: str) -> Response:
    """The letter that tells why it is published all the same. Conflict where there is nothing to tell."""
    with work().read() as session:
        asked, title = find.letter(session, current_actor(), consultation)
        today = session.today
    if not asked.to_tell:
        raise Conflict("这件不需要告知", rule="nothing_to_tell")
    paper = letters.telling(
        asked, title, bureau=settings().bureau, public_url=settings().public_url, today=today
    )
    return papers.pdf(paper, f"consultation-{consultation}-decision.pdf")


def _done(public_id: str, said: str, act: Callable[[WorkSession], None]) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            act(session)
    except Invalid as invalid:
        return release_page(public_id, faults_by_path(invalid))
    flash(said, "good")
    return redirect(url_for("release.release", public_id=public_id), 303)


def _day() -> date | None:
    try:
        return date.fromisoformat(request.form.get("on", "").strip())
    except ValueError:
        return None

"""One step on many releases: each is a decision of its own, taken or refused by itself."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from publicity.disclosure import find as disclosure
from publicity.release import find, states
from publicity.web.staff import PAGE, Outcome, release_list, take_step
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Conflict, Fault
from registry.kernel.host import work
from registry.kernel.work import WorkSession

blueprint = Blueprint("bulk", __name__, url_prefix="/staff/releases")


@blueprint.post("/bulk")
@requires("release.read")
def take() -> ResponseReturnValue:
    """`chosen` are public ids and the revisions that the reader saw, as `<id>.<revision>`; at most a page of them.

    All taken: 303. Some refused: 409 and the list, in which each refused one is named with its reason; the others are done.
    """
    step = states.step_named(request.form.get("step", ""))
    chosen = list(dict.fromkeys(request.form.getlist("chosen")))[:PAGE]
    if not chosen:
        flash("请先勾选要办理的事项。", "attention")
        return redirect(url_for("release.index"), 303)
    note = request.form.get("note", "")
    outcomes = [_take(step.name, *_read(one), note) for one in chosen]
    done = sum(one.refused is None for one in outcomes)
    if done == len(outcomes):
        flash(f"已{step.title} {done} 件。", "good")
        return redirect(url_for("release.index"), 303)
    return release_list(outcomes)


def _take(step: str, public_id: str, revision: int, note: str) -> Outcome:
    title = ""
    try:
        with work().write(current_actor()) as session:
            title = find.title(session, public_id)
            if step == "approve":
                _require_read(session, public_id)
            take_step(session, step, release=public_id, revision=revision, note=note)
    except Fault as fault:
        return Outcome(public_id, title, fault.title)
    return Outcome(public_id, title, None)


def _require_read(session: WorkSession, release: str) -> None:
    """Raises Conflict (`attribute_proposed`): the list does not show why another attribute is proposed, the page does."""
    if disclosure.proposed(session, [release]):
        raise Conflict("本件拟更改公开属性，请打开逐件审核", rule="attribute_proposed")


def _read(text: str) -> tuple[str, int]:
    public_id, _, number = text.partition(".")
    plain = number.isascii() and number.isdigit() and len(number) < 10
    # No release is at revision 0: a page that does not say what its reader saw decides nothing.
    return public_id, int(number) if plain else 0

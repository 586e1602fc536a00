"""代办: staff set up who stands in for whom while somebody is away, see what runs, and end it."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from publicity.release import states
from publicity.release.delegation import arrange, find, rules
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Conflict, Fault, Invalid, Refused
from registry.kernel.host import work
from registry.web.forms import faults_by_path

blueprint = Blueprint("delegations", __name__, url_prefix="/staff/delegations")

SHOWN = 100


@blueprint.get("")
@requires("release.read")
def index() -> ResponseReturnValue:
    return _page()


@blueprint.post("")
@requires(arrange.ARRANGE)
def set_up() -> ResponseReturnValue:
    form = request.form
    try:
        with work().write(current_actor()) as session:
            arrange.arrange(
                session,
                session.actor,
                absent=form.get("absent", ""),
                delegate=form.get("delegate", ""),
                steps=form.getlist("steps"),
                from_on=_day("from_on"),
                until_on=_day("until_on"),
                agreed_by=form.get("agreed_by", ""),
                reason=form.get("reason", ""),
            )
    except (Invalid, Conflict, Refused) as fault:
        return _page(fault), fault.status
    flash("代办已设立，到期自动结束。", "good")
    return redirect(url_for("delegations.index"), 303)


@blueprint.post("/<public_id>/end")
@requires("release.read")
def end(public_id: str) -> ResponseReturnValue:
    with work().write(current_actor()) as session:
        arrange.end(session, session.actor, delegation=public_id)
    flash("代办已结束。", "good")
    return redirect(url_for("delegations.index"), 303)


def _page(fault: Fault | None = None) -> str:
    actor = current_actor()
    with work().read() as session:
        listed = find.delegations(session, limit=SHOWN)
        choices = find.choices(session) if actor.may(arrange.ARRANGE) else {}
        today = session.today
    people = {
        field: [(one.public_id, f"{one.name}（{one.section}）") for one in found]
        for field, found in choices.items()
    }
    return render_template(
        "publicity/delegations.html",
        delegations=listed,
        people=people,
        may_arrange=actor.may(arrange.ARRANGE),
        me=actor.id,
        steps=[(step.name, step.title) for step in states.STEPS],
        chosen=request.form.getlist("steps"),
        longest=rules.LONGEST_DAYS,
        today=today,
        values=request.form,
        faults=_told(fault),
    )


def _told(fault: Fault | None) -> dict[str, list[str]]:
    if isinstance(fault, Invalid):
        return faults_by_path(fault)
    return {"": [fault.title]} if fault else {}


def _day(field: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(field, "").strip())
    except ValueError:
        return None

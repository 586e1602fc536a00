"""Staff's pages of complaints: the list, the receipt, one complaint with its steps."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.credit import evidence
from registry.credit.complaint import find, handle, states, terms
from registry.credit.record import Subject
from registry.credit.subjects import Described, bind
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Fault, Invalid
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.roster import find as roster
from registry.roster.cells import read_code
from registry.roster.find import Found
from registry.web import steps
from registry.web.credit_evidence import attach_sent
from registry.web.lookups import seen
from registry.web.rights import PAGE, before, day, mendable, told

READ = states.READ
_TONES = {
    "received": "attention",
    "accepted": "info",
    "investigated": "attention",
    "concluded": "attention",
    "refused": "attention",
    "closed": "neutral",
}

blueprint = Blueprint("complaints", __name__, url_prefix="/staff/complaints")


@blueprint.app_template_filter("complaint_tone")
def complaint_tone(state: str) -> str:
    return _TONES[state]


def panel(session: WorkSession, subject: Found) -> object:
    """What the page of a person or organisation shows of complaints about it."""
    return {"listed": find.of_subject(session, subject), "today": session.today}


@blueprint.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    asked = {name: request.args.get(name, "").strip() for name in ("channel", "number", "overdue")}
    state = request.args.get("state", "" if asked["number"] else "open")
    state = state if state in ("", "open", *states.STATES) else "open"
    with work().read() as session:
        listed = find.complaints(
            session,
            state=state,
            channel=asked["channel"],
            number=asked["number"],
            overdue=asked["overdue"] == "1",
            before=before(),
            limit=PAGE + 1,
        )
        today = session.today
    chosen = {"state": state, **{name: value for name, value in asked.items() if value}}
    here = url_for("complaints.index")
    return render_template(
        "registry/complaints/index.html",
        listed=listed[:PAGE],
        chosen=chosen,
        states=[("open", "未办结"), *states.STATES.items()],
        channels=list(terms.CHANNELS.items()),
        first=f"{here}?{urlencode(chosen)}" if before() else None,
        more=f"{here}?{urlencode({**chosen, 'before': listed[PAGE - 1].id})}" if listed[PAGE:] else None,
        today=today,
    )


@blueprint.get("/new")
@requires(states.RECEIVE)
def new() -> ResponseReturnValue:
    return _form(request.args, {})


@blueprint.post("")
@requires(states.RECEIVE)
def receive() -> ResponseReturnValue:
    form = request.form
    try:
        with work().write(current_actor()) as session:
            made = handle.receive(
                session,
                session.actor,
                complaint=handle.NewComplaint(
                    number=form.get("number", "").strip(),
                    channel=form.get("channel", ""),
                    received_on=day(form, "received_on", "请填写收到日期"),
                    subject=_subject(session, form),
                    complainant=form.get("complainant", "").strip(),
                    contact=form.get("contact", "").strip(),
                    facts=form.get("facts", "").strip(),
                ),
            )
            attach_sent(session, made.public_id)
    except Fault as refused:
        if not mendable(refused):
            raise
        return _form(form, form, told(refused)), refused.status
    flash("投诉已登记。" if made.created else "这件投诉已经登记过，没有重复登记。", "good")
    return redirect(url_for("complaints.complaint", public_id=made.public_id), 303)


def _subject(session: WorkSession, form: Mapping[str, str]) -> Subject:
    """Whom the form names: somebody chosen on their page, or bound by code or licence, or a name alone."""
    if public_id := form.get("practitioner"):
        person = roster.practitioner(session, public_id)
        return Subject(practitioner=person.id, name=person.name)
    if public_id := form.get("organisation"):
        place = roster.organisation(session, public_id)
        return Subject(organisation=place.id, name=place.name)
    number = read_code(form.get("subject_number", ""))
    described = Described(form.get("subject", "").strip(), uscc=number, licence=number)
    [subject] = bind(session, [described])
    if number and subject.practitioner is None and subject.organisation is None:
        raise Invalid.field(
            "subject_number", "unknown", "名册中没有这个号码，或者与名称不符；不知道号码的不填"
        )
    return subject


def _form(
    asked: Mapping[str, str], values: Mapping[str, str], faults: dict[str, list[str]] | None = None
) -> str:
    with work().read() as session:
        today = session.today
        subject = None
        if asked.get("practitioner"):
            person = roster.practitioner(session, asked["practitioner"])
            subject = Found("practitioner", person.id, person.public_id, person.name)
        elif asked.get("organisation"):
            place = roster.organisation(session, asked["organisation"])
            subject = Found("organisation", place.id, place.public_id, place.name)
    return render_template(
        "registry/complaints/new.html",
        subject=subject,
        values={"received_on": today.isoformat(), "channel": "12348", **values},
        faults=faults or {},
        channels=list(terms.CHANNELS.items()),
    )


@blueprint.get("/<string(length=16):public_id>")
@requires(READ)
def complaint(public_id: str) -> ResponseReturnValue:
    return _page(public_id, {})


@blueprint.post("/<string(length=16):public_id>/<step>")
@requires(READ)
def take(public_id: str, step: str) -> ResponseReturnValue:
    return steps.taken(
        _STEPS, step, public_id,
        page=lambda faults: _page(public_id, faults),
        done=_DONE, back=url_for("complaints.complaint", public_id=public_id),
    )  # fmt: skip


def _accept(session: WorkSession, public_id: str, _form: Mapping[str, str]) -> None:
    handle.accept(session, session.actor, complaint=public_id)


def _refuse(session: WorkSession, public_id: str, form: Mapping[str, str]) -> None:
    ground, note = form.get("ground", ""), form.get("note", "")
    handle.refuse(session, session.actor, complaint=public_id, ground=ground, note=note)


def _investigate(session: WorkSession, public_id: str, form: Mapping[str, str]) -> None:
    handle.investigate(session, session.actor, complaint=public_id, findings=form.get("findings", ""))


def _return(session: WorkSession, public_id: str, form: Mapping[str, str]) -> None:
    handle.send_back(session, session.actor, complaint=public_id, reason=form.get("reason", ""))


def _extend(session: WorkSession, public_id: str, form: Mapping[str, str]) -> None:
    handle.extend(session, session.actor, complaint=public_id, reason=form.get("reason", ""))


def _conclude(session: WorkSession, public_id: str, form: Mapping[str, str]) -> None:
    handle.conclude(
        session,
        session.actor,
        complaint=public_id,
        outcome=form.get("outcome", ""),
        reason=form.get("reason", ""),
        summary=form.get("summary", ""),
    )


def _tell(session: WorkSession, public_id: str, form: Mapping[str, str]) -> None:
    handle.tell(session, session.actor, complaint=public_id, how=form.get("how", ""))


_STEPS: Mapping[str, steps.Step] = {
    "accept": _accept,
    "refuse": _refuse,
    "investigate": _investigate,
    "return": _return,
    "extend": _extend,
    "conclude": _conclude,
    "tell": _tell,
}
_DONE = {step: f"已{states.MOVES[step].title}。" for step in _STEPS}


def _page(public_id: str, faults: dict[str, list[str]]) -> str:
    actor = current_actor()
    # Who complained is for those who handle complaints, and every look is noted.
    trusted = actor.may(states.HANDLE) or actor.may(states.DECIDE)
    with work().read() as session:
        found = find.complaint(session, public_id)
        files = evidence.of(session, public_id)
        today = session.today
    if trusted and found.complainant:
        seen("complaint.view", public_id)
    shown: dict[str, Any] = {} if request.method == "GET" else request.form.to_dict()
    return render_template(
        "registry/complaints/complaint.html",
        complaint=found,
        trusted=trusted,
        evidence=files,
        today=today,
        outcomes=list(states.OUTCOMES.items()),
        grounds=list(terms.GROUNDS.items()),
        moves=states.MOVES,
        step=(request.view_args or {}).get("step"),
        faults=faults,
        values=shown,
    )

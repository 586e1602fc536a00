"""What the desks of objections and repairs share: whose event a form is about, and how a refusal returns to its field."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol
from urllib.parse import urlencode

from flask import render_template, request, url_for

from registry.credit import find as credit
from registry.credit.find import Event
from registry.kernel.faults import Conflict, Fault, Invalid, Refused
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.roster import find as roster
from registry.roster.cells import CellFault, read_date
from registry.roster.find import Found
from registry.web.forms import faults_by_path

PAGE = 50


class About(NamedTuple):
    """The event that a form is about, or the events of its subject to choose from."""

    event: Event | None
    events: list[Event]
    subject: Found | None


def about(session: WorkSession, asked: Mapping[str, str]) -> About:
    """What `event`, `practitioner` or `organisation` of an address or form names. Raises NotFound."""
    if asked.get("event"):
        return About(credit.event(session, asked["event"]), [], None)
    if asked.get("organisation"):
        place = roster.organisation(session, asked["organisation"])
        subject = Found("organisation", place.id, place.public_id, place.name)
        return About(None, credit.events_of(session, organisation=place.id), subject)
    if asked.get("practitioner"):
        person = roster.practitioner(session, asked["practitioner"])
        subject = Found("practitioner", person.id, person.public_id, person.name)
        return About(None, credit.events_of(session, practitioner=person.id), subject)
    return About(None, [], None)


def told(fault: Fault) -> dict[str, list[str]]:
    """A refusal by field: somebody else's number stands at its field, a conflict above the form."""
    if isinstance(fault, Invalid):
        return faults_by_path(fault)
    if isinstance(fault, Refused) and fault.rule == "not_subject":
        return {"number": [fault.title]}
    return {"": [fault.title]}


def mendable(fault: Fault) -> bool:
    """Whether whoever filled in the form can mend it there, rather than see the page of a fault."""
    return isinstance(fault, Invalid | Conflict) or fault.rule in ("not_subject", "four_eyes")


class _Case(Protocol):
    @property
    def id(self) -> int: ...


def case_list(name: str, states: Mapping[str, str], read: Callable[..., Sequence[_Case]]) -> str:
    """The list of one sort of cases, of one state or those that wait, of all or the overdue, the newest first.

    `name` is that of the blueprint, its folder of templates too; `read` is the reader of its list.
    """
    state = request.args.get("state", "open")
    state = state if state in ("", "open", *states) else "open"
    overdue = request.args.get("overdue") == "1"
    start = before()
    with work().read() as session:
        listed = read(session, state=state, overdue=overdue, before=start, limit=PAGE + 1)
        today = session.today
    chosen = {"state": state, **({"overdue": "1"} if overdue else {})}
    here = url_for(f"{name}.index")
    return render_template(
        f"registry/{name}/index.html",
        listed=listed[:PAGE],
        chosen=chosen,
        states=[("open", "未办结"), *states.items()],
        first=f"{here}?{urlencode(chosen)}" if start else None,
        more=f"{here}?{urlencode({**chosen, 'before': listed[PAGE - 1].id})}" if listed[PAGE:] else None,
        today=today,
    )


def before() -> int | None:
    """Where a page of a list starts."""
    text = request.args.get("before", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def required(form: Mapping[str, str], name: str, message: str) -> str:
    """The text of a field. Raises Invalid naming it when it is empty."""
    text = form.get(name, "").strip()
    if not text:
        raise Invalid.field(name, "required", message)
    return text


def day(form: Mapping[str, str], name: str, message: str) -> date:
    """The day in a field. Raises Invalid naming it when it is none."""
    try:
        return date.fromisoformat(read_date(required(form, name, message)))
    except CellFault as fault:
        raise Invalid.field(name, fault.rule, fault.message) from fault

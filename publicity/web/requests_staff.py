"""依申请公开 at the office's desks: the list, one request with its clock and steps, the letter of the answer."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from publicity.papers import disclosure_answer
from publicity.requests import conversion, find, handle, rules, states
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Invalid
from registry.kernel.host import settings, work
from registry.kernel.work import WorkSession
from registry.web import papers, steps
from registry.web.lookups import seen
from registry.web.rights import PAGE, before

TONES = {
    "handling": "info",
    "correcting": "neutral",
    "consulting": "neutral",
    "unpaid": "neutral",
    "drafted": "attention",
    "answered": "neutral",
}

blueprint = Blueprint("requests_staff", __name__, url_prefix="/staff/requests")


@blueprint.app_template_filter("request_tone")
def request_tone(state: str) -> str:
    return TONES[state]


@blueprint.get("")
@requires(states.READ)
def index() -> ResponseReturnValue:
    state = request.args.get("state", "open")
    state = state if state in ("", "open", *states.STATES) else "open"
    with work().read() as session:
        listed, following = find.requests(session, state=state, before=before(), limit=PAGE)
        rate = conversion.rate(session, year=session.today.year)
        today = session.today
    chosen: dict[str, Any] = {"state": state}
    return render_template(
        "publicity/staff_requests.html",
        listed=listed,
        chosen=chosen,
        states=[("open", "未办结"), *states.STATES.items()],
        more=url_for("requests_staff.index", **chosen, before=following) if following else None,
        rate=rate,
        today=today,
    )


@blueprint.get("/<string(length=16):public_id>")
@requires(states.READ)
def request_page(public_id: str) -> ResponseReturnValue:
    return _page(public_id, {})


@blueprint.post("/<string(length=16):public_id>/applicant")
@requires(states.APPLICANT)
def applicant(public_id: str) -> ResponseReturnValue:
    """Who asks: looked at on purpose, and noted before it is shown."""
    with work().read() as session:
        asked_by = find.applicant(session, public_id)
    if asked_by:
        seen("request.view", public_id)
    return _page(public_id, {}, applicant=asked_by)


@blueprint.get("/<string(length=16):public_id>/answer.pdf")
@requires(states.APPLICANT)
def letter(public_id: str) -> ResponseReturnValue:
    """The letter names the applicant, so it is a look at them."""
    with work().read() as session:
        found = find.answer_of(session, public_id)
    seen("request.view", public_id)
    made = disclosure_answer.paper(found, bureau=settings().bureau, public_url=settings().public_url)
    return papers.pdf(made, f"answer-{found.listed.number}.pdf")


@blueprint.post("/<string(length=16):public_id>/<step>")
@requires(states.READ)
def take(public_id: str, step: str) -> ResponseReturnValue:
    return steps.taken(
        _STEPS, step, public_id,
        page=lambda faults: _page(public_id, faults, step=step),
        done=_DONE, back=url_for("requests_staff.request_page", public_id=public_id),
    )  # fmt: skip


def _correct(session: WorkSession, made: str, form: Mapping[str, str]) -> None:
    handle.demand(session, session.actor, request=made, wanted=form.get("wanted", ""))


def _corrected(session: WorkSession, made: str, form: Mapping[str, str]) -> None:
    handle.correct(session, session.actor, request=made, description=form.get("description", ""))


def _consult(session: WorkSession, made: str, form: Mapping[str, str]) -> None:
    handle.consult(session, session.actor, request=made, whom=form.get("whom", ""))


def _consulted(session: WorkSession, made: str, form: Mapping[str, str]) -> None:
    handle.consulted(session, session.actor, request=made, opinion=form.get("opinion", ""))


def _charge(session: WorkSession, made: str, form: Mapping[str, str]) -> None:
    handle.charge(session, session.actor, request=made, by=form.get("by", ""), pages=_whole(form, "pages"))


def _paid(session: WorkSession, made: str, _form: Mapping[str, str]) -> None:
    handle.paid(session, session.actor, request=made)


def _extend(session: WorkSession, made: str, form: Mapping[str, str]) -> None:
    handle.extend(
        session, session.actor, request=made, days=_whole(form, "days"), reason=form.get("reason", "")
    )


def _draft(session: WorkSession, made: str, form: Mapping[str, str]) -> None:
    handle.draft(
        session, session.actor, request=made, outcome=form.get("outcome", ""), reply=form.get("reply", "")
    )


def _send_back(session: WorkSession, made: str, form: Mapping[str, str]) -> None:
    handle.send_back(session, session.actor, request=made, reason=form.get("reason", ""))


def _answer(session: WorkSession, made: str, _form: Mapping[str, str]) -> None:
    handle.answer(session, session.actor, request=made)


def _convert(session: WorkSession, made: str, form: Mapping[str, str]) -> None:
    conversion.assess(
        session,
        session.actor,
        request=made,
        converted=form.get("converted", ""),
        notice=form.get("notice", ""),
        where=form.get("where", ""),
    )


def _whole(form: Mapping[str, str], name: str) -> int:
    """The number in a field, 0 where it is left empty. Raises Invalid."""
    text = form.get(name, "").strip()
    if text and not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise Invalid.field(name, "number", "请填写整数")
    return int(text or 0)


_STEPS: Mapping[str, steps.Step] = {
    "correct": _correct,
    "corrected": _corrected,
    "consult": _consult,
    "consulted": _consulted,
    "charge": _charge,
    "paid": _paid,
    "extend": _extend,
    "draft": _draft,
    "send_back": _send_back,
    "answer": _answer,
    "convert": _convert,
}
_DONE = {step: f"已{states.MOVES[step].title}。" for step in _STEPS}


def _page(
    public_id: str,
    faults: dict[str, list[str]],
    *,
    step: str | None = None,
    applicant: Mapping[str, str] | None = None,
) -> str:
    with work().read() as session:
        found = find.request(session, current_actor(), public_id)
        today = session.today
    return render_template(
        "publicity/staff_request.html",
        made=found,
        applicant=applicant,
        today=today,
        step=step,
        faults=faults,
        values=request.form.to_dict() if step else {},
        decisions=list(rules.decisions(found.listed.state, lapsed=found.lapsed).items()),
        results={
            **{code: one.title for code, one in rules.DECISIONS.items()},
            **rules.KEPT_BACK,
            conversion.YES: "转为主动公开",
        },
        converted=[(conversion.YES, "转为主动公开"), *rules.KEPT_BACK.items()],
        id_kinds=rules.ID_KINDS,
        terms=rules.TERMS,
        count_fee=rules.by_count(found.month_count),
        checked=rules.CHECKED,
        moves=states.MOVES,
    )

"""Staff's pages of credit events: the list of all, one event with everything about it, and what answers it."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts import staff
from registry.credit import browse, catalogue, correction, disclosure, evidence, find, record
from registry.credit.breaches import NOTHING, judged
from registry.credit.browse import Asked
from registry.credit.columns import FIELDS, RESTRICTED
from registry.credit.entry_columns import Office
from registry.credit.find import Event
from registry.credit.party import Party, party
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Invalid
from registry.kernel.host import settings, work
from registry.kernel.work import WorkSession
from registry.roster.cells import CellFault, read_date
from registry.web.credit_evidence import attach_sent
from registry.web.forms import faults_by_path

READ = "credit.read"
RECORD = "credit.record"
PAGE = 50

blueprint = Blueprint("credit", __name__, url_prefix="/staff/credit")
_TONES = {"轻微": "info", "一般": "attention", "严重": "bad"}
_POLARITIES = {"positive": "good", "negative": "bad", "neutral": "neutral"}


@blueprint.app_template_filter("severity_tone")
def severity_tone(severity: str) -> str:
    return _TONES.get(severity, "neutral")


@blueprint.app_template_filter("polarity_tone")
def polarity_tone(polarity: str) -> str:
    return _POLARITIES[polarity]


def office() -> Office:
    """The bureau of this installation."""
    return Office(settings().bureau, settings().bureau_uscc)


@blueprint.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    names = ("kind", "severity", "since", "until", "number")
    values = {name: request.args.get(name, "").strip()[:128] for name in names}
    before = request.args.get("before", type=int)
    faults: dict[str, list[str]] = {}
    asked = Asked(
        kind=values["kind"] if values["kind"] in catalogue.KINDS else "",
        severity=values["severity"] if values["severity"] in catalogue.SEVERITIES else "",
        since=_day("since", values["since"], faults),
        until=_day("until", values["until"], faults),
        number=values["number"],
    )
    with work().read() as session:
        listed, following = browse.page(
            session, asked, before=before if before and 0 < before < 2**53 else None, limit=PAGE
        )
        counts = browse.counts(session)
    chosen = {name: value for name, value in values.items() if value}
    return render_template(
        "registry/credit/events.html",
        events=listed,
        counts=counts,
        total=sum(counts.values()),
        kinds=[kind for kind in catalogue.KINDS.values() if counts.get(kind.code)],
        severities=catalogue.SEVERITIES,
        values=values,
        faults=faults,
        chosen=chosen,
        first=url_for("credit.index", **chosen) if before else None,  # type: ignore[arg-type]
        more=url_for("credit.index", **chosen, before=following) if following else None,  # type: ignore[arg-type]
    ), 422 if faults else 200


def _day(name: str, text: str, faults: dict[str, list[str]]) -> date | None:
    try:
        return date.fromisoformat(read_date(text)) if text else None
    except CellFault as fault:
        faults[name] = [fault.message]
        return None


@blueprint.get("/<public_id>")
@requires(READ)
def event(public_id: str) -> ResponseReturnValue:
    with work().read() as session:
        found = find.event(session, public_id)
        if found.kind.code == "correction" and found.target:
            return redirect(url_for("credit.event", public_id=found.target), 303)
        of = _party(session, found)
        overridden = found.detail.get("override")
        owners = [found.public_id, *(one.public_id for one in correction.chain(session, found.id))]
        owners += [overridden["draft"]] if overridden else []
        return render_template(
            "registry/credit/event.html",
            event=found,
            columns=correction.columns_in_words(found.columns),
            restricted=[
                FIELDS[code].title for code in find.restricted(session, public_id) if code in RESTRICTED
            ],
            details=_details(found),
            chain=correction.chain(session, found.id),
            evidence=[file for owner in owners for file in evidence.of(session, owner)],
            judged=judged(session, of, found, own=public_id) if not found.annulled_by else NOTHING,
            override=overridden,
            along=browse.along(session, found.id),
            ended=disclosure.ended(session, [found.id]).get(found.id),
            marks=disclosure.marks(session, [found.id])[found.id],
            recorded_by=_name(session, found.recorded_by),
            missing=[FIELDS[code].title for code in found.missing if code in FIELDS],
            today=session.today,
            correctable=found.kind.code not in record.ANSWERS and found.annulled_by is None,
        )


@blueprint.get("/<public_id>/annul")
@requires(correction.PERMISSION)
def annul_form(public_id: str) -> ResponseReturnValue:
    return _annul_form(public_id, {})


@blueprint.post("/<public_id>/annul")
@requires(correction.PERMISSION)
def annul(public_id: str) -> ResponseReturnValue:
    try:
        with work().write(current_actor()) as session:
            on = _day_typed("on", request.form.get("on", ""))
            record.annul(
                session, session.actor, event=public_id, ground=request.form.get("ground", ""), on=on
            )
            attach_sent(session, public_id)
    except Invalid as refusal:
        return _annul_form(public_id, faults_by_path(refusal)), refusal.status
    flash("已撤销；原记录保留，公示须在三个工作日内撤下。", "good")
    return redirect(url_for("credit.event", public_id=public_id), 303)


def _annul_form(public_id: str, faults: dict[str, list[str]]) -> str:
    with work().read() as session:
        found = find.event(session, public_id)
    return render_template("registry/credit/annul.html", event=found, values=request.form, faults=faults)


def _day_typed(name: str, text: str) -> date:
    try:
        return date.fromisoformat(read_date(text))
    except (CellFault, ValueError) as fault:
        raise Invalid.field(name, "date-form", "请填写日期，例如 2026-11-20") from fault


def _party(session: WorkSession, found: Event) -> Party | None:
    return party(session, found.subject.public_id) if found.subject.public_id else None


def _details(found: Event) -> list[tuple[str, str]]:
    """What the form of the kind asked for, in its order, and what else was kept in words."""
    fields = {one.code: one for one in found.kind.fields}
    told = []
    for code, value in found.detail.items():
        if isinstance(value, dict) or code in ("event", "ground", "statute"):
            continue
        title = fields[code].title if code in fields else _OTHER.get(code)
        if title is not None:
            text = "、".join(map(str, value)) if isinstance(value, list) else str(value)
            told.append((title, f"{text} {fields[code].unit}".strip() if code in fields else text))
    return told


_OTHER = {
    "remark": "备注",
    "task": "抽查任务",
    "matter": "抽查事项",
    "basis": "依据",
    "results": "检查结果",
    "measure": "处理方式",
    "closed_on": "办结日期",
}


def _name(session: WorkSession, who: str | None) -> str | None:
    return staff.names(session, {who}).get(who, who) if who else None

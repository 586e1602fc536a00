"""The one form by which staff record events, correct them, and lay before a leader what breaks a statute."""

from collections.abc import Mapping, Sequence

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.credit import catalogue, correction, entry, find, override, record
from registry.credit.catalogue import Kind
from registry.credit.columns import SCOPES
from registry.credit.entry import Entry
from registry.credit.find import Event
from registry.credit.party import Party, party
from registry.credit.penalties import level_of
from registry.credit.record import NewEvent
from registry.credit.statutes_table import LEVELS, articles_for
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound
from registry.kernel.host import work
from registry.kernel.work import WorkSession
from registry.web.credit import RECORD, blueprint, office
from registry.web.credit_evidence import attach_sent
from registry.web.forms import faults_by_path

__all__ = ["blueprint"]  # with the routes below on it

Typed = Mapping[str, Sequence[str]]


@blueprint.get("/new")
@requires(RECORD)
def new() -> ResponseReturnValue:
    """With a subject alone, the kinds to choose from; with a kind too, its form."""
    subject = request.args.get("subject", "")
    if not subject:
        return render_template("registry/credit/new.html", party=None, kinds=catalogue.KINDS.values())
    with work().read() as session:
        of = party(session, subject)
        if not request.args.get("kind"):
            kinds = catalogue.offered(of.kind, of.subjects)
            return render_template("registry/credit/new.html", party=of, kinds=kinds)
        return _form(session, of, _kind(of, request.args["kind"]), None)


@blueprint.post("/new")
@requires(RECORD)
def add() -> ResponseReturnValue:
    typed = _typed()
    read: Entry | None = None
    try:
        with work().write(current_actor()) as session:
            of, kind = _asked(session)
            read = entry.read(session, kind=kind, party=of, typed=typed, office=office())
            if read.breaches and request.form.get("override"):
                made = override.draft(
                    session, session.actor, entry=read, why=request.form.get("override_reason", "")
                )
                view, told = "credit.override", "已报分管领导审核，同意后才记录。"
            else:
                made = entry.enter(session, session.actor, read).public_id
                view, told = "credit.event", "已记录。"
            attach_sent(session, made)
    except (Invalid, Conflict) as refusal:
        with work().read() as session:
            of, kind = _asked(session)
            return _form(session, of, kind, typed, read=read, refusal=refusal), refusal.status
    flash(told, "good")
    return redirect(url_for(view, public_id=made), 303)


@blueprint.post("/check")
@requires(RECORD)
def check() -> ResponseReturnValue:
    """The live check: what submitting the form would be told, without storing anything."""
    with work().read() as session:
        corrected = request.form.get("event", "")
        before = find.event(session, corrected) if corrected else None
        of, kind = _asked(session, before)
        read = entry.read(session, kind=kind, party=of, typed=_typed(), office=office(), before=before)
    return _answer(read)


def _answer(read: Entry) -> Response:
    return jsonify(
        faults=[{"path": one.path, "rule": one.rule, "message": one.message} for one in read.faults],
        warnings=[
            {
                "message": one.message,
                "url": url_for("credit.event", public_id=one.event) if one.event else None,
            }
            for one in read.warnings
        ],
        breaches=[{"article": one.article, "message": one.message} for one in read.breaches],
        same=url_for("credit.event", public_id=read.same) if read.same else None,
    )


@blueprint.get("/<public_id>/correct")
@requires(correction.PERMISSION)
def correct_form(public_id: str) -> ResponseReturnValue:
    with work().read() as session:
        before = find.event(session, public_id)
        return _form(session, _subject(session, before), before.kind, None, before=before)


@blueprint.post("/<public_id>/correct")
@requires(correction.PERMISSION)
def correct(public_id: str) -> ResponseReturnValue:
    typed = _typed()
    read: Entry | None = None
    try:
        with work().write(current_actor()) as session:
            before = _held_for(session, public_id)
            of = _subject(session, before)
            read = entry.read(
                session, kind=before.kind, party=of, typed=typed, office=office(), before=before
            )
            made = correction.correct(
                session,
                session.actor,
                event=public_id,
                now=_now(read),
                reason=request.form.get("reason", ""),
            )
            attach_sent(session, made.public_id)
    except (Invalid, Conflict) as refusal:
        with work().read() as session:
            before = find.event(session, public_id)
            of = _subject(session, before)
            page = _form(session, of, before.kind, typed, read=read, refusal=refusal, before=before)
            return page, refusal.status
    flash("已更正；原来的内容保留在更正经过中。", "good")
    return redirect(url_for("credit.event", public_id=public_id), 303)


def _held_for(session: WorkSession, public_id: str) -> Event:
    """The event that a form corrects, held until the unit of work ends.

    Raises Conflict if it was corrected since the form was made: the form would silently take that back.
    """
    record.locked(session, public_id)
    before = find.event(session, public_id)
    if request.form.get("seen", "") != _seen(before):
        raise Conflict("打开本页以后，这条记录已被更正，请核对最新内容后重新更正", rule="changed")
    return before


def _seen(before: Event) -> str:
    """Which state of the record a form was made of."""
    return before.corrected_at.isoformat() if before.corrected_at else ""


def _now(read: Entry) -> NewEvent:
    if read.new is None:
        raise Invalid("填写有误", read.faults)
    return read.new


def _subject(session: WorkSession, before: Event) -> Party:
    if before.subject.public_id is None:
        raise Conflict("记录的主体不在名册中，请撤销后重新导入", rule="unregistered")
    return party(session, before.subject.public_id)


def _asked(session: WorkSession, before: Event | None = None) -> tuple[Party, Kind]:
    """Whom and what the sent form is about."""
    if before is not None:
        return _subject(session, before), before.kind
    of = party(session, request.form.get("subject", ""))
    return of, _kind(of, request.form.get("kind", ""))


def _kind(of: Party, code: str) -> Kind:
    """A kind that the form offers for such a subject. Raises NotFound."""
    found = next((kind for kind in catalogue.offered(of.kind, of.subjects) if kind.code == code), None)
    if found is None:
        raise NotFound("这类主体没有这种信用事件的录入表")
    return found


def _typed() -> Typed:
    return request.form.to_dict(flat=False)


def _form(
    session: WorkSession,
    of: Party,
    kind: Kind,
    typed: Typed | None,
    *,
    read: Entry | None = None,
    refusal: Invalid | Conflict | None = None,
    before: Event | None = None,
) -> str:
    held = typed if typed is not None else _held(before) if before else _initial(kind, of)
    return render_template(
        "registry/credit/entry.html",
        party=of,
        kind=kind,
        version=catalogue.VERSION,
        fields=kind.form(of.subjects, corrects=before is not None),
        articles=articles_for(of.subjects, session.today),
        chosen=held,
        values={name: some[0] for name, some in held.items() if some},
        faults=_faults(refusal, read),
        read=read,
        before=before,
        seen=_seen(before) if before else "",
        severities=catalogue.SEVERITIES,
        scopes=SCOPES,
    )


def _faults(refusal: Invalid | Conflict | None, read: Entry | None) -> dict[str, list[str]]:
    if refusal is None or (read is not None and read.new is not None and refusal.rule == "breach"):
        return {}
    if isinstance(refusal, Invalid):
        return faults_by_path(refusal)
    where = "document_number" if read is not None and read.same else ""
    return faults_by_path(Invalid(refusal.title, [FieldFault(where, refusal.rule, refusal.title)]))


def _initial(kind: Kind, of: Party) -> Typed:
    """What a fresh form holds: the bureau as authority, its code and level, and what the catalogue begins with."""
    own = office()
    level = level_of(own.name)
    held = {"authority": [own.name], "XK_XKJGDM": [own.uscc], "CF_CFJGDM": [own.uscc], "scope": [SCOPES[0]]}
    held["level"] = [LEVELS[level]] if level else []
    if kind.code in ("bar_sanction", "legal_aid", "court_appearance"):
        held["authority"] = []
    return held | {one.code: [one.initial] for one in kind.form(of.subjects) if one.initial}


def _held(before: Event) -> Typed:
    """An event as its form would hold it."""
    held: dict[str, Sequence[str]] = {
        "decided_on": [before.decided_on.isoformat()],
        "document_number": [before.document_number or ""],
        "authority": [before.authority or ""],
        "severity": [before.severity or ""],
        "scope": [before.scope],
        "summary": [before.summary],
        "simple": ["1"] if before.simple else [],
    }
    for one in before.kind.fields:
        value = before.columns.get(one.code) if one.is_column else before.detail.get(one.code)
        if value in (None, "", False):
            continue
        if one.type == "choices":
            held[one.code] = value.split(";") if isinstance(value, str) else list(value)
        elif one.is_column and one.type == "yuan":
            held[one.code] = [f"{float(value) * 10_000:.2f}"]
        else:
            held[one.code] = ["长期" if one.type == "end" and value == "2099-12-31" else str(value)]
    return held

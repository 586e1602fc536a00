"""Staff's pages of the red and black lists: who stands on them, the cases, their forms, papers and rules."""

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.credit import evidence, measures
from registry.credit.listing import find, moves, paper, proceed, propose
from registry.credit.listing.lists import BOOK
from registry.credit.listing.proceed import Said
from registry.credit.listing.propose import Proposal, Responsible
from registry.credit.measures.check import grade_of
from registry.kernel.access import current_actor, requires
from registry.kernel.faults import Conflict, Fault, Invalid, NotFound, Refused
from registry.kernel.host import settings, work
from registry.kernel.work import WorkSession
from registry.roster import find as roster
from registry.roster.cells import CellFault, read_date
from registry.roster.find import Found
from registry.web import papers
from registry.web.forms import faults_by_path
from registry.web.subjects import asked_for

READ, PROPOSE = moves.READ, "listing.propose"
PAGE = 50
_TONES = {
    "black": {moves.LISTED: "bad", moves.REMOVING: "bad"},
    "red": {moves.LISTED: "good", moves.REMOVING: "good"},
}
TEXT_TITLES: Mapping[str, tuple[str, str]] = {
    "warn": ("意见", "对列入建议的审核意见，可以不填。"),
    "announce": ("公示方式", "在哪里公示，例如局网站、公告栏。"),
    "turn_down": ("理由", ""),
    "serve": ("送达方式", "例如直接送达、邮寄送达（写明单号）、公告送达。"),
    "defend": ("陈述申辩内容", "写明提出的事实、理由和证据；书面材料在下方上传。"),
    "object": ("异议内容", "写明谁提出、什么事实；书面材料在下方上传。"),
    "reject": ("不予采纳的理由", "逐项答复对方提出的事实和理由，写入决定书。"),
    "dismiss": ("核实结果", "写入决定书。"),
    "accept": ("采纳的理由", ""),
    "seek": ("事实和理由", "已履行的义务、整改情况及其证据。"),
}
DAY_TITLES: Mapping[str, str] = {
    "announce": "公示开始日期",
    "serve": "送达日期",
    "defend": "收到日期",
    "object": "收到日期",
    "decide": "决定日期",
}

blueprint = Blueprint("listings", __name__, url_prefix="/staff/listings")


@blueprint.app_template_filter("listing_tone")
def listing_tone(listed: find.Listed) -> str:
    if listed.state in moves.CLOSED or (listed.listed_on and not listed.running):
        return "neutral"
    return _TONES[listed.colour].get(listed.state, "attention")


def panel(session: WorkSession, subject: Found) -> object:
    """What the page of a person or organisation shows: the lists it stood on, open cases, measures in force."""
    entries = find.of(session, subject)
    grade = grade_of(session, subject, session.today)
    running = [entry.list_code for entry in entries if entry.running]
    purposes = measures.TABLE.purposes
    return {
        "listings": entries,
        "today": session.today,
        "measures": [
            (purposes[one.purpose].title, one)
            for one in measures.of(grade, running, subject.kind, session.today)
        ],
    }


@blueprint.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    view = request.args.get("view", "")
    view = view if view in find.VIEWS else "listed"
    code = request.args.get("list", "")
    code = code if code in dict(find.titles()) else ""
    before = request.args.get("before", "")
    with work().read() as session:
        listed = find.listings(
            session,
            view=view,
            list_code=code,
            limit=PAGE + 1,
            before=int(before) if before.isdecimal() and len(before) < 16 else None,
        )
        today = session.today
    chosen = {name: value for name, value in (("view", view), ("list", code)) if value}
    here = url_for("listings.index")
    more = f"{here}?{urlencode({**chosen, 'before': listed[PAGE - 1].id})}" if listed[PAGE:] else None
    return render_template(
        "registry/listings/index.html",
        listed=listed[:PAGE],
        view=view,
        views=list(find.VIEWS.items()),
        lists=find.titles(),
        chosen=chosen,
        today=today,
        first=f"{here}?{urlencode(chosen)}" if before else None,
        more=more,
    )


@blueprint.get("/rules")
@requires(READ)
def rules() -> ResponseReturnValue:
    with work().read() as session:
        today = session.today
    return render_template(
        "registry/listings/rules.html",
        lists=[(one, BOOK.off(one, today)) for one in BOOK.lists(today)],
        note=measures.TABLE.note,
        purposes=measures.TABLE.purposes,
        measures=measures.TABLE.measures,
        list_titles=BOOK.titles(),
    )


@blueprint.get("/new")
@requires(PROPOSE)
def new() -> ResponseReturnValue:
    return _form(request.args, {})


@blueprint.post("")
@requires(PROPOSE)
def propose_listing() -> ResponseReturnValue:
    form = request.form
    try:
        with work().write(current_actor()) as session:
            subject = asked_for(session, form)
            if subject is None:
                raise NotFound("请从人员或者机构的页面提出")
            public_id = propose.propose(
                session,
                session.actor,
                subject=subject,
                authority=settings().bureau,
                proposal=Proposal(
                    list_code=form.get("list", ""),
                    criteria=form.getlist("criteria"),
                    cause=form.get("cause", ""),
                    facts=form.get("facts", ""),
                    responsible=_responsible(form),
                ),
            )
    except (Invalid, Conflict) as refused:
        return _form(form, form, _told(refused)), refused.status
    flash("列入建议已提出，等待审核后事先告知（公示）。证据材料请在下方上传。", "good")
    return redirect(url_for("listings.case", public_id=public_id), 303)


def _responsible(form: Mapping[str, str]) -> list[Responsible]:
    """Several names of one role stand in one field, with 、 or a comma between them."""
    found = []
    for number, role in enumerate(propose.ROLES):
        written = form.get(f"responsible_{number}", "").replace("，", "、").replace(",", "、")
        found += [Responsible(role, name.strip()) for name in written.split("、") if name.strip()]
    return found


def _form(
    asked: Mapping[str, str], values: Mapping[str, str], faults: dict[str, list[str]] | None = None
) -> str:
    with work().read() as session:
        subject = asked_for(session, asked)
        if subject is None:
            raise NotFound("请从人员或者机构的页面提出")
        today = session.today
        head = (
            roster.organisation(session, subject.public_id).head if subject.kind == "organisation" else None
        )
        grade = grade_of(session, subject, today)
        entries = find.of(session, subject)
    chosen = BOOK.on(asked.get("list", ""), today)
    if chosen is not None and BOOK.off(chosen, today) is not None and not faults:
        chosen = None
    return render_template(
        "registry/listings/new.html",
        subject=subject,
        rules=chosen,
        lists=[(one, BOOK.off(one, today)) for one in BOOK.lists(today)],
        values=values or {"responsible_0": head or ""},
        criteria=request.form.getlist("criteria"),
        faults=faults or {},
        grade=grade,
        running=[entry for entry in entries if entry.state not in moves.CLOSED],
        roles=propose.ROLES,
    )


@blueprint.get("/<string(length=16):public_id>")
@requires(READ)
def case(public_id: str) -> ResponseReturnValue:
    return _page(public_id)


@blueprint.post("/<string(length=16):public_id>/<act>")
@requires(READ)
def take(public_id: str, act: str) -> ResponseReturnValue:
    """One move; which permission it needs, the table of moves says and the use case checks."""
    form = request.form
    revision = form.get("revision", "")
    try:
        with work().write(current_actor()) as session:
            proceed.take(
                session,
                session.actor,
                listing=public_id,
                revision=int(revision) if revision.isdecimal() and len(revision) < 9 else 0,
                act=act,
                said=Said(
                    text=form.get("text", ""),
                    document_number=form.get("document_number", ""),
                    on=_day(form.get("on", "")),
                    ground=form.get("ground", ""),
                ),
            )
            colour = find.case(session, public_id).rules.colour
    except (Invalid, Conflict, Refused) as refused:
        return _page(public_id, act, refused), refused.status
    flash(f"已办理：{moves.title(colour, act)}。", "good")
    return redirect(url_for("listings.case", public_id=public_id), 303)


def _page(public_id: str, tried: str = "", refused: Fault | None = None) -> str:
    with work().read() as session:
        found = find.case(session, public_id)
        files = evidence.of(session, public_id)
        today = session.today
    colour = found.rules.colour
    return render_template(
        "registry/listings/case.html",
        case=found,
        listed=found.listed,
        files=files,
        today=today,
        moves=found.offered(current_actor(), today),
        papers=paper.papers_of(found),
        measures=_measures(found, today),
        stages=_stages(found),
        tried=tried,
        faults=_told(refused) if refused else {},
        values=request.form if refused else {"on": today.isoformat()},
        grounds=list(moves.GROUNDS.items()),
        text_titles=TEXT_TITLES,
        day_titles=DAY_TITLES,
        colour_title="黑名单" if colour == "black" else "红名单",
    )


def _stages(found: find.Case) -> tuple[Sequence[str], int]:
    """The stages of the procedure and the one that stands open."""
    state = found.listed.state
    if found.rules.colour == "black":
        stages: Sequence[str] = ("提出", "事先告知", "送达", "陈述申辩", "法制审核", "决定")
        place = {
            moves.PROPOSED: 1, moves.WARNED: 2, moves.WINDOW: 3, moves.DEFENDED: 3, moves.ANSWERED: 4, moves.REVIEWED: 5,
            moves.LISTED: 6, moves.REMOVING: 6, moves.REMOVED: 7,
        }  # fmt: skip
    else:
        stages = ("提出", "公示", "决定")
        place = {
            moves.PROPOSED: 1, moves.WINDOW: 1, moves.DEFENDED: 1, moves.ANSWERED: 2, moves.LISTED: 3, moves.REMOVING: 3,
            moves.REMOVED: 4,
        }  # fmt: skip
    leaving = ("移出",) if state in (moves.REMOVING, moves.REMOVED) else ()
    return (*stages, *leaving), place.get(state, -1)


@blueprint.get("/<string(length=16):public_id>/<kind>.pdf")
@requires(READ)
def case_pdf(public_id: str, kind: str) -> Response:
    with work().read() as session:
        found = find.case(session, public_id)
        identity = _identity(session, found.listed.subject)
        today = session.today
    sheet = paper.paper(
        found,
        kind,
        identity=identity,
        measures=[f"{one.text}（{one.basis}）" for one in _measures(found, today)],
        bureau=settings().bureau,
        public_url=settings().public_url,
    )
    return papers.pdf(sheet, f"listing-{kind}-{public_id}.pdf")


def _measures(found: find.Case, today: date) -> list[measures.Measure]:
    subject = found.listed.subject
    return measures.of(None, [found.listed.list_code], subject.kind, found.listed.listed_on or today)


def _identity(session: WorkSession, subject: Found) -> str:
    """The number by which anybody may know the subject; an identity number is none of these."""
    if subject.kind == "organisation":
        place = roster.organisation(session, subject.public_id)
        return place.uscc or place.licence_number or ""
    person = roster.practitioner(session, subject.public_id)
    return person.licences[0].number if person.licences else ""


def _day(text: str) -> date | None:
    try:
        read = read_date(text)
    except CellFault as fault:
        raise Invalid.field("on", fault.rule, fault.message) from fault
    return date.fromisoformat(read) if read else None


def _told(refused: Fault) -> dict[str, list[str]]:
    return faults_by_path(refused) if isinstance(refused, Invalid) else {"": [refused.title]}

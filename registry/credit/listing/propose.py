"""Proposes a registered subject for a list. A person does, on facts; nothing in the service does it by itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError

from registry.credit.listing import moves
from registry.credit.listing.entry import ACT_WORDING, WORDING, lapse_over
from registry.credit.listing.lists import BOOK, Book, List
from registry.credit.listing.proceed import clock, person_alone
from registry.credit.listing.tables import ListingActRow, ListingRow
from registry.credit.sealing import seal
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, FieldFault, Invalid
from registry.kernel.work import WorkSession
from registry.roster.find import Found

LONGEST = 4000
LONGEST_CAUSE = 500
ROLES = ("法定代表人或主要负责人", "其他直接责任人")


@dataclass(frozen=True)
class Responsible:
    """Somebody named beside a listed organisation (上海市社会信用条例第三十三条); `role` is one of ROLES."""

    role: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Why a subject should be listed: `criteria` by code, `cause` as it will be published, `facts` with the evidence."""

    list_code: str
    criteria: Collection[str]
    cause: str
    facts: str
    responsible: Sequence[Responsible] = ()


def propose(
    session: WorkSession,
    actor: Actor,
    *,
    subject: Found,
    proposal: Proposal,
    authority: str,
    book: Book = BOOK,
) -> str:
    """Opens a procedure and returns its public id; `authority` is the office that will decide.

    Raises Refused (`permission`, `person-alone`), Invalid by field: a list without a lawful basis (`list_code`, `off`),
    criteria that are not the list's, missing facts; Conflict `listed-twice` for a subject that stands on the list or is
    on the way to it. The act is `listing.propose`.
    """
    actor.require("listing.propose")
    person_alone(actor)
    chosen = _check(session, subject, proposal, book)
    own = _own(subject)
    lapse_over(session, own & (ListingRow.list_code == chosen.code))
    running = select(ListingRow.state).where(
        own, ListingRow.list_code == chosen.code, ListingRow.state.not_in(moves.CLOSED)
    )
    if (state := session.scalar(running.with_for_update())) is not None:
        title = moves.STATES[chosen.colour][state]
        raise Conflict(f"该主体在“{chosen.title}”已有案件（{title}），不能重复提出", rule="listed-twice")
    move = moves.moves_from(chosen.colour, moves.NEW)[0]
    due = clock(session, chosen, move, on=session.today, window_until=None)
    row = ListingRow(
        public_id=session.new_id(),
        list_code=chosen.code,
        version=session.today,
        colour=chosen.colour,
        organisation_id=subject.id if subject.kind == "organisation" else None,
        practitioner_id=subject.id if subject.kind == "practitioner" else None,
        authority=authority,
        criteria=sorted(set(proposal.criteria)),
        wording=seal(
            session,
            {
                "cause": proposal.cause.strip(),
                "facts": proposal.facts.strip(),
                "responsible": [[one.role, one.name.strip()] for one in proposal.responsible],
            },
            WORDING,
        ),
        state=move.after,
        state_since=session.today,
        due_on=due.day if due else None,
        due_provisional=bool(due and due.provisional),
        window_provisional=False,
        revision=1,
        proposed_at=session.now,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as proposed_meanwhile:
        raise Conflict(f"该主体在“{chosen.title}”刚有案件提出", rule="listed-twice") from proposed_meanwhile
    session.add(
        ListingActRow(
            listing_id=row.id,
            act=move.act,
            step=move.step,
            round=move.round,
            on=session.today,
            wording=seal(session, {"text": ""}, ACT_WORDING),
            actor=actor.id,
            actor_name=actor.name,
            at=session.now,
        )
    )
    session.flush()
    session.act("listing.propose", row.public_id, list=chosen.code, criteria=row.criteria)
    return row.public_id


def _check(session: WorkSession, subject: Found, proposal: Proposal, book: Book) -> List:
    faults: list[FieldFault] = []
    chosen = book.on(proposal.list_code, session.today)
    if chosen is None:
        raise Invalid.field("list_code", "unknown-list", "请选择名单")
    if off := book.off(chosen, session.today):
        raise Invalid.field("list_code", "off", f"“{chosen.title}”{off}")
    if not proposal.criteria:
        faults.append(FieldFault("criteria", "required", "请选择所依据的列入标准"))
    elif set(proposal.criteria) - set(chosen.criteria):
        faults.append(FieldFault("criteria", "unknown-criterion", "所选标准不属于这个名单"))
    faults += _texts(proposal)
    if proposal.responsible and subject.kind != "organisation":
        faults.append(FieldFault("responsible", "person", "责任人员只在列入机构时填写"))
    if any(one.role not in ROLES or not one.name.strip() for one in proposal.responsible):
        faults.append(FieldFault("responsible", "required", "请写明责任人员的姓名"))
    if faults:
        raise Invalid("列入建议填写有误", faults)
    return chosen


def _texts(proposal: Proposal) -> list[FieldFault]:
    faults: list[FieldFault] = []
    for name, text, longest, wanted in (
        ("cause", proposal.cause, LONGEST_CAUSE, "请写明列入事由"),
        ("facts", proposal.facts, LONGEST, "请写明事实和证据"),
    ):
        if not text.strip():
            faults.append(FieldFault(name, "required", wanted))
        elif len(text.strip()) > longest:
            faults.append(FieldFault(name, "too-long", f"最多 {longest} 字"))
    return faults


def _own(subject: Found) -> ColumnElement[bool]:
    if subject.kind == "organisation":
        return ListingRow.organisation_id == subject.id
    return ListingRow.practitioner_id == subject.id

"""Puts pledges on record and says whether they were kept."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from registry.accounts.roles import EVERYONE
from registry.credit.columns import SCOPES
from registry.credit.pledge import rules, template
from registry.credit.pledge.tables import OutcomeRow, PledgeRow, SerialRow
from registry.credit.pledge.template import Outcome, Promise
from registry.credit.record import Subject, annul, record
from registry.credit.sealing import seal
from registry.credit.tables import EventRow
from registry.kernel.access import Actor, Permission
from registry.kernel.faults import Conflict, FieldFault, Invalid, NotFound
from registry.kernel.work import WorkSession
from registry.roster import find
from registry.roster.tables import OrganisationRow, PractitionerRow

GIVE, ASSESS, READ = "pledge.give", "pledge.assess", "pledge.read"
PERMISSIONS = (
    Permission(READ, "查看信用承诺", EVERYONE - {"witness", "draw", "admin"}),
    Permission(GIVE, "登记和导出信用承诺", frozenset({"clerk", "head"})),
    Permission(ASSESS, "认定信用承诺的履行状态", frozenset({"clerk", "head"})),
)
ACTS = {
    "pledge.give": "登记信用承诺",
    "pledge.assess": "认定信用承诺的履行状态",
    "pledge.export": "导出信用承诺",
}
WORDING, OUTCOME_WORDING = "reg_pledges.wording", "reg_pledge_outcomes.wording"

SCOPE_OF: Mapping[str, str] = dict(zip(template.DISCLOSURES, (SCOPES[0], SCOPES[2], SCOPES[1]), strict=True))
"""How far the event of a pledge may be known, by the 公开类型 that the promiser agreed to."""


@dataclass(frozen=True)
class Pledge:
    """A pledge on record. `created` is False when the same one was there already."""

    id: int
    public_id: str
    code: str
    created: bool


def give(
    session: WorkSession,
    actor: Actor,
    *,
    subject: Subject,
    kind: str,
    reason: str,
    content: str,
    liability: str,
    given_on: date,
    accepted_by: str,
    accepted_by_code: str,
    valid_until: date | None = None,
    disclosure: str = template.PUBLIC,
    remark: str = "",
    promiser_code: str = "",
    promiser_kind: str = "",
) -> Pledge:
    """Records the pledge of a subject and gives it its code (承诺编码).

    `kind`, `disclosure` and `promiser_kind` in the words of `template`. Name, category and number of a registered
    subject come from the roster; `promiser_code` is what the promiser showed where the roster has none. The same pledge
    again is returned with `created` False. Raises Invalid by the names of the template's fields, NotFound, Refused,
    Conflict (`given`) for the same pledge at the same moment.
    The act is `pledge.give`.
    """
    return give_written(
        session,
        actor,
        subject=subject,
        values={
            "kind": kind,
            "reason": reason,
            "content": content,
            "liability": liability,
            "given_on": given_on.isoformat(),
            "valid_until": valid_until.isoformat() if valid_until else "",
            "accepted_by": accepted_by,
            "accepted_by_code": accepted_by_code,
            "disclosure": disclosure,
            "remark": remark,
            "promiser_code": promiser_code,
            "promiser_kind": promiser_kind,
        },
    )


def give_written(
    session: WorkSession, actor: Actor, *, subject: Subject, values: Mapping[str, str]
) -> Pledge:
    """As `give`, from texts by the template's field as somebody typed them."""
    actor.require(GIVE)
    promise, faults = template.promise({**values, **_promiser(session, subject, values)})
    if promise is None:
        raise Invalid("信用承诺填写有误", [FieldFault(*fault) for fault in faults])
    if promise.given_on > session.today:
        raise Invalid.field("given_on", "future", "承诺作出日期晚于今天")
    return put(session, subject, replace(promise, code=""))


def put(session: WorkSession, subject: Subject, promise: Promise) -> Pledge:
    """Stores a checked promise under its own code, or under the next one of its day. No permission is asked here."""
    content = blind(session, promise)
    known = session.execute(
        select(PledgeRow.id, PledgeRow.public_id, PledgeRow.code).where(PledgeRow.content == content)
    ).one_or_none()
    if known is not None:
        return Pledge(known.id, known.public_id, known.code, created=False)
    code = _code(_serial(session, promise), promise)
    row = PledgeRow(
        public_id=session.new_id(),
        code=code,
        practitioner_id=subject.practitioner,
        organisation_id=subject.organisation,
        promiser_name=promise.promiser_name,
        promiser_kind=promise.promiser_kind,
        kind=promise.kind,
        given_on=promise.given_on,
        valid_until=promise.valid_until,
        accepted_by=promise.accepted_by,
        accepted_by_code=promise.accepted_by_code,
        disclosure=promise.disclosure,
        performance=None,
        wording=seal(
            session,
            {
                "promiser_code": promise.promiser_code,
                "reason": promise.reason,
                "content": promise.content,
                "liability": promise.liability,
                "remark": promise.remark,
            },
            WORDING,
        ),
        content=content,
        recorded_at=session.now,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as given_meanwhile:
        raise Conflict("同一承诺刚刚登记，请刷新后查看", rule="given") from given_meanwhile
    session.act("pledge.give", row.public_id, code=code)
    return Pledge(row.id, row.public_id, code, created=True)


def blind(session: WorkSession, promise: Promise) -> str:
    """What makes two pledges the same, whatever their codes; it tells nobody what they say."""
    text = json.dumps({**asdict(promise), "code": ""}, ensure_ascii=False, sort_keys=True, default=str)
    return session.keys.blind(text, "reg_pledges.content")


def assess(
    session: WorkSession, actor: Actor, *, pledge: str, values: Mapping[str, str], reason: str = ""
) -> str:
    """Says whether a pledge (public id) was kept, from texts by the template's field; returns the event's public id.

    The finding is recorded as a credit event `pledge`. A second finding answers the first, whose event is annulled, and
    wants a `reason`. Raises Invalid by field, Conflict for the finding that stands already, NotFound, Refused. The act
    is `pledge.assess`.
    """
    actor.require(ASSESS)
    found, faults = template.outcome(values)
    if faults or found is None:
        faults = faults or [("performance", "required", "请选择履行状态")]
        raise Invalid("履行状态填写有误", [FieldFault(*fault) for fault in faults])
    row = session.scalar(select(PledgeRow).where(PledgeRow.public_id == pledge).with_for_update())
    if row is None:
        raise NotFound("没有这份信用承诺")
    return put_outcome(session, actor, row, found, reason=reason.strip())


def put_outcome(session: WorkSession, actor: Actor, row: PledgeRow, found: Outcome, *, reason: str) -> str:
    """Stores a checked outcome of a pledge that is held. The day it was found is today where the paper names none."""
    on = found.assessed_on or session.today
    if not row.given_on <= on <= session.today:
        raise Invalid.field("assessed_on", "date-range", "认定日期不得早于承诺作出日期，也不得晚于今天")
    standing = session.scalars(
        select(OutcomeRow).where(OutcomeRow.pledge_id == row.id).order_by(OutcomeRow.id.desc()).limit(1)
    ).first()
    number = session.scalar(select(func.count()).where(OutcomeRow.pledge_id == row.id)) or 0
    if standing is not None:
        if standing.performance == found.performance and standing.assessed_on == on:
            raise Conflict("该承诺已作此认定", rule="assessed")
        if not reason:
            raise Invalid.field("correction", "required", "该承诺已经认定过，重新认定须写明理由")
        _annul(session, actor, standing, reason)
    event = record(
        session,
        actor,
        kind="pledge",
        subject=Subject(
            practitioner=row.practitioner_id, organisation=row.organisation_id, name=row.promiser_name
        ),
        decided_on=on,
        summary=f"信用承诺（{row.kind}）{found.performance}",
        document_number=row.code,
        authority=found.assessed_by or row.accepted_by,
        severity=rules.on(on).severity.get(found.performance),
        scope=SCOPE_OF[row.disclosure],
        detail={
            "pledge": row.public_id,
            "type": row.kind,
            "performance": found.performance,
            "given_on": row.given_on.isoformat(),
        },
        key=f"{row.public_id}/{number}",
    )
    session.add(
        OutcomeRow(
            pledge_id=row.id,
            performance=found.performance,
            assessed_on=on,
            assessed_by=found.assessed_by or row.accepted_by,
            assessed_by_code=found.assessed_by_code or (None if found.assessed_by else row.accepted_by_code),
            wording=seal(
                session,
                {"unkept": found.unkept, "pursued": found.pursued, "reason": reason},
                OUTCOME_WORDING,
            ),
            event_id=event.id,
            answers_id=standing.id if standing else None,
            actor=actor.id,
            actor_name=actor.name,
            recorded_at=session.now,
        )
    )
    row.performance = found.performance
    session.flush()
    session.act("pledge.assess", row.public_id, event=event.public_id, again=standing is not None)
    return event.public_id


def _annul(session: WorkSession, actor: Actor, standing: OutcomeRow, reason: str) -> None:
    event = session.scalars(select(EventRow.public_id).where(EventRow.id == standing.event_id)).one()
    annul(session, actor, event=event, ground=f"履行状态重新认定：{reason}", on=session.today)


def _promiser(session: WorkSession, subject: Subject, values: Mapping[str, str]) -> dict[str, str]:
    """Name, category and number of a registered subject; of anybody else what was written."""
    shown = values.get("promiser_code", "")
    if subject.organisation is not None:
        row = session.execute(
            select(OrganisationRow.name, OrganisationRow.uscc).where(
                OrganisationRow.id == subject.organisation
            )
        ).one_or_none()
        if row is None:
            raise NotFound("没有这个主体")
        return {
            "promiser_name": row.name,
            "promiser_kind": template.ORGANISATION,
            "promiser_code": row.uscc or shown,
        }
    if subject.practitioner is not None:
        name = session.scalar(select(PractitionerRow.name).where(PractitionerRow.id == subject.practitioner))
        if name is None:
            raise NotFound("没有这个主体")
        paper = find.identity(session, subject.practitioner)
        return {
            "promiser_name": name,
            "promiser_kind": template.PERSON,
            "promiser_code": paper.number if paper else shown,
        }
    return {"promiser_name": subject.name or ""}


def _serial(session: WorkSession, promise: Promise) -> SerialRow:
    """The count of the pledge's region and day, held until the unit of work ends.

    The region is that of the accepting office, the third to eighth characters of its credit code (GB 32100).
    """
    region = promise.code[:6] or promise.accepted_by_code[2:8]
    day = date.fromisoformat(promise.code[6:14]) if promise.code else promise.given_on
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    # Two at once on a day's first pledge: the second waits here for the first to commit, and then finds its row.
    session.execute(dialect.insert(SerialRow).values(region=region, day=day, last=0).on_conflict_do_nothing())
    return session.scalars(
        select(SerialRow).where(SerialRow.region == region, SerialRow.day == day).with_for_update()
    ).one()


def _code(serial: SerialRow, promise: Promise) -> str:
    """The pledge's own code, past which the count then goes on, or the next one."""
    if promise.code:
        serial.last = max(serial.last, int(promise.code[14:]))
        return promise.code
    serial.last += 1
    return f"{serial.region}{serial.day:%Y%m%d}{serial.last:06d}"


def stored(session: WorkSession, codes: Collection[str]) -> Sequence[PledgeRow]:
    """The pledges on record under these codes."""
    return session.scalars(select(PledgeRow).where(PledgeRow.code.in_(codes))).all()

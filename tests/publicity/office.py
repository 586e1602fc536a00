"""An office at work: what it decided about whom, and who takes which step. Numbers are fictional; their checks hold."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from publicity.notices import publish
from publicity.notices.tables import Notice
from publicity.release import archive, decide, find, intake
from publicity.release.redaction import keep, review
from publicity.release.tables import Release
from registry.credit import correction
from registry.credit import find as events
from registry.credit.record import NewEvent, Subject, record
from registry.credit.standard import missing_for_platform
from registry.credit.tables import EventRow
from registry.kernel.access import Actor, Permission
from registry.kernel.host import Host
from registry.kernel.work import Work, WorkSession
from registry.roster.enrol import Organisation, Practitioner, enrol_organisation, enrol_practitioner

OFFICE = Actor.command("tests")
CORRECTOR = Actor("staff", "c" * 16, "经办人", frozenset({"credit.correct"}))
FIRM_CODE = "313101061234567885"
LAWYER_NUMBER = "13106201010123456"
LAWYER_ID = "310000198403121368"
HEAD_ID = "310000197101019793"
MOBILE = "19912345678"
PRIVATE = (LAWYER_ID, HEAD_ID, MOBILE)
"""What may never leave the office but over the government exchange."""

SIX = (
    ("propose", "clerk"),
    ("first_review", "head"),
    ("secrecy_review", "secrecy"),
    ("approve", "leader"),
    ("publish", "clerk2"),
    ("archive", "admin"),
)
"""The six steps and who takes them; clerk2 is a second clerk."""
BUREAU = "上海市司法局"
BUREAU_CODE = "11310000MB2F30302W"


@dataclass(frozen=True)
class Subjects:
    firm: Organisation
    lawyer: Practitioner


def enrol(work: Work) -> Subjects:
    """A firm, and a lawyer who practises there."""
    with work.write(OFFICE) as session:
        firm = enrol_organisation(
            session,
            OFFICE,
            kind="law_firm",
            name="上海明理律师事务所",
            district="310106",
            uscc=FIRM_CODE,
            form="普通合伙",
            head="周正",
            phone=MOBILE,
            established_on=date(2010, 5, 6),
        )
        lawyer = enrol_practitioner(
            session,
            OFFICE,
            name="章程",
            profession="lawyer",
            licence_number=LAWYER_NUMBER,
            granted_on=date(2010, 6, 1),
            category="专职",
            organisation=firm,
            id_number=LAWYER_ID,
            phone=MOBILE,
        )
    return Subjects(firm, lawyer)


def permit(
    work: Work, subjects: Subjects, *, number: str = "沪司许决字〔2026〕第101号", decided: str = "2026-11-16"
) -> str:
    """A licence for the lawyer; returns the event's public id. The kind of subject is not filled in."""
    columns = {
        "XK_XDR_MC": "章程", "XK_XKWS": "准予律师执业决定书", "XK_WSH": number, "XK_XKLB": "普通", "XK_XKZS": "律师执业证",
        "XK_XKBH": LAWYER_NUMBER, "XK_NR": "准予律师执业", "XK_JDRQ": decided, "XK_YXQZ": decided, "XK_YXQZI": "2099-12-31",
        "XK_XKJG": BUREAU, "XK_XKJGDM": BUREAU_CODE, "XK_ZT": "1", "XK_LYDW": BUREAU, "XK_LYDWDM": BUREAU_CODE,
    }  # fmt: skip
    return _record(
        work,
        kind="permit",
        subject=Subject(practitioner=subjects.lawyer.id),
        decided=decided,
        number=number,
        summary="准予律师执业",
        columns=columns,
        restricted={"XK_XDR_ZJLX": "身份证", "XK_XDR_ZJHM": LAWYER_ID},
    )


def penalty(
    work: Work,
    subjects: Subjects,
    *,
    number: str = "沪司罚决字〔2026〕第7号",
    decided: str = "2026-11-12",
    severity: str = "一般",
    facts: str = f"当事人（身份证号{LAWYER_ID}，电话{MOBILE}）于2026年5月私自收取费用。",
) -> str:
    """A fine on the firm, whose facts quote numbers that nobody may read; returns the event's public id."""
    columns = {
        "CF_XDR_MC": "上海明理律师事务所", "CF_XDR_LB": "法人及非法人组织", "CF_XDR_SHXYM": FIRM_CODE, "CF_FRDB": "周正",
        "CF_WSH": number, "CF_WFXW": "私自收费",
        "CF_SY": facts,
        "CF_YJ": "律师法第五十条第一款第（一）项", "CF_CFLB": "罚款", "CF_NR": "罚款二万元", "CF_NR_FK": "2.000000",
        "CF_JDRQ": decided, "CF_CFJG": BUREAU, "CF_CFJGDM": BUREAU_CODE, "CF_SJLY": BUREAU, "CF_SJLYDM": BUREAU_CODE,
    }  # fmt: skip
    return _record(
        work,
        kind="penalty",
        subject=Subject(organisation=subjects.firm.id),
        decided=decided,
        number=number,
        severity=severity,
        summary="罚款二万元",
        columns=columns,
        restricted={"CF_FR_ZJLX": "身份证", "CF_FR_ZJHM": HEAD_ID},
    )


def finding(work: Work, subjects: Subjects, *, number: str = "2026-011-3") -> str:
    """What an inspection found at the firm; returns the event's public id."""
    return _record(
        work,
        kind="inspection_finding",
        subject=Subject(organisation=subjects.firm.id),
        decided="2026-11-18",
        number=number,
        summary="律师事务所内部管理制度：未发现问题",
        detail={
            "task": "2026年第四季度律师事务所抽查",
            "matter": "律师事务所内部管理制度",
            "basis": "律师法第四条",
            "visit": "zzzzzzzzzzzzzzzz",
            "inspectors": ["沪司执0001"],
            "codes": ["1"],
            "results": ["未发现问题"],
            "measure": "无需后续处置",
            "closed_on": "2026-11-19",
        },
    )


def correct(
    host: Host, event: str, actor: Actor = CORRECTOR, columns: dict[str, str] | None = None, **now: Any
) -> None:
    """Corrects these fields and columns of an event; the rest stays as it reads."""
    with host.work.write(actor) as session:
        read = events.event(session, event)
        as_it_is = NewEvent(
            kind=read.kind.code,
            subject=Subject(name=read.subject.name),
            decided_on=read.decided_on,
            summary=read.summary,
            document_number=read.document_number,
            authority=read.authority,
            columns={**read.columns, **(columns or {})},
            restricted=events.restricted(session, event),
            severity=read.severity,
            simple=read.simple,
            detail=read.detail,
            missing=read.missing,
            scope=read.scope,
        )
        correction.correct(session, actor, event=event, now=replace(as_it_is, **now), reason="录入有误")


def team(host: Host) -> dict[str, Actor]:
    """Six people, each with one role, for calling use cases directly."""
    return {name: person(host.permissions, name) for _, name in SIX}


def person(permissions: list[Permission], name: str) -> Actor:
    role = name.rstrip("2")
    return Actor("staff", name, name, frozenset(p.name for p in permissions if role in p.roles))


def take(work: Work, actor: Actor, step: str, release: str) -> None:
    """One step of one release at the revision that it has now; before the secrecy review what is proposed is covered."""
    with work.write(actor) as session:
        revision = session.scalars(select(Release.revision).where(Release.public_id == release)).one()
        if step == "secrecy_review" and may_review(session, actor, release):
            revision = confirm(session, actor, release)
        _take(session, actor, step, release=release, revision=revision)


def take_at(work: Work, actor: Actor, step: str, release: str, *, revision: int) -> None:
    """One step by somebody who saw the release at `revision`."""
    with work.write(actor) as session:
        _take(session, actor, step, release=release, revision=revision)


def _take(session: WorkSession, actor: Actor, step: str, **given: Any) -> None:
    if step == "propose":
        decide.propose(session, actor, **given)
    elif step == "publish":
        publish.publish(session, actor, **given)
    elif step == "archive":
        archive.archive(session, actor, **given)
    else:
        decide.review(session, actor, step=step, **given)


def may_review(session: WorkSession, actor: Actor, release: str) -> bool:
    row = session.scalars(select(Release).where(Release.public_id == release)).one()
    return row.state == "reviewed" and find.page(session, actor, release).mine is not None


def confirm(session: WorkSession, actor: Actor, release: str) -> int:
    """The secrecy reviewer covers whatever is proposed and open; gives the release's revision then."""
    row = session.scalars(select(Release).where(Release.public_id == release)).one()
    version = keep.latest(session, row)
    open_ = [one.id for one in version.redactions if keep.decided(one) is None] if version else []
    if not open_:
        return row.revision
    answers = {number: review.Answer(covered=True) for number in open_}
    return review.answer(session, actor, release=release, revision=row.revision, answers=answers).revision


def release_of(work: Work, event: str) -> str:
    """The release that the intake drafted for an event."""
    intake.run(work)
    with work.read() as session:
        found = select(Release.public_id).join(EventRow, EventRow.id == Release.event_id)
        return session.scalars(found.where(EventRow.public_id == event)).one()


def publicise(host: Host, event: str, *, through: str = "archive") -> str:
    """Takes an event through its steps up to `through`; returns the notice's public id."""
    release = release_of(host.work, event)
    people = team(host)
    for step, name in SIX:
        take(host.work, people[name], step, release)
        if step == through:
            break
    with host.work.read() as session:
        return session.scalars(
            select(Notice.public_id)
            .join(Release, Release.id == Notice.release_id)
            .where(Release.public_id == release)
        ).one()


def _record(work, *, decided, number, columns=None, restricted=None, **fields) -> str:
    columns, restricted = columns or {}, restricted or {}
    missing = missing_for_platform(fields["kind"], {**columns, **restricted}) if columns else ()
    with work.write(OFFICE) as session:
        event = record(
            session,
            OFFICE,
            decided_on=date.fromisoformat(decided),
            document_number=number,
            authority=BUREAU,
            columns=columns,
            restricted=restricted,
            missing=missing,
            **fields,
        )
    return event.public_id

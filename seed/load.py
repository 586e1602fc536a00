"""Loads the demo city through the use cases, week by week, as an office would have entered it. No raw rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select

from publicity.notices import end, publish
from publicity.notices.tables import Notice
from publicity.proving import penalties
from publicity.release import archive, decide, intake
from publicity.release.redaction import keep, review
from publicity.release.tables import Release
from registry.accounts.tables import StaffRow
from registry.credit.columns import RESTRICTED
from registry.credit.record import NewEvent, Subject, annul, record_many
from registry.credit.standard import missing_for_platform
from registry.credit.tables import EventRow
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.kernel.work import Work, WorkSession
from registry.roster.drafts import NewOrganisation, NewPractitioner
from registry.roster.enrol import Organisation, Practitioner, enrol_organisations, enrol_practitioners
from seed import (
    aftermath,
    alerts,
    annual,
    catalogue,
    complaints,
    correspondence,
    disclosure,
    draws,
    entries,
    exchange,
    fieldwork,
    persons,
    procedure,
    public,
    returned,
    rights,
    roster,
    seal,
    sealed,
    standing,
)
from seed.city import city
from seed.facts import BUREAU, Fact, facts
from seed.lists import Lists
from seed.office import SEED, Office, at, opened

_SPAN = timedelta(days=735)
_WEEK = timedelta(days=7)
_STEPS = (
    ("clerk", "propose"),
    ("head", "first_review"),
    ("secrecy", "secrecy_review"),
    ("leader", "approve"),
    ("clerk2", "publish"),
    ("admin", "archive"),
)
Progress = Callable[[str, float], None]


class NotEmpty(Exception):
    """The database holds staff already; the demo city is loaded into an empty one alone."""


def empty(work: Work) -> bool:
    """Whether nobody has an account yet."""
    with work.read() as session:
        return session.scalar(select(StaffRow.id).limit(1)) is None


def load(host: Host, *, today: date, progress: Progress) -> None:
    """Loads the city of `today`; `progress` gets what is being done and the share that is done. Raises NotEmpty.

    Ids and salts come from a generator seeded with the day, so the same day gives the same city; keys do not, they
    are the installation's own.
    """
    if not empty(host.work):
        raise NotEmpty
    progress("工作人员", 0.0)
    _Loading(opened(host, city(today), SetClock(at(today - _SPAN, 9))), progress).run()
    if host.settings.seal and not host.settings.seal.exists():
        seal.make(host.settings.seal, office=host.settings.bureau, today=today)


def _inspections(today: date) -> list[tuple[date, Callable[[Office, date], None]]]:
    """What inspections do in which week."""

    def ago(days: int) -> date:
        return today - timedelta(days=days)

    return [
        (date(today.year - 1, 10, 12), aftermath.last_year),
        (date(today.year, 1, 20), aftermath.report),
        (today - annual.AHEAD, annual.plan),
        (ago(90), draws.finished),
        (ago(76), aftermath.ordered),
        (ago(50), lambda office, _day: fieldwork.begun(office)),
        (ago(44), sealed.opened),
        (ago(35), catalogue.revised),
        (ago(30), persons.drawn),
        (ago(exchange.AHEAD), exchange.opened),
        (ago(60), correspondence.begun),
        (ago(40), correspondence.answered),
        (ago(5), correspondence.waiting),
        (ago(4), alerts.followed),
        (ago(12), aftermath.running),
        (ago(8), sealed.closed),
    ]


@dataclass
class _Loading:
    office: Office
    progress: Progress
    firms: dict[int, Organisation] = field(default_factory=dict)
    people: dict[int, Practitioner] = field(default_factory=dict)

    def run(self) -> None:
        today = self.office.city.today
        happened = facts(self.office.city)
        start = today - _SPAN
        standing.former(self.office)
        self._enrol(start)
        annual.listed(self.office)
        catalogue.published(self.office)
        draws.prepare(self.office)
        lists = Lists(self.office, self.firms, self.people, happened)
        agenda = _inspections(today)
        day = start
        while day < today:
            following = min(day + _WEEK, today)
            self.office.clock.set(at(following, 10))
            self._enrol(following)
            if day < standing.announced(today) <= following:
                standing.present(self.office)
            self._record([fact for fact in happened if day < fact.decided_on <= following])
            lists.week(following)
            self._release(following)
            for due, happens in agenda:
                if day < due <= following:
                    happens(self.office, following)
            self.progress("信用事件与公示", 0.3 + 0.65 * ((following - start) / _SPAN))
            day = following
        roster.changes(self.office, self.firms, self.people)
        complaints.received(self.office, self.firms, self.people)
        self._aftermath()
        entries.typed(self.office, self.people)
        standing.waiting(self.office)
        draws.waiting(self.office)
        annual.people(self.office)
        public.received(self.office)
        intake.run(self.office.work)
        disclosure.decided(self.office)
        procedure.under_way(self.office)
        end.run(self.office.work)
        penalties.run(self.office.work)
        exchange.told(self.office)
        returned.last_month(self.office)
        catalogue.waiting(self.office)
        self.progress("完成", 1.0)

    def _enrol(self, until: date) -> None:
        """Whoever was established or licensed by `until` and is not on the roster yet."""
        new_firms = [
            f for f in self.office.city.firms if f.key not in self.firms and f.established_on <= until
        ]
        new_people = [
            p for p in self.office.city.people if p.key not in self.people and p.granted_on <= until
        ]
        for position in range(0, len(new_firms), 500):
            some = new_firms[position : position + 500]
            with self.office.work.write(self.office.actors["clerk"]) as session:
                enrolled = enrol_organisations(
                    session,
                    session.actor,
                    [
                        NewOrganisation(
                            kind=f.kind,
                            name=f.name,
                            district=f.district,
                            uscc=f.uscc,
                            form=f.form,
                            head=f.head,
                            address=f.address,
                            phone=f.phone,
                            established_on=f.established_on,
                            licence_number=f.licence_number,
                            authority=BUREAU,
                        )
                        for f in some
                    ],
                )
            self.firms.update({f.key: row for f, row in zip(some, enrolled, strict=True)})
        for position in range(0, len(new_people), 500):
            some_people = new_people[position : position + 500]
            with self.office.work.write(self.office.actors["clerk"]) as session:
                admitted = enrol_practitioners(
                    session,
                    session.actor,
                    [
                        NewPractitioner(
                            name=p.name,
                            profession=p.profession,
                            licence_number=p.licence_number,
                            organisation=self.firms[p.firm],
                            id_number=p.id_number,
                            category=p.category,
                            granted_on=p.granted_on,
                            phone=p.phone,
                        )
                        for p in some_people
                    ],
                )
            self.people.update({p.key: row for p, row in zip(some_people, admitted, strict=True)})
            self.progress("名录", 0.02 + 0.28 * (len(self.people) / len(self.office.city.people)))

    def _record(self, happened: Sequence[Fact]) -> None:
        if not happened:
            return
        with self.office.work.write(self.office.actors["clerk"]) as session:
            record_many(session, session.actor, [self._event(fact) for fact in happened])

    def _event(self, fact: Fact) -> NewEvent:
        person = self.people[fact.person.key] if fact.person else None
        missing: Sequence[str] = ()
        if fact.columns:
            missing = missing_for_platform("permit" if fact.kind == "permit" else "penalty", fact.columns)
        return NewEvent(
            kind=fact.kind,
            subject=Subject(practitioner=person.id)
            if person
            else Subject(organisation=self.firms[fact.firm.key].id),
            decided_on=fact.decided_on,
            summary=fact.summary,
            document_number=fact.document_number,
            authority=BUREAU,
            columns={code: text for code, text in fact.columns.items() if code not in RESTRICTED},
            restricted={code: text for code, text in fact.columns.items() if code in RESTRICTED},
            severity=fact.severity,
            missing=missing,
            detail=fact.detail,
            # Practitioners' yearly assessments are shown on request, not published one by one.
            scope="仅政府部门内部共享"
            if person and fact.kind in ("annual_assessment", "pro_bono")
            else "公示",
            key=person.public_id if person else self.firms[fact.firm.key].public_id,
        )

    def _release(self, day: date) -> None:
        """The week's proposals through the six steps, each by its own person; the newest stay on the way."""
        intake.run(self.office.work)
        for number, (username, step) in enumerate(_STEPS):
            latest = self.office.city.today - timedelta(days=2 * (number + 1))
            self.office.clock.set(at(day, 11 + number))
            with self.office.work.write(self.office.actors[username]) as session:
                waiting = session.scalars(
                    select(Release)
                    .where(Release.state == _BEFORE[step], Release.decided_on <= latest)
                    .order_by(Release.id)
                ).all()
                for row in waiting:
                    _take(session, step, row)
        end.run(self.office.work)

    def _aftermath(self) -> None:
        """Penalties that fell are withdrawn, one is repaired, one objected to, one corrected; one draft was sent back."""
        today = self.office.city.today
        self.office.clock.set(at(today, 17))
        with self.office.work.read() as session:
            running = session.execute(
                select(Notice.public_id, EventRow.public_id)
                .join(Release, Release.id == Notice.release_id)
                .join(EventRow, EventRow.id == Release.event_id)
                .where(Notice.kind == "penalty", Notice.state == "current", EventRow.severity == "一般")
                .order_by(Notice.id)
                .limit(6)
            ).all()
            waiting = session.scalars(
                select(Release).where(Release.state == "proposed").order_by(Release.id)
            ).first()
        for notice, event in running[:3]:
            with self.office.work.write(self.office.actors["leader"]) as session:
                annul(session, SEED, event=event, ground="行政复议决定撤销", on=session.today)
                end.withdraw(session, session.actor, notice=notice, ground="quashed")
        repaired = rights.repairable(self.office, [event for _, event in running[3:5]])
        for _, event in running[3:5]:
            (rights.repaired if event == repaired else rights.objected)(self.office, event)
        with self.office.work.write(self.office.actors["head"]) as session:
            publish.correct(
                session, session.actor, notice=running[5][0], columns={"BZ": "更正：补充处罚依据条款"}
            )
        if waiting is not None:
            with self.office.work.write(self.office.actors["head"]) as session:
                decide.send_back(
                    session,
                    session.actor,
                    release=waiting.public_id,
                    revision=waiting.revision,
                    reason="请补充许可编号",
                )


_BEFORE = {
    "propose": "drafted",
    "first_review": "proposed",
    "secrecy_review": "reviewed",
    "approve": "cleared",
    "publish": "approved",
    "archive": "published",
}


def _take(session: WorkSession, step: str, row: Release) -> None:
    release, revision = row.public_id, row.revision
    if step == "propose":
        decide.propose(session, session.actor, release=release, revision=revision)
    elif step == "publish":
        publish.publish(session, session.actor, release=release, revision=revision)
    elif step == "archive":
        archive.archive(session, session.actor, release=release, revision=revision)
    else:
        if step == "secrecy_review":
            revision = _covered(session, row)
        decide.review(session, session.actor, step=step, release=release, revision=revision)


def _covered(session: WorkSession, row: Release) -> int:
    """The reviewer covers whatever is proposed; gives the release's revision then."""
    version = keep.latest(session, row)
    proposed = [one.id for one in version.redactions if keep.decided(one) is None] if version else []
    if proposed:
        answers = {number: review.Answer(covered=True) for number in proposed}
        review.answer(session, session.actor, release=row.public_id, revision=row.revision, answers=answers)
    return row.revision

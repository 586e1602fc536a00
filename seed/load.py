"""Loads the demo city through the use cases, week by week, as an office would have entered it. No raw rows."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from inspection.ceremony import conduct
from inspection.plan import draft as plan
from inspection.plan.tables import InspectorRow
from inspection.visits import assign, findings
from inspection.visits import find as visits
from publicity.notices import end, publish
from publicity.notices.tables import Notice
from publicity.release import archive, decide, intake
from publicity.release.tables import Release
from registry.accounts.staff import Staff, add_staff
from registry.accounts.tables import StaffRow
from registry.credit.columns import RESTRICTED
from registry.credit.record import NewEvent, Subject, annul, record_many
from registry.credit.standard import missing_for_platform
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.host import Host
from registry.kernel.work import Work, WorkSession
from registry.roster.drafts import NewOrganisation, NewPractitioner
from registry.roster.enrol import Organisation, Practitioner, enrol_organisations, enrol_practitioners
from seed.city import CITY, City, city
from seed.facts import BUREAU, Fact, facts
from seed.plan import MATTERS, STRATA, TEAM

PASSWORD = "demo-city-2026"  # noqa: S105  published, for the demo city alone
STAFF = (
    ("clerk", "林知行", "律师工作处", ("clerk",)),
    ("clerk2", "苏晚晴", "公共法律服务处", ("clerk",)),
    ("head", "顾明远", "律师工作处", ("head",)),
    ("secrecy", "沈静言", "局公开办", ("secrecy",)),
    ("leader", "陆承泽", "局领导", ("leader",)),
    ("draw", "方以诚", "执法监督处", ("draw",)),
    ("witness", "程安之", "市律师协会", ("witness",)),
    ("witness2", "叶思齐", "机关纪委", ("witness",)),
    ("inspector1", "", "", ("inspector",)),
    ("inspector2", "", "", ("inspector",)),
    ("inspector3", "", "", ("inspector",)),
    ("inspector4", "", "", ("inspector",)),
    ("auditor", "严正", "审计处", ("auditor",)),
    ("admin", "何立", "信息中心", ("admin",)),
)
_SPAN = timedelta(days=735)
_WEEK = timedelta(days=7)
_SEED = Actor.command("seed")
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
    clock = SetClock(_at(today - _SPAN, 9))
    _Loading(host, city(today), clock, progress).run()


@dataclass
class _Loading:
    host: Host
    city: City
    clock: SetClock
    progress: Progress
    actors: dict[str, Actor] = field(default_factory=dict)
    firms: dict[int, Organisation] = field(default_factory=dict)
    people: dict[int, Practitioner] = field(default_factory=dict)

    def run(self) -> None:
        today = self.city.today
        self.work = self.host.work_with(self.clock, _chance(today))
        self._staff()
        happened = facts(self.city)
        start = today - _SPAN
        self._enrol(start)
        self._plan()
        day = start
        while day < today:
            following = min(day + _WEEK, today)
            self.clock.set(_at(following, 10))
            self._enrol(following)
            self._record([fact for fact in happened if day < fact.decided_on <= following])
            self._release(following)
            if day < today - timedelta(days=90) <= following:
                self._finished_draw(following)
            self.progress("信用事件与公示", 0.3 + 0.65 * ((following - start) / _SPAN))
            day = following
        self._aftermath()
        self._waiting_draw()
        intake.run(self.work)
        end.run(self.work)
        self.progress("完成", 1.0)

    def _staff(self) -> None:
        self.progress("工作人员", 0.0)
        with self.work.write(_SEED) as session:
            for username, name, section, roles in STAFF:
                official = (
                    self.city.officials[int(username[-1]) - 1] if username.startswith("inspector") else None
                )
                member: Staff = add_staff(
                    session,
                    _SEED,
                    username=username,
                    name=official.name if official else name,
                    section=official.unit if official else section,
                    roles=roles,
                    password=PASSWORD,
                    demo=True,
                )
                self.actors[username] = member.actor(self.host.permissions)

    def _enrol(self, until: date) -> None:
        """Whoever was established or licensed by `until` and is not on the roster yet."""
        new_firms = [f for f in self.city.firms if f.key not in self.firms and f.established_on <= until]
        new_people = [p for p in self.city.people if p.key not in self.people and p.granted_on <= until]
        for position in range(0, len(new_firms), 500):
            some = new_firms[position : position + 500]
            with self.work.write(self.actors["clerk"]) as session:
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
            with self.work.write(self.actors["clerk"]) as session:
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
            self.progress("名录", 0.02 + 0.28 * (len(self.people) / len(self.city.people)))

    def _record(self, happened: Sequence[Fact]) -> None:
        if not happened:
            return
        with self.work.write(self.actors["clerk"]) as session:
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
            # Practitioners' yearly assessments are shown on request, not published one by one.
            scope="仅政府部门内部共享"
            if person and fact.kind in ("annual_assessment", "pro_bono")
            else "公示",
            key=person.public_id if person else self.firms[fact.firm.key].public_id,
        )

    def _release(self, day: date) -> None:
        """The week's proposals through the six steps, each by its own person; the newest stay on the way."""
        intake.run(self.work)
        for number, (username, step) in enumerate(_STEPS):
            latest = self.city.today - timedelta(days=2 * (number + 1))
            self.clock.set(_at(day, 11 + number))
            with self.work.write(self.actors[username]) as session:
                waiting = session.scalars(
                    select(Release)
                    .where(Release.state == _BEFORE[step], Release.decided_on <= latest)
                    .order_by(Release.id)
                ).all()
                for row in waiting:
                    _take(session, step, row)
        end.run(self.work)

    def _aftermath(self) -> None:
        """Penalties that fell are withdrawn, one is repaired, one objected to, one corrected; one draft was sent back."""
        today = self.city.today
        self.clock.set(_at(today, 17))
        with self.work.read() as session:
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
            with self.work.write(self.actors["leader"]) as session:
                annul(session, _SEED, event=event, ground="行政复议决定撤销", on=session.today)
                end.withdraw(session, session.actor, notice=notice, ground="quashed")
        with self.work.write(self.actors["leader"]) as session:
            end.withdraw(session, session.actor, notice=running[3][0], ground="repaired")
        with self.work.write(self.actors["clerk"]) as session:
            publish.mark(session, session.actor, notice=running[4][0], marks=["objection"])
        with self.work.write(self.actors["head"]) as session:
            publish.correct(
                session, session.actor, notice=running[5][0], columns={"BZ": "更正：补充处罚依据条款"}
            )
        if waiting is not None:
            with self.work.write(self.actors["head"]) as session:
                decide.send_back(
                    session,
                    session.actor,
                    release=waiting.public_id,
                    revision=waiting.revision,
                    reason="请补充许可编号",
                )

    def _plan(self) -> None:
        with self.work.write(self.actors["head"]) as session:
            self.matters = {
                matter["code"]: plan.publish_matter(
                    session, session.actor, valid_from=session.today, **matter
                ).public_id
                for matter in MATTERS
            }
            plan.enlist(
                session,
                session.actor,
                [
                    plan.Enlisted(o.certificate, o.valid_until, o.name, o.unit, o.kinds, o.district, o.lead)
                    for o in self.city.officials
                ],
            )
            session.flush()
            for number in range(1, 5):
                account = session.scalars(
                    select(StaffRow.id).where(StaffRow.username == f"inspector{number}")
                ).one()
                inspector = session.scalars(
                    select(InspectorRow.public_id).where(
                        InspectorRow.certificate == self.city.officials[number - 1].certificate
                    )
                ).one()
                plan.link_account(session, session.actor, inspector=inspector, staff_id=account)

    def _task(self, code: str, title: str, matter: str, deadline: date) -> str:
        with self.work.write(self.actors["head"]) as session:
            return plan.create_task(
                session,
                session.actor,
                code=code,
                title=title,
                matter=self.matters[matter],
                strata=STRATA,
                reserve=2,
                team=TEAM,
                yearly_cap=2,
                deadline=deadline,
            ).public_id

    def _frozen_draw(self, task: str) -> str:
        dice = [{"kind": "dice", "by": "witness"}, {"kind": "dice", "by": "witness2"}]
        with self.work.write(self.actors["draw"]) as session:
            draw = conduct.freeze(session, session.actor, task=task, plan=dice)
            conduct.commit(session, session.actor, draw_id=draw.public_id)
            return draw.public_id

    def _throw(self, draw: str, position: int, username: str) -> None:
        with self.work.write(self.actors[username]) as session:
            digits = "".join(str(byte % 10) for byte in session.random(24))
            conduct.supply(session, session.actor, draw_id=draw, position=position, value=digits)

    def _finished_draw(self, day: date) -> None:
        year = day.year
        task = self._task(
            f"{year}-LS-01", f"{year} 年度律师事务所双随机抽查", "LS-01", day + timedelta(days=45)
        )
        draw = self._frozen_draw(task)
        self._throw(draw, 0, "witness")
        self._throw(draw, 1, "witness2")
        with self.work.read() as session:
            given = conduct.inputs(session, draw)
        record = conduct.compute(given)
        with self.work.write(self.actors["draw"]) as session:
            assign.carry_out(session, session.actor, draw_id=draw, record=record)
        with self.work.read() as session:
            opened = visits.visits(session)
        self.clock.set(_at(day + timedelta(days=5), 10))
        # Most visits are done and closed; the last few wait for a result or for the second pair of eyes.
        for number, visit in enumerate(opened[:-4]):
            codes, measure = (["1"], "none") if number % 4 else (["E"], "rectify")
            with self.work.write(_SEED) as session:
                findings.note_finding(
                    session,
                    _SEED,
                    visit=visit.public_id,
                    visited_on=session.today,
                    codes=codes,
                    measure=measure,
                    note="现场检查，查阅案卷与财务凭证。",
                )
            if number < len(opened) - 6:
                with self.work.write(self.actors["head"]) as session:
                    findings.close(session, session.actor, visit=visit.public_id)

    def _waiting_draw(self) -> None:
        today = self.city.today
        self.clock.set(_at(today, 18))
        title = f"{today.year} 年度司法鉴定机构双随机抽查"
        task = self._task(f"{today.year}-JD-01", title, "JD-01", today + timedelta(days=40))
        self._throw(self._frozen_draw(task), 0, "witness")


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
        decide.review(session, session.actor, step=step, release=release, revision=revision)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def _chance(today: date) -> Callable[[int], bytes]:
    """Bytes from SHA-256 in counter mode: predictable on purpose, for the demo city alone."""
    counter = 0

    def chance(size: int) -> bytes:
        nonlocal counter
        out = b""
        while len(out) < size:
            out += hashlib.sha256(f"{CITY}|{today.isoformat()}|{counter}".encode()).digest()
            counter += 1
        return out[:size]

    return chance

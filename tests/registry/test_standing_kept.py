"""The courses of standings as they are kept: the same as a full recompute whatever the order in which events arrive."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from registry.accounts import audit
from registry.credit import correction, disclosure
from registry.credit.objection.tables import ObjectionRow
from registry.credit.record import NewEvent, Subject, annul, record_many
from registry.credit.standing import adopt, find, keep, rules_find, upkeep
from registry.credit.standing.tables import StandingRow, WordsRow
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.faults import Invalid
from registry.kernel.work import Work, WorkSession
from registry.roster import enrol, intake
from registry.roster.importers import PRACTITIONERS
from tests.registry.roster_facts import advocate, firm, lawyer, resident
from tests.registry.standing_rules import LATER, SMALL

HEAD, LEADER, CLERK = Actor.command("head"), Actor.command("leader"), Actor.command("clerk")
FIRST = SMALL.replace("from: 2026-01-01", "from: 2026-11-22").replace("[lawyer]", "[lawyer, law_firm]")
SECOND = LATER.replace("from: 2026-07-01", "from: 2027-07-01").replace("[lawyer]", "[lawyer, law_firm]")


def in_force(work: Work, *texts: str) -> None:
    for text in texts:
        with work.write(HEAD) as session:
            rules = adopt.propose(session, session.actor, source=text.encode()).public_id
        with work.write(LEADER) as session:
            adopt.adopt(session, session.actor, rules=rules)
    upkeep.apply(work)


def penalty(subject: Subject, number: int, day: date, **more: Any) -> NewEvent:
    return NewEvent(
        kind="penalty",
        subject=subject,
        decided_on=day,
        summary="示例处罚",
        document_number=f"示罚〔2026〕{number}号",
        severity=more.pop("severity", "一般"),
        columns={"CF_CFLB": more.pop("penalties", "罚款")},
        **more,
    )


@pytest.fixture
def person(work: Work) -> enrol.Practitioner:
    with work.write(CLERK) as session:
        return advocate(session, firm(session), id_number=resident(1))


def courses(session: WorkSession) -> list[tuple[object, ...]]:
    rows = session.scalars(select(StandingRow).order_by(StandingRow.practitioner_id, StandingRow.since))
    return [(row.kind, row.since, row.until, row.grade) for row in rows]


def test_a_penalty_lowers_the_grade_at_once_and_its_end_is_known_with_it(
    work: Work, person: enrol.Practitioner, clock: SetClock
) -> None:
    in_force(work, FIRST)
    clock.advance(timedelta(days=5))
    with work.write(CLERK) as session:
        record_many(
            session,
            session.actor,
            [penalty(Subject(practitioner=person.id), 1, date(2026, 11, 24), severity="严重")],
        )
    with work.read() as session:
        assert courses(session) == [("lawyer", date(2026, 11, 24), date(2028, 11, 25), "丙")]
        now = find.current(session, practitioner=person.id, on=session.today)
        assert now is not None
        assert (now.grade, now.points, [reason.rule for reason in now.reasons]) == ("丙", 70, ["严重处罚"])
        assert [
            find.grades(session, "lawyer", day)
            for day in (date(2026, 11, 21), date(2026, 11, 23), date(2026, 11, 24), date(2028, 11, 25))
        ] == [{}, {"甲": 1, "乙": 0, "丙": 0}, {"甲": 0, "乙": 0, "丙": 1}, {"甲": 1, "乙": 0, "丙": 0}]
        assert find.of_many(session, "lawyer", practitioners=[person.id], on=session.today) == {
            person.id: "丙"
        }
        listed = find.listed(session, "lawyer", grade="丙", on=session.today, limit=5)
        assert [(one.public_id, one.points) for one in listed] == [(person.public_id, 70)]
        assert find.listed(session, "lawyer", grade="甲", on=session.today, limit=5) == []


def test_an_annulled_penalty_never_was_and_a_repaired_one_was_until_its_repair(
    work: Work, person: enrol.Practitioner, clock: SetClock
) -> None:
    in_force(work, FIRST)
    clock.advance(timedelta(days=40))
    subject = Subject(practitioner=person.id)
    with work.write(CLERK) as session:
        made = record_many(
            session,
            session.actor,
            [
                penalty(subject, 1, date(2026, 12, 1), severity="严重"),
                penalty(subject, 2, date(2026, 12, 10), severity="严重"),
            ],
        )
        first, second = (one.event for one in made)
        assert first is not None
        assert second is not None
    with work.write(LEADER) as session:
        annul(session, session.actor, event=first.public_id, ground="复议撤销", on=session.today)
    with work.read() as session:
        assert [course[1] for course in courses(session)] == [date(2026, 12, 10)]
    with work.write(LEADER) as session:
        disclosure.end(session, event=second.id, ground="repaired")
        repaired_on = session.today
    with work.read() as session:
        assert courses(session) == [("lawyer", date(2026, 12, 10), repaired_on, "丙")]
    with work.read() as session:
        assert find.current(session, practitioner=person.id, on=date(2026, 12, 5)).grade == "甲"  # type: ignore[union-attr]
        assert find.current(session, practitioner=person.id, on=date(2026, 12, 10)).grade == "丙"  # type: ignore[union-attr]


def test_a_corrected_event_counts_as_it_reads_now(work: Work, person: enrol.Practitioner) -> None:
    """The record was wrong from the beginning, so the standing was never what it said."""
    in_force(work, FIRST)
    wrong = penalty(Subject(practitioner=person.id), 1, date(2026, 11, 18), penalties="吊销执业证书")
    with work.write(CLERK) as session:
        event = record_many(session, session.actor, [wrong])[0].event
        assert event is not None
        assert [course[3] for course in courses(session)] == ["丙"]
    for day in (date(2026, 11, 18), date(2026, 11, 12)):
        right = replace(wrong, decided_on=day, columns={"CF_CFLB": "警告"})
        with work.write(CLERK) as session:
            correction.correct(session, session.actor, event=event.public_id, now=right, reason="录入有误")
    with work.read() as session:
        assert courses(session) == [("lawyer", date(2026, 11, 22), date(2027, 11, 13), "乙")]
        now = find.current(session, practitioner=person.id, on=date(2026, 11, 22))
        assert now is not None
        assert [(reason.rule, reason.decided_on) for reason in now.reasons] == [("处罚", date(2026, 11, 12))]
    assert upkeep.check(work)["differing"] == 0


def test_new_rules_are_applied_to_all_before_their_first_day(work: Work, person: enrol.Practitioner) -> None:
    """The base of the second rule set is lower; a past penalty of 10 weighs 15 there."""
    with work.write(CLERK) as session:
        record_many(session, session.actor, [penalty(Subject(practitioner=person.id), 1, date(2026, 11, 19))])
        assert courses(session) == []
    in_force(work, FIRST)
    with work.read() as session:
        before = courses(session)
        assert before == [("lawyer", date(2026, 11, 22), date(2027, 11, 20), "乙")]
    in_force(work, SECOND)
    with work.read() as session:
        assert courses(session) == [
            ("lawyer", date(2026, 11, 22), date(2027, 7, 1), "乙"),
            ("lawyer", date(2027, 7, 1), date(2027, 11, 20), "丙"),
        ]
        assert find.grades(session, "lawyer", date(2027, 12, 1)) == {"甲": 0, "乙": 1, "丙": 0}
        second = adopt.adopted(session)[-1].public_id
    assert upkeep.apply(work) == {"rules": 0}
    with work.write(LEADER) as session:
        adopt.withdraw(session, session.actor, rules=second)
    upkeep.apply(work)
    with work.read() as session:
        assert courses(session) == before


def test_the_nightly_check_finds_what_was_altered_names_it_and_mends_it(
    work: Work, person: enrol.Practitioner
) -> None:
    in_force(work, FIRST)
    with work.write(CLERK) as session:
        record_many(session, session.actor, [penalty(Subject(practitioner=person.id), 1, date(2026, 11, 19))])
    with work.read() as session:
        true = courses(session)
    assert upkeep.check(work) == {"checked": 2, "differing": 0}
    for harm in (
        update(StandingRow).values(grade="甲"),
        delete(StandingRow),
        update(StandingRow).values(until=date(2029, 1, 1)),
    ):
        with work.housekeeping() as session:
            session.execute(harm)
        assert upkeep.check(work) == {"checked": 2, "differing": 1}
        with work.read() as session:
            assert courses(session) == true
            alarm = audit.find(session, verb="standing.alarm", limit=1)[0]
            assert alarm.detail == {"register": "practitioner", "subjects": [person.public_id]}
    assert upkeep.check(work) == {"checked": 2, "differing": 0}


def test_words_read_with_another_vocabulary_are_read_again(work: Work, person: enrol.Practitioner) -> None:
    in_force(work, FIRST)
    with work.write(CLERK) as session:
        record_many(
            session,
            session.actor,
            [penalty(Subject(practitioner=person.id), 1, date(2026, 11, 19), penalties="吊销执业证书")],
        )
    with work.housekeeping() as session:
        session.execute(update(WordsRow).values(words="罚款", vocabulary="another"))
    upkeep.check(work)
    with work.read() as session:
        assert session.scalars(select(WordsRow.words)).all() == ["吊销执业证书"]
        assert courses(session)[0][3] == "丙"


def test_a_second_profession_gets_the_events_of_the_first(work: Work, person: enrol.Practitioner) -> None:
    """Whoever was punished as a lawyer does not begin afresh as a forensic appraiser."""
    in_force(work, FIRST.replace("[lawyer, law_firm]", "[lawyer, forensic_appraiser]"))
    with work.write(CLERK) as session:
        record_many(session, session.actor, [penalty(Subject(practitioner=person.id), 1, date(2026, 11, 19))])
    with work.write(CLERK) as session:
        place = firm(session, "示例司法鉴定中心", kind="forensic_institution")
        advocate(
            session,
            place,
            2,
            id_number=resident(1),
            profession="forensic_appraiser",
            licence_number="310000123456",
        )
    with work.read() as session:
        assert {course[0] for course in courses(session)} == {"lawyer", "forensic_appraiser"}
    assert upkeep.check(work)["differing"] == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_second_profession_that_comes_in_a_file_gets_the_events_of_the_first(
    work: Work, person: enrol.Practitioner, tmp_path: Path
) -> None:
    in_force(work, FIRST.replace("[lawyer, law_firm]", "[lawyer, forensic_appraiser]"))
    with work.write(CLERK) as session:
        record_many(session, session.actor, [penalty(Subject(practitioner=person.id), 1, date(2026, 11, 19))])
        firm(session, "示例司法鉴定中心", kind="forensic_institution")
    path = tmp_path / "people.csv"
    path.write_text(
        "姓名,职业,执业证号,执业机构,身份证号,准予执业日期\n"
        f"单勇,司法鉴定人,310000123456,示例司法鉴定中心,{resident(1)},2020-01-02\n",
        "utf-8",
    )
    assert intake.run(work, CLERK, PRACTITIONERS, path, kind="practitioners").new == 1
    with work.read() as session:
        assert {course[0] for course in courses(session)} == {"lawyer", "forensic_appraiser"}


def test_two_clerks_record_events_of_one_person_at_once_and_both_count(
    work: Work, person: enrol.Practitioner
) -> None:
    in_force(work, FIRST)
    ready = Barrier(2)

    def attempt(number: int) -> None:
        ready.wait(timeout=30)
        with work.write(Actor.command(f"clerk{number}")) as session:
            record_many(
                session,
                session.actor,
                [
                    penalty(
                        Subject(practitioner=person.id), number, date(2026, 11, 18 + number), severity="严重"
                    )
                ],
            )

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(attempt, (1, 2)))
    assert upkeep.check(work) == {"checked": 2, "differing": 0}


def test_two_leaders_adopt_at_once_and_no_day_has_two_rule_sets(work: Work) -> None:
    proposals = []
    for text in (FIRST, FIRST.replace("小规则", "另一套")):
        with work.write(HEAD) as session:
            proposals.append(adopt.propose(session, session.actor, source=text.encode()).public_id)
    ready = Barrier(2)

    def attempt(rules: str) -> str:
        ready.wait(timeout=30)
        try:
            with work.write(Actor.command(f"leader-{rules}")) as session:
                adopt.adopt(session, session.actor, rules=rules)
        except Invalid as refused:
            return refused.rule
        return "adopted"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, proposals)) == ["adopted", "overlap"]


def test_a_proposal_stands_on_the_leaders_list_until_it_is_too_late(work: Work, clock: SetClock) -> None:
    with work.write(HEAD) as session:
        rules = adopt.propose(
            session, session.actor, source=FIRST.replace("2026-11-22", "2026-12-01").encode()
        ).public_id
    with work.read() as session:
        [duty] = rules_find.waiting(session, 5)
        assert (duty.values["public_id"], duty.due, duty.barred) == (
            rules,
            date(2026, 11, 29),
            frozenset({HEAD.id}),
        )
    clock.advance(timedelta(days=10))
    with work.read() as session:
        assert rules_find.waiting(session, 5) == []
    with work.write(LEADER) as session, pytest.raises(Invalid, match="不溯及既往"):
        adopt.adopt(session, session.actor, rules=rules)


@dataclass(frozen=True)
class Told:
    """One event of a generated history, and what became of it."""

    kind: str
    day: date
    severity: str
    words: str
    fate: str


_TOLD = st.builds(
    Told,
    st.sampled_from(["award", "penalty", "annual_assessment", "listing", "pro_bono"]),
    st.dates(date(2026, 6, 1), date(2026, 11, 20)),
    st.sampled_from(["轻微", "一般", "严重"]),
    st.sampled_from(["罚款", "吊销执业证书", "称职", "不称职"]),
    st.sampled_from(["stands", "stands", "annulled", "repaired", "deleted", "objected"]),
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_events_in_any_order_make_the_same_courses_as_a_full_recompute(work: Work) -> None:
    """For every day, past and to come: kept = recomputed = what the shuffled telling kept."""
    in_force(work, FIRST, SECOND)
    serial = iter(range(1, 10_000))
    with work.write(CLERK) as session:
        place = firm(session)

    @given(st.lists(_TOLD, max_size=6), st.randoms(use_true_random=False))
    @hypothesis_settings(max_examples=25, suppress_health_check=list(HealthCheck))
    def told(history: list[Told], chance: Random) -> None:
        shuffled = list(enumerate(history))
        chance.shuffle(shuffled)
        one, other = (_tell(work, place, next(serial), some) for some in (list(enumerate(history)), shuffled))
        with work.read() as session:
            known = {holder: _kept(session, holder) for holder in (one, other)}
            assert known[one] == known[other]
            days = {date(2026, 11, 22), date(2027, 6, 30), date(2027, 7, 1), date(2030, 1, 1)}
            days |= {day for course in known[one] for day in course[1:3] if isinstance(day, date)}
            days |= {date(2026, 11, 22) + timedelta(days=chance.randrange(1500)) for _ in range(10)}
            for day in days - {date(2026, 11, 21)}:
                standing = find.current(session, practitioner=one, on=day)
                assert standing is not None
                kept = find.of_many(session, "lawyer", practitioners=[one, other], on=day)
                assert set(kept.values()) == {standing.grade}

    told()
    assert upkeep.check(work)["differing"] == 0


def _kept(session: WorkSession, practitioner: int) -> list[tuple[object, ...]]:
    found = keep.stored(session, practitioners=[practitioner])
    return [(c.kind, c.since, c.until, c.grade) for some in found.values() for c in some]


def _tell(work: Work, place: enrol.Organisation, serial: int, history: list[tuple[int, Told]]) -> int:
    """A new person with this history, told event by event, each in a unit of its own."""
    with work.write(CLERK) as session:
        person = advocate(session, place, serial, licence_number=lawyer(serial))
    for number, one in history:
        with work.write(CLERK) as session:
            new = NewEvent(
                kind=one.kind,
                subject=Subject(practitioner=person.id),
                decided_on=one.day,
                summary=f"示例：{one.words}",
                document_number=f"{serial}-{number}",
                severity=one.severity if one.kind == "penalty" else None,
                columns={"CF_CFLB": one.words} if one.kind == "penalty" else {},
            )
            event = record_many(session, session.actor, [new])[0].event
            assert event is not None
        with work.write(LEADER) as session:
            if one.fate == "annulled":
                annul(session, session.actor, event=event.public_id, ground="撤销", on=session.today)
            elif one.fate == "objected":
                session.add(_objection(session, event.id))
                session.flush()
                disclosure.announce(session, event.id)
            elif one.fate != "stands":
                disclosure.end(session, event=event.id, ground=one.fate)  # type: ignore[arg-type]
            else:
                session.act("test.nothing", event.public_id)
    return person.id


def _objection(session: WorkSession, event: int) -> ObjectionRow:
    return ObjectionRow(
        public_id=session.new_id(),
        event_id=event,
        state="marked",
        round=1,
        region="310000",
        received_on=session.today,
        received_at=session.now,
        identified_by="resident_id",
        asked="delete",
        wording=b"",
        due_provisional=False,
    )

"""What was recorded wrongly is answered, never edited: corrections, corrections of corrections, annulments."""

import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from registry.credit import correction, find, record
from registry.credit.record import NewEvent, Subject
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, Invalid, NotFound, Refused
from registry.kernel.work import Work, WorkSession
from registry.ledger import book
from registry.roster.enrol import Practitioner
from tests.registry.credit_facts import penalty_of, punished
from tests.registry.roster_facts import advocate, firm

CLERK = Actor.command("clerk")


@pytest.fixture
def person(work: Work) -> Practitioner:
    with work.write(CLERK) as session:
        return advocate(session, firm(session))


@pytest.fixture
def penalty(work: Work, person: Practitioner) -> str:
    with work.write(CLERK) as session:
        return punished(session, person, restricted={"CF_XDR_ZJHM": "11010119850412001X"}).public_id


def reads(session: WorkSession, event: str, **more: object) -> NewEvent:
    """The whole record as it reads now, with something else instead."""
    now = find.event(session, event)
    new = NewEvent(
        kind=now.kind.code,
        subject=Subject(),
        decided_on=now.decided_on,
        summary=now.summary,
        document_number=now.document_number,
        authority=now.authority,
        columns=now.columns,
        restricted=find.restricted(session, event),
        severity=now.severity,
        detail=now.detail,
        scope=now.scope,
    )
    return replace(new, **more)  # type: ignore[arg-type]


def correct(work: Work, event: str, reason: str = "录入时写错", **more: object) -> str:
    with work.write(CLERK) as session:
        now = reads(session, event, **more)
        return correction.correct(session, session.actor, event=event, now=now, reason=reason).public_id


def test_a_wrong_fine_and_day_are_corrected_and_the_first_record_stays(work: Work, penalty: str) -> None:
    with work.read() as session:
        before = find.event(session, penalty)
    made = correct(
        work,
        penalty,
        decided_on=date(2026, 5, 21),
        severity="严重",
        columns={**before.columns, "CF_NR_FK": "0.500000"},
    )
    with work.read() as session:
        now = find.event(session, penalty)
        assert (now.public_id, now.decided_on, now.severity, now.columns["CF_NR_FK"]) == (
            penalty, date(2026, 5, 21), "严重", "0.500000",
        )  # fmt: skip
        assert now.columns["CF_SY"] == before.columns["CF_SY"]
        assert now.corrected_at == session.now
        assert now.recorded_by == "clerk"
        [one] = correction.chain(session, now.id)
        assert (one.public_id, one.reason) == (made, "录入时写错")
        assert {(change.title, change.was, change.now) for change in one.changes} == {
            ("决定日期", "2026-05-20", "2026-05-21"),
            ("失信程度", "一般", "严重"),
            ("罚款金额", "0.300000 万元（3,000.00 元）", "0.500000 万元（5,000.00 元）"),
        }
        row = session.scalars(select(EventRow).where(EventRow.public_id == penalty)).one()
        assert (row.decided_on, row.severity) == (date(2026, 5, 20), "一般")
        assert find.restricted(session, penalty) == {"CF_XDR_ZJHM": "11010119850412001X"}
        # Wherever events are listed, there is one, and it reads as corrected.
        assert [one.public_id for one in find.events_of(session, practitioner=row.practitioner_id)] == [
            penalty
        ]
        adverse = find.adverse(session, after=date(2026, 5, 20), until=date(2026, 5, 21))
        assert [(one.severity, one.decided_on) for one in adverse] == [("严重", date(2026, 5, 21))]
        last = book.read(
            session, "audit", start=book.head(session, "audit").size - 1, limit=1, on=session.today
        )
        assert (last[0].action, last[0].record) == ("credit.correct", penalty)
        assert b"\xe5\x86\x99\xe9\x94\x99" not in (last[0].body or b"")


def test_a_correction_of_a_corrected_record_is_the_next_one(
    work: Work, clock: SetClock, penalty: str
) -> None:
    correct(work, penalty, summary="先更正")
    clock.advance(timedelta(days=1))
    correct(work, penalty, "再次写错", summary="后更正", document_number="沪司罚决字〔2026〕第8号")
    with work.read() as session:
        now = find.event(session, penalty)
        assert (now.summary, now.document_number) == ("后更正", "沪司罚决字〔2026〕第8号")
        assert [[change.was for change in one.changes] for one in correction.chain(session, now.id)] == [
            ["同时在两个以上律师事务所执业"],
            ["沪司罚决字〔2026〕第7号", "先更正"],
        ]
        assert find.events(session, [penalty])[penalty].summary == "后更正"


def test_what_is_missing_is_answered_by_the_correction_that_brings_it(
    work: Work, person: Practitioner
) -> None:
    with work.write(CLERK) as session:
        event = punished(session, person, missing=["CF_NR_ZKDX"]).public_id
    with work.read() as session:
        assert find.count_incomplete(session) == 1
    with work.read() as session:
        columns = find.event(session, event).columns
    correct(work, event, missing=["CF_NR_ZKDX"], summary="还缺")
    with work.read() as session:
        assert [one.public_id for one in find.incomplete(session, limit=5)] == [event]
        assert find.count_incomplete(session) == 1
    correct(work, event, columns={**columns, "CF_NR_ZKDX": "律师执业证"})
    with work.read() as session:
        assert find.incomplete(session, limit=5) == []
        assert find.count_incomplete(session) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestRefused:
    def test_nothing_changed(self, work: Work, penalty: str) -> None:
        with pytest.raises(Invalid) as refused:
            correct(work, penalty)
        assert refused.value.rule == "nothing-changes"

    def test_no_reason(self, work: Work, penalty: str) -> None:
        with pytest.raises(Invalid) as refused:
            correct(work, penalty, reason=" ", summary="别的")
        assert refused.value.fields[0].path == "reason"

    def test_a_day_to_come(self, work: Work, penalty: str) -> None:
        with pytest.raises(Invalid) as refused:
            correct(work, penalty, decided_on=date(2026, 11, 21))
        assert refused.value.fields[0].rule == "decision-in-future"

    def test_the_number_of_another_record(self, work: Work, person: Practitioner, penalty: str) -> None:
        with work.write(CLERK) as session:
            punished(session, person, document_number="沪司罚决字〔2026〕第9号")
        with pytest.raises(Conflict) as refused:
            correct(work, penalty, document_number="沪司罚决字〔2026〕第9号")
        assert refused.value.rule == "known-record"

    def test_what_is_annulled_or_an_answer_itself(self, work: Work, penalty: str) -> None:
        made = correct(work, penalty, summary="别的")
        with pytest.raises(Conflict) as refused:
            correct(work, made, summary="又一个")
        assert refused.value.rule == "answer"
        with work.write(CLERK) as session:
            record.annul(session, CLERK, event=penalty, ground="复议撤销", on=session.today)
        with pytest.raises(Conflict) as refused:
            correct(work, penalty, summary="还要改")
        assert refused.value.rule == "annulled"

    def test_by_whom_may_not(self, work: Work, penalty: str) -> None:
        stranger = Actor("staff", "x", "x", frozenset({"credit.record"}))
        with work.read() as session:
            now = reads(session, penalty, summary="别的")
        with pytest.raises(Refused), work.write(stranger) as session:
            correction.correct(session, stranger, event=penalty, now=now, reason="因为")
        with pytest.raises(Refused), work.write(stranger) as session:
            record.annul(session, stranger, event=penalty, ground="因为", on=session.today)

    def test_an_annulment_before_the_decision_or_without_a_ground(self, work: Work, penalty: str) -> None:
        with pytest.raises(Invalid) as refused, work.write(CLERK) as session:
            record.annul(session, CLERK, event=penalty, ground=" ", on=date(2026, 5, 19))
        assert [fault.path for fault in refused.value.fields] == ["on", "ground"]
        with pytest.raises(NotFound), work.write(CLERK) as session:
            record.annul(session, CLERK, event="nothing", ground="x", on=session.today)

    def test_who_may_not_record_a_kind_is_told_so(self, work: Work, person: Practitioner) -> None:
        inspector = Actor("staff", "x", "x", frozenset({"credit.procedure"}))
        with pytest.raises(Refused), work.write(inspector) as session:
            record.record_many(session, inspector, [penalty_of(Subject(practitioner=person.id))])


def test_two_requests_at_once_cannot_race_to_make_the_columns_of_the_shared_alias() -> None:
    """Two pages that were the first to read events once answered 500 (NoSuchColumnError) to one of the two users."""
    asked = (
        "from registry.credit import find; print('_columns' in vars(find.inspect(find.LATEST).selectable))"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout

    assert told.strip() == "True"

"""信用修复: terms by regime and class, the conditions, the clocks, four eyes, and publication that ends with the decision."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from registry.credit import catalogue, disclosure, evidence
from registry.credit.evidence_store import Store
from registry.credit.record import Subject, annul, record
from registry.credit.repair import find, handle, rules
from registry.credit.repair.tables import RepairRow
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work
from tests.registry import roster_facts as facts

CODE = facts.code(serial=7)
BUREAU, BUREAU_CODE = "示范市司法局", "11310000MB00000009"
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def people(host: Host) -> dict[str, Actor]:
    def person(name: str, role: str) -> Actor:
        held = frozenset(p.name for p in host.permissions if role in p.roles)
        return Actor("staff", name.ljust(16, "a"), name, held)

    return {
        "recorder": person("recorder", "clerk"),
        "desk": person("desk", "clerk"),
        "head": person("head", "head"),
        "leader": person("leader", "leader"),
    }


def penalty(work: Work, actor: Actor, decided: str, severity: str = "一般", **other: Any) -> str:
    with work.write(actor) as session:
        firm = facts.firm(session, uscc=CODE)
        return record(
            session,
            session.actor,
            kind=other.pop("kind", "penalty"),
            subject=Subject(organisation=firm.id),
            decided_on=date.fromisoformat(decided),
            document_number="沪司罚决字〔2026〕第7号",
            authority="上海市司法局",
            severity=severity,
            summary="罚款二万元",
            **other,
        ).public_id


def apply(work: Work, actor: Actor, event: str, **other: str) -> str:
    given = {"number": CODE, "duties": "罚款已于2026年8月2日缴清", "contact": "周正", **other}
    with work.write(actor) as session:
        return handle.apply(session, actor, event=event, **given).public_id


def step(work: Work, actor: Actor, use_case: Callable[..., object], **given: object) -> None:
    with work.write(actor) as session:
        use_case(session, actor, **given)


def read(work: Work, repair: str) -> find.Repair:
    with work.read() as session:
        return find.repair(session, repair)


def attach(work: Work, actor: Actor, owner: str, text: str) -> None:
    with work.write(actor) as session:
        evidence.attach(
            session,
            actor,
            store=Store.of(work),
            owner=owner,
            name="缴款书.pdf",
            stream=BytesIO(b"%PDF-1.7\n" + text.encode() + b"\n%%EOF\n"),
        )


def make_ready(work: Work, people: dict[str, Actor], repair: str) -> None:
    """Everything that the conditions ask for: the proof, the pledge, the signed sheet."""
    attach(work, people["desk"], repair, "缴款书")
    step(
        work,
        people["desk"],
        handle.pledge,
        repair=repair,
        signed_on=date(2026, 11, 20),
        accepted_by=BUREAU,
        accepted_by_code=BUREAU_CODE,
    )
    pledge = read(work, repair).pledge
    assert pledge is not None
    attach(work, people["desk"], pledge, "承诺书")


@pytest.mark.parametrize(
    ("decided", "severity", "first"),
    [
        ("2026-03-31", "轻微", "2026-07-01"),  # Order 58: three months for every class
        ("2026-03-31", "严重", "2026-07-01"),
        ("2025-11-30", "一般", "2026-03-01"),  # no 30 February: the month's last day
        ("2026-04-01", "一般", "2026-07-02"),  # Order 36
        ("2026-04-01", "严重", "2027-04-02"),
        ("2026-04-01", "轻微", None),  # as soon as the duty is done
    ],
)
def test_the_minimum_term_is_that_of_the_decisions_regime_and_class(
    decided: str, severity: catalogue.Severity, first: str | None
) -> None:
    term = catalogue.term("penalty", severity, date.fromisoformat(decided))
    assert rules.from_day(term) == (date.fromisoformat(first) if first else None)


@on_sqlite
class TestTheMinimumTerm:
    """信用修复管理办法（令第36号，2026-04-01 起）；令第58号 for decisions before. Day one is the day after the decision."""

    def test_a_request_on_its_last_day_is_refused_with_the_day_from_which_it_may_be_made(
        self, work: Work, people: dict[str, Actor], clock: SetClock
    ) -> None:
        event = penalty(work, people["recorder"], "2026-11-12")
        clock.set(datetime(2027, 2, 12, 23, 59, tzinfo=SHANGHAI))
        with pytest.raises(Conflict) as refused:
            apply(work, people["desk"], event)
        assert refused.value.rule == "too_early"
        assert "2027-02-13" in refused.value.title
        assert "第36号" in refused.value.title
        clock.set(datetime(2027, 2, 13, 0, 0, tzinfo=SHANGHAI))
        assert apply(work, people["desk"], event)

    def test_a_slight_one_may_be_repaired_on_the_day_the_duty_is_done(
        self, work: Work, people: dict[str, Actor]
    ) -> None:
        event = penalty(work, people["recorder"], "2026-11-20", "轻微")
        repair = apply(work, people["desk"], event)
        make_ready(work, people, repair)
        assert read(work, repair).ready

    def test_after_the_maximum_nothing_is_left_to_repair(
        self, work: Work, people: dict[str, Actor], clock: SetClock
    ) -> None:
        event = penalty(work, people["recorder"], "2026-11-12")
        clock.set(datetime(2027, 11, 13, 0, 0, tzinfo=SHANGHAI))
        with pytest.raises(Conflict) as refused:
            apply(work, people["desk"], event)
        assert refused.value.rule == "term_over"


@on_sqlite
class TestWhoMayAskForWhat:
    def test_the_subject_alone(self, work: Work, people: dict[str, Actor]) -> None:
        event = penalty(work, people["recorder"], "2026-06-01")
        with pytest.raises(Refused) as refused:
            apply(work, people["desk"], event, number=facts.code(serial=8))
        assert refused.value.rule == "not_subject"

    @pytest.mark.parametrize("kind", ["permit", "bar_sanction", "award", "annual_assessment"])
    def test_for_penalties_and_listings_alone(self, work: Work, people: dict[str, Actor], kind: str) -> None:
        event = penalty(work, people["recorder"], "2026-06-01", kind=kind)
        with pytest.raises(Conflict) as refused:
            apply(work, people["desk"], event)
        assert refused.value.rule == "not_repairable"

    def test_once_at_a_time_and_not_for_what_fell(self, work: Work, people: dict[str, Actor]) -> None:
        event = penalty(work, people["recorder"], "2026-06-01")
        repair = apply(work, people["desk"], event)
        with pytest.raises(Conflict) as refused:
            apply(work, people["desk"], event)
        assert refused.value.rule == "asked"
        step(work, people["desk"], handle.decline, repair=repair, reason="材料不全")
        again = apply(work, people["desk"], event)
        assert again != repair, "what was declined may be asked for again"
        step(work, people["desk"], handle.decline, repair=again, reason="材料不全")
        with work.write(people["head"]) as session:
            annul(session, session.actor, event=event, ground="事实不清", on=session.today)
        with pytest.raises(Conflict) as refused:
            apply(work, people["desk"], event)
        assert refused.value.rule == "annulled"

    def test_words_are_needed_and_nothing_is_half_stored(self, work: Work, people: dict[str, Actor]) -> None:
        event = penalty(work, people["recorder"], "2026-06-01")
        for wrong in ("number", "duties", "contact"):
            with pytest.raises(Invalid) as refused:
                apply(work, people["desk"], event, **{wrong: " "})
            assert [fault.path for fault in refused.value.fields] == [wrong]
        with work.read() as session:
            assert session.scalar(select(RepairRow.id)) is None


class TestTheWayOfARequest:
    def test_accepted_when_every_condition_is_met_granted_by_the_leader_and_ended_at_once(
        self, work: Work, people: dict[str, Actor]
    ) -> None:
        event = penalty(work, people["recorder"], "2026-06-01")
        repair = apply(work, people["desk"], event)
        assert str(read(work, repair).listed.due_on) == "2026-11-25", "three working days"
        with pytest.raises(Conflict) as refused:
            step(work, people["head"], handle.accept, repair=repair)
        assert refused.value.rule == "conditions"
        assert "纠正失信行为、履行义务" in refused.value.title
        assert "公开作出信用承诺" in refused.value.title

        make_ready(work, people, repair)
        step(work, people["head"], handle.accept, repair=repair)
        assert str(read(work, repair).listed.due_on) == "2026-12-04", "ten working days"
        step(work, people["leader"], handle.decide, repair=repair, grant=True, reason="条件具备")
        found = read(work, repair)
        assert found.listed.state_title == "准予修复"
        assert found.ended is not None
        assert found.ended.ground == "repaired"
        assert [one.step for one in found.steps] == ["apply", "pledge", "accept", "grant"]
        with pytest.raises(Conflict) as refused:
            step(work, people["leader"], handle.decide, repair=repair, grant=True, reason="条件具备")
        assert refused.value.rule == "out_of_turn"
        with pytest.raises(Conflict) as refused:
            apply(work, people["desk"], event)
        assert refused.value.rule == "ended"

    @on_sqlite
    def test_the_term_is_extended_once_with_a_reason(self, work: Work, people: dict[str, Actor]) -> None:
        event = penalty(work, people["recorder"], "2026-06-01")
        repair = apply(work, people["desk"], event)
        make_ready(work, people, repair)
        step(work, people["head"], handle.accept, repair=repair)
        with pytest.raises(Invalid):
            step(work, people["head"], handle.extend, repair=repair, reason=" ")
        step(work, people["head"], handle.extend, repair=repair, reason="需要实地核查")
        assert str(read(work, repair).listed.due_on) == "2026-12-18"
        with pytest.raises(Conflict) as refused:
            step(work, people["head"], handle.extend, repair=repair, reason="再延")
        assert refused.value.rule == "extended"

    @on_sqlite
    def test_refused_with_a_reason_the_record_stays_public(
        self, work: Work, people: dict[str, Actor]
    ) -> None:
        event = penalty(work, people["recorder"], "2026-06-01")
        repair = apply(work, people["desk"], event)
        make_ready(work, people, repair)
        step(work, people["head"], handle.accept, repair=repair)
        with pytest.raises(Invalid):
            step(work, people["leader"], handle.decide, repair=repair, grant=False, reason="")
        step(work, people["leader"], handle.decide, repair=repair, grant=False, reason="缴款书系伪造")
        assert read(work, repair).listed.state_title == "不予修复"
        with work.read() as session:
            row = session.scalars(select(EventRow.id).where(EventRow.public_id == event)).one()
            assert disclosure.ended(session, [row]) == {}

    @on_sqlite
    def test_four_eyes_and_the_leader_alone(self, work: Work, host: Host, people: dict[str, Actor]) -> None:
        everything = frozenset(permission.name for permission in host.permissions)

        def mighty(name: str) -> Actor:
            return Actor("staff", people[name].id, name, everything)

        event = penalty(work, people["recorder"], "2026-06-01")
        repair = apply(work, people["desk"], event)
        make_ready(work, people, repair)
        step(work, people["head"], handle.accept, repair=repair)
        for actor, rule in (
            (mighty("recorder"), "four_eyes"),
            (mighty("desk"), "four_eyes"),
            (mighty("head"), "four_eyes"),
            (people["head"], "permission"),
        ):
            with pytest.raises(Refused) as refused:
                step(work, actor, handle.decide, repair=repair, grant=True, reason="条件具备")
            assert refused.value.rule == rule
            assert not read(work, repair).may(actor, "grant")
        with work.read() as session:
            [duty] = find.WORKLISTS[1].open(session, 10)
        assert duty.barred == {people[name].id for name in ("recorder", "desk", "head")}

    @on_sqlite
    def test_an_objection_that_deleted_the_record_meanwhile_leaves_nothing_to_grant(
        self, work: Work, people: dict[str, Actor]
    ) -> None:
        event = penalty(work, people["recorder"], "2026-06-01")
        repair = apply(work, people["desk"], event)
        make_ready(work, people, repair)
        step(work, people["head"], handle.accept, repair=repair)
        with work.write(people["leader"]) as session:
            row = session.scalars(select(EventRow.id).where(EventRow.public_id == event)).one()
            disclosure.end(session, event=row, ground="deleted")
        with pytest.raises(Conflict) as refused:
            step(work, people["leader"], handle.decide, repair=repair, grant=True, reason="条件具备")
        assert refused.value.rule == "ended"


@on_sqlite
def test_the_guide_says_for_every_class_from_when(work: Work, people: dict[str, Actor]) -> None:
    event = penalty(work, people["recorder"], "2026-11-12", "严重")
    with work.read() as session:
        prospect = find.prospect(session, event)
    assert prospect.first == date(2027, 11, 13)
    assert prospect.why_not is not None
    assert [condition.met for condition in prospect.conditions] == [False, False, False]


@on_sqlite
def test_each_condition_names_the_order_that_it_rests_on(work: Work, people: dict[str, Actor]) -> None:
    """The minimum term is the law of the decision's day, the other conditions are that of the request's."""
    event = penalty(work, people["recorder"], "2025-06-01")
    with work.read() as session:
        term, *others = find.prospect(session, event).conditions
    assert "第58号" in term.basis
    assert all("第36号" in condition.basis for condition in others)


@on_sqlite
def test_a_late_step_says_so(work: Work, people: dict[str, Actor], clock: SetClock) -> None:
    event = penalty(work, people["recorder"], "2026-06-01")
    repair = apply(work, people["desk"], event)
    clock.advance(timedelta(days=6))
    step(work, people["desk"], handle.decline, repair=repair, reason="材料不全")
    assert read(work, repair).steps[-1].late

"""异议: a record is said to be wrong by the one whom it is about; the mark, the clocks, the answer, the review."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select

from registry.credit import disclosure
from registry.credit import find as credit
from registry.credit.objection import find, handle, terms
from registry.credit.objection.tables import ObjectionRow
from registry.credit.record import Subject, annul, record
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work
from tests.registry import roster_facts as facts

CODE = facts.code(serial=7)


@pytest.fixture
def people(host: Host) -> dict[str, Actor]:
    def person(name: str, role: str) -> Actor:
        held = frozenset(p.name for p in host.permissions if role in p.roles)
        return Actor("staff", name.ljust(16, "a"), name, held)

    return {
        "recorder": person("recorder", "clerk"),
        "desk": person("desk", "clerk"),
        "head": person("head", "head"),
        "head2": person("head2", "head"),
        "leader": person("leader", "leader"),
        "leader2": person("leader2", "leader"),
        "auditor": person("auditor", "auditor"),
    }


@pytest.fixture
def event(work: Work, people: dict[str, Actor]) -> str:
    """A fine on a firm of 12 November 2026, a Thursday."""
    with work.write(people["recorder"]) as session:
        firm = facts.firm(session, uscc=CODE)
        made = record(
            session,
            session.actor,
            kind="penalty",
            subject=Subject(organisation=firm.id),
            decided_on=date(2026, 11, 12),
            document_number="沪司罚决字〔2026〕第7号",
            authority="上海市司法局",
            severity="一般",
            summary="罚款二万元",
            columns={"CF_WSH": "沪司罚决字〔2026〕第7号", "CF_CFLB": "罚款"},
        )
    return made.public_id


def receive(work: Work, actor: Actor, event: str, **other: object) -> str:
    given: dict[str, object] = {
        "event": event,
        "number": CODE,
        "region": "310000",
        "received_on": date(2026, 11, 20),
        "asked": "correct",
        "statement": "罚款数额有误",
        "contact": "周正 021-55550000",
    }
    with work.write(actor) as session:
        return handle.receive(session, actor, **{**given, **other}).public_id  # type: ignore[arg-type]


def read(work: Work, objection: str) -> find.Objection:
    with work.read() as session:
        return find.objection(session, objection)


def step(work: Work, actor: Actor, use_case: Callable[..., None], **given: object) -> None:
    with work.write(actor) as session:
        use_case(session, actor, **given)


def marks(work: Work, event: str) -> list[str]:
    with work.read() as session:
        row = session.scalars(select(EventRow.id).where(EventRow.public_id == event)).one()
        return disclosure.marks(session, [row])[row]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestWhoMayObject:
    """上海市社会信用条例第三十六条：信息主体认为信息有错误、遗漏的，可以提出异议。"""

    @pytest.mark.parametrize("number", [CODE, f" {CODE} "])
    def test_the_firm_by_its_credit_code(
        self, work: Work, people: dict[str, Actor], event: str, number: str
    ) -> None:
        made = read(work, receive(work, people["desk"], event, number=number))
        assert made.identified_by_title == "统一社会信用代码"

    def test_the_lawyer_by_papers_or_by_any_licence_number_held(
        self, work: Work, people: dict[str, Actor]
    ) -> None:
        with work.write(people["recorder"]) as session:
            place = facts.firm(session)
            lawyer = facts.advocate(session, place, 3, id_number=facts.resident(3))
            other = facts.advocate(session, place, 5, name="章程", id_number=facts.resident(5))
            event = record(
                session,
                session.actor,
                kind="penalty",
                subject=Subject(practitioner=lawyer.id),
                decided_on=date(2026, 11, 12),
                document_number="沪司罚决字〔2026〕第9号",
                summary="警告",
            ).public_id
        assert other.public_id != lawyer.public_id
        for number in (facts.resident(5), facts.lawyer(5), CODE):
            with pytest.raises(Refused) as refused:
                receive(work, people["desk"], event, number=number)
            assert refused.value.rule == "not_subject"
            assert "第三十六条" in refused.value.title
        made = read(work, receive(work, people["desk"], event, number=facts.lawyer(3)))
        assert made.identified_by_title == "执业证号"

    def test_somebody_whom_the_register_does_not_know_by_the_number_in_the_record_itself(
        self, work: Work, people: dict[str, Actor]
    ) -> None:
        with work.write(people["recorder"]) as session:
            event = record(
                session,
                session.actor,
                kind="penalty",
                subject=Subject(name="外地某人"),
                decided_on=date(2026, 11, 12),
                document_number="沪司罚决字〔2026〕第10号",
                summary="罚款",
                restricted={"CF_XDR_ZJHM": facts.resident(9)},
            ).public_id
        with pytest.raises(Refused):
            receive(work, people["desk"], event, number=CODE)
        assert receive(work, people["desk"], event, number=facts.resident(9))

    def test_an_objection_needs_its_words_and_a_day_that_can_be(
        self, work: Work, people: dict[str, Actor], event: str
    ) -> None:
        for wrong, path in (
            ({"statement": " "}, "statement"),
            ({"contact": ""}, "contact"),
            ({"number": ""}, "number"),
            ({"asked": "revenge"}, "asked"),
            ({"received_on": date(2026, 11, 21)}, "received_on"),
            ({"received_on": date(2026, 11, 11)}, "received_on"),
            ({"statement": "长" * 2001}, "statement"),
        ):
            with pytest.raises(Invalid) as refused:
                receive(work, people["desk"], event, **wrong)
            assert [fault.path for fault in refused.value.fields] == [path]
        with work.read() as session:
            assert session.scalar(select(ObjectionRow.id)) is None, "nothing half stored"

    def test_pressed_twice_it_is_one_objection(
        self, work: Work, people: dict[str, Actor], event: str
    ) -> None:
        receive(work, people["desk"], event)
        with pytest.raises(Conflict) as refused:
            receive(work, people["desk"], event)
        assert refused.value.rule == "objected"

    def test_nobody_objects_to_what_was_annulled(
        self, work: Work, people: dict[str, Actor], event: str
    ) -> None:
        with work.write(people["head"]) as session:
            annul(session, session.actor, event=event, ground="事实不清", on=session.today)
        with pytest.raises(Conflict) as refused:
            receive(work, people["desk"], event)
        assert refused.value.rule == "annulled"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestClocks:
    """Working days, counted from the day after (民法典第二百零一条); 2027 is not announced yet."""

    @pytest.mark.parametrize(
        ("region", "received", "transfer", "own", "source", "provisional"),
        [
            ("310000", "2026-11-20", "2026-11-24", "2026-11-27", "2026-11-27", False),
            # 上海: received on Friday before the National Day week; Saturday 10 October 2026 is a make-up day.
            ("310000", "2026-09-29", "2026-10-08", "2026-10-12", "2026-11-27", False),
            # the last working day before a make-up Saturday: Friday 9 October; day one is that Saturday
            ("310000", "2026-10-09", "2026-10-12", "2026-10-15", "2026-11-27", False),
            ("370000", "2026-11-20", "2026-11-24", "2026-11-25", "2026-12-01", False),
            ("440300", "2026-11-20", "2026-11-23", "2026-11-25", "2026-11-24", False),
            ("330000", "2026-11-20", "2026-11-24", "2026-11-27", "2026-11-27", False),
            ("110000", "2026-11-20", "2026-11-24", "2026-11-27", "2026-11-27", False),
        ],
    )
    def test_each_region_counts_by_its_own_article(
        self,
        work: Work,
        people: dict[str, Actor],
        region: str,
        received: str,
        transfer: str,
        own: str,
        source: str,
        provisional: bool,
    ) -> None:
        with work.write(people["recorder"]) as session:
            firm = facts.firm(session, uscc=CODE)
            event = record(
                session,
                session.actor,
                kind="penalty",
                subject=Subject(organisation=firm.id),
                decided_on=date(2026, 9, 1),
                document_number="1",
                summary="罚款",
            ).public_id
        made = receive(work, people["desk"], event, region=region, received_on=date.fromisoformat(received))
        assert str(read(work, made).listed.due_on) == transfer
        step(work, people["desk"], handle.assign, objection=made, source_unit=None)
        assert str(read(work, made).listed.due_on) == own
        assert read(work, made).listed.due_provisional is provisional

        with work.write(people["recorder"]) as session:
            second = record(
                session,
                session.actor,
                kind="penalty",
                subject=Subject(organisation=firm.id),
                decided_on=date(2026, 9, 1),
                document_number="2",
                summary="罚款",
            ).public_id
        sent = receive(work, people["desk"], second, region=region, received_on=date.fromisoformat(received))
        step(work, people["desk"], handle.assign, objection=sent, source_unit="某区司法局")
        assert str(read(work, sent).listed.due_on) == source, "counted from the day of the transfer"

    def test_a_term_that_reaches_into_an_unannounced_year_is_provisional(
        self, work: Work, people: dict[str, Actor], event: str, clock: SetClock
    ) -> None:
        clock.set(datetime(2026, 12, 31, 10, tzinfo=SHANGHAI))
        made = receive(work, people["desk"], event, received_on=date(2026, 12, 31))
        found = read(work, made).listed
        assert (str(found.due_on), found.due_provisional) == ("2027-01-04", True)

    def test_what_was_entered_late_says_so(self, work: Work, people: dict[str, Actor], event: str) -> None:
        """The letter came on Monday, and its mark was due on Tuesday; it is entered on Friday."""
        made = read(work, receive(work, people["desk"], event, received_on=date(2026, 11, 16)))
        assert (str(made.steps[0].due_on), made.steps[0].late) == ("2026-11-17", True)
        on_time = terms.of("310000", date(2026, 11, 16))
        assert on_time.basis_of("mark") == "上海市社会信用条例第三十六条"
        assert on_time.basis_of("tell") == "本机关承诺时限"


class TestTheWayOfAnObjection:
    def test_rejected_told_reviewed_and_told_again_with_the_mark_as_long_as_it_is_open(
        self, work: Work, people: dict[str, Actor], event: str
    ) -> None:
        made = receive(work, people["desk"], event)
        assert marks(work, event) == ["objection"]
        step(work, people["desk"], handle.assign, objection=made, source_unit=None)
        step(
            work, people["head"], handle.decide, objection=made, outcome="rejected", reason="数额与决定书一致"
        )
        assert marks(work, event) == ["objection"]
        step(work, people["desk"], handle.tell, objection=made, how="当面送达")
        assert marks(work, event) == []
        assert str(read(work, made).appeal_until) == "2026-12-04"

        step(work, people["desk"], handle.appeal, objection=made, number=CODE, statement="请再核对")
        assert marks(work, event) == ["objection"]
        step(work, people["leader"], handle.review, objection=made, outcome="rejected", reason="维持")
        step(work, people["desk"], handle.tell, objection=made, how="挂号信")
        found = read(work, made)
        assert marks(work, event) == []
        assert [one.step for one in found.steps] == [
            "receive", "own", "decide", "tell", "appeal", "review", "tell",
        ]  # fmt: skip
        assert found.decision is not None
        assert found.decision.note == "维持"
        with pytest.raises(Conflict) as refused:
            step(work, people["desk"], handle.appeal, objection=made, number=CODE, statement="再来")
        assert refused.value.rule == "reviewed"

    def test_deleted_ends_the_publication_in_the_same_moment(
        self, work: Work, people: dict[str, Actor], event: str
    ) -> None:
        made = receive(work, people["desk"], event, asked="delete")
        step(work, people["desk"], handle.assign, objection=made, source_unit=None)
        step(work, people["head"], handle.decide, objection=made, outcome="deleted", reason="错误归集")
        with work.read() as session:
            found = credit.event(session, event)
            assert disclosure.ended(session, [found.id])[found.id].ground == "deleted"
        step(work, people["desk"], handle.tell, objection=made, how="电话")
        with pytest.raises(Conflict):
            step(work, people["desk"], handle.appeal, objection=made, number=CODE, statement="再来")

    def test_nobody_is_told_of_a_correction_that_has_not_been_made(
        self, work: Work, people: dict[str, Actor], event: str
    ) -> None:
        made = receive(work, people["desk"], event)
        step(work, people["desk"], handle.assign, objection=made, source_unit=None)
        step(work, people["head"], handle.decide, objection=made, outcome="corrected", reason="数额有误")
        with pytest.raises(Conflict) as refused:
            step(work, people["desk"], handle.tell, objection=made, how="电话")
        assert refused.value.rule == "not_corrected"

    def test_a_review_is_asked_for_within_its_term(
        self, work: Work, people: dict[str, Actor], event: str, clock: SetClock
    ) -> None:
        made = receive(work, people["desk"], event)
        step(work, people["desk"], handle.assign, objection=made, source_unit=None)
        step(work, people["head"], handle.decide, objection=made, outcome="rejected", reason="一致")
        step(work, people["desk"], handle.tell, objection=made, how="电话")
        clock.set(datetime(2026, 12, 4, 23, 59, tzinfo=SHANGHAI))
        with pytest.raises(Refused):
            step(
                work,
                people["desk"],
                handle.appeal,
                objection=made,
                number=facts.code(serial=8),
                statement="我",
            )
        clock.set(datetime(2026, 12, 5, 0, 0, tzinfo=SHANGHAI))
        with pytest.raises(Conflict) as refused:
            step(work, people["desk"], handle.appeal, objection=made, number=CODE, statement="再核对")
        assert refused.value.rule == "too_late"

    def test_steps_come_in_their_order_alone(self, work: Work, people: dict[str, Actor], event: str) -> None:
        made = receive(work, people["desk"], event)
        everyone: list[tuple[str, Callable[..., None], dict[str, object]]] = [
            ("desk", handle.assign, {"source_unit": None}),
            ("head", handle.decide, {"outcome": "rejected", "reason": "一致"}),
            ("desk", handle.tell, {"how": "电话"}),
            ("desk", handle.appeal, {"number": CODE, "statement": "再核对"}),
            ("leader", handle.review, {"outcome": "rejected", "reason": "一致"}),
        ]
        for number in range(len(everyone)):
            for other in (i for i in range(len(everyone)) if i != number):
                who, use_case, given = everyone[other]
                with pytest.raises(Conflict) as refused:
                    step(work, people[who], use_case, objection=made, **given)
                assert refused.value.rule == "out_of_turn"
            who, use_case, given = everyone[number]
            step(work, people[who], use_case, objection=made, **given)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestFourEyes:
    def test_who_recorded_the_event_or_received_the_objection_does_not_decide(
        self, work: Work, host: Host, people: dict[str, Actor], event: str
    ) -> None:
        everything = frozenset(permission.name for permission in host.permissions)
        recorder = Actor("staff", people["recorder"].id, "recorder", everything)
        desk = Actor("staff", people["desk"].id, "desk", everything)
        made = receive(work, desk, event)
        step(work, desk, handle.assign, objection=made, source_unit=None)
        for actor in (recorder, desk):
            with pytest.raises(Refused) as refused:
                step(work, actor, handle.decide, objection=made, outcome="rejected", reason="一致")
            assert refused.value.rule == "four_eyes"
            assert not read(work, made).may(actor, "decide")
        head = Actor("staff", people["head"].id, "head", everything)
        assert read(work, made).may(head, "decide")
        step(work, head, handle.decide, objection=made, outcome="rejected", reason="一致")
        step(work, desk, handle.tell, objection=made, how="电话")
        step(work, desk, handle.appeal, objection=made, number=CODE, statement="再核对")
        with pytest.raises(Refused) as refused:
            step(work, head, handle.review, objection=made, outcome="rejected", reason="一致")
        assert refused.value.rule == "four_eyes"

    @pytest.mark.parametrize(
        ("who", "use_case", "given"),
        [
            ("auditor", handle.assign, {"source_unit": None}),
            ("desk", handle.decide, {"outcome": "rejected", "reason": "一致"}),
            ("leader", handle.assign, {"source_unit": None}),
        ],
    )
    def test_a_step_is_refused_to_whom_it_does_not_belong(
        self,
        work: Work,
        people: dict[str, Actor],
        event: str,
        who: str,
        use_case: Callable[..., None],
        given: dict[str, object],
    ) -> None:
        made = receive(work, people["desk"], event)
        if use_case is handle.decide:
            step(work, people["desk"], handle.assign, objection=made, source_unit=None)
        with pytest.raises(Refused) as refused:
            step(work, people[who], use_case, objection=made, **given)
        assert refused.value.rule == "permission"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_work_lists_tell_what_waits_by_when_and_for_whom_not(
    work: Work, people: dict[str, Actor], event: str
) -> None:
    made = receive(work, people["desk"], event)
    waiting = {worklist.title: worklist for worklist in find.WORKLISTS}

    def duties(title: str) -> list[tuple[str, str]]:
        with work.read() as session:
            return [(duty.values["public_id"], str(duty.due)) for duty in waiting[title].open(session, 10)]

    assert duties("异议分办") == [(made, "2026-11-24")]
    step(work, people["desk"], handle.assign, objection=made, source_unit=None)
    assert (duties("异议分办"), duties("异议处理决定")) == ([], [(made, "2026-11-27")])
    with work.read() as session:
        [duty] = waiting["异议处理决定"].open(session, 10)
    assert duty.barred == {people["desk"].id, people["recorder"].id}
    step(work, people["head"], handle.decide, objection=made, outcome="rejected", reason="一致")
    assert duties("异议告知") == [(made, "2026-11-24")]
    step(work, people["desk"], handle.tell, objection=made, how="电话")
    step(work, people["desk"], handle.appeal, objection=made, number=CODE, statement="再核对")
    assert duties("异议复核决定") == [(made, "2026-11-27")]


def test_what_people_wrote_is_sealed_and_the_audit_book_names_nobody(
    work: Work, people: dict[str, Actor], event: str
) -> None:
    made = receive(work, people["desk"], event)
    step(work, people["desk"], handle.assign, objection=made, source_unit=None)
    step(work, people["head"], handle.decide, objection=made, outcome="rejected", reason="与周正核对过")
    with work.read() as session:
        stored = b"".join(
            bytes(value)
            for table in ("reg_objections", "reg_case_steps", "reg_ledger_bodies")
            for row in session.connection().exec_driver_sql(f"SELECT * FROM {table}")
            for value in row
            if isinstance(value, bytes | memoryview)
        )
    for written in ("周正", "罚款数额有误", CODE):
        assert written.encode() not in stored
    assert read(work, made).statement == "罚款数额有误"

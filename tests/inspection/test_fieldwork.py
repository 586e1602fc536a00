"""Fieldwork: what a phone notes at a visit comes in once, in order, and is never lost; who is not of the team adds nothing."""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from inspection.plan.tables import InspectorRow
from inspection.visits import find as visits
from inspection.visits import findings, replace
from inspection.visits.after import review
from inspection.visits.fieldwork import find, presence, sync
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.kernel.work import Work
from tests.inspection import bureau
from tests.inspection.phone import STROKES, Phone, photo
from tests.people import Person

LEADER = Actor.command("leader")
Team = tuple[Person, Person]


@pytest.fixture
def visit(work: Work) -> visits.VisitPage:
    bureau.drawn(work, bureau.found(work))
    with work.read() as session:
        return visits.worklist(session, limit=1)[0][0]


@pytest.fixture
def team(host: Host, visit: visits.VisitPage, sign_in: Callable[..., Person]) -> Team:
    """The two inspectors of the visit, each at a phone."""
    first, second = sign_in("inspector"), sign_in("inspector", username="inspector2")
    bureau.link(host.work, visit.inspectors[0], first.username)
    bureau.link(host.work, visit.inspectors[1], second.username)
    return first, second


def of(work: Work, visit: visits.VisitPage) -> find.Fieldwork:
    with work.read() as session:
        return find.of(session, visit.public_id)


def test_a_whole_visit_from_a_phone_and_the_same_again_changes_nothing(
    work: Work, visit: visits.VisitPage, team: Team, clock: SetClock
) -> None:
    phone = Phone(team[0], visit.public_id, clock)
    content = photo()
    assert phone.upload(content).status_code == 200
    assert phone.upload(content).status_code == 200, "sent twice"
    phone.note("check_in", code=presence.token(work.keys, visit.public_id))
    covers = [
        phone.answer("LF-01", "yes"),
        phone.answer("LF-04", "no", "未公示收费标准"),
        phone.note("scene", text="负责人在场"),
        phone.note("file", digest=hashlib.sha256(content).hexdigest(), form="photo", caption="公示栏"),
        phone.note("statement", text="将在三日内公示"),
        phone.note("finding", visited_on="2026-11-20", codes=["B"], measure="rectify", note="责令公示"),
    ]
    phone.note("signature", role=f"inspector:{visit.inspectors[0]}", strokes=STROKES, covers=covers)
    phone.note(
        "signature", role="subject", refused=True, reason="负责人拒绝", witness="物业王某", covers=covers
    )
    assert {one["status"] for one in phone.sync()} == {"stored"}
    assert {one["status"] for one in phone.sync()} == {"known"}
    found = of(work, visit)
    assert (found.position, found.proposed, found.check_ins[0].shown) == (9, ["B"], "letter")
    answered = {one.item: one.value for one in found.answers}
    assert (answered["LF-01"], answered["LF-04"], answered["LF-02"]) == ("yes", "no", None)
    assert [one.caption for one in found.attachments] == ["公示栏"]
    assert [(one.refused, one.stands) for one in found.signatures] == [(False, True), (True, True)]
    assert found.signatures[0].path.startswith("M100 100L200 180")
    with work.read() as session:
        assert visits.visit(session, visit.public_id).state == "recorded"
    phone.answer("LF-02", "yes")
    phone.sync()
    assert [one.stands for one in of(work, visit).signatures] == [False, False], "changed after it was signed"


def test_two_phones_merge_item_by_item_and_the_later_word_counts(
    work: Work, visit: visits.VisitPage, team: Team, clock: SetClock
) -> None:
    first, second = (Phone(one, visit.public_id, clock) for one in team)
    first.answer("LF-01", "yes")
    first.answer("LF-02", "no", "第一个人的看法")
    clock.advance(timedelta(minutes=10))
    second.answer("LF-02", "yes", "看过账册")
    second.answer("LF-03", "na")
    # The second comes first, and its clock is an hour fast; what counts is when it was said.
    second.sync(fast=timedelta(hours=1))
    clock.advance(timedelta(hours=2))
    first.sync()
    found = {one.item: one for one in of(work, visit).answers}
    assert {item: one.value for item, one in found.items() if one.noted} == {
        "LF-01": "yes",
        "LF-02": "yes",
        "LF-03": "na",
    }
    assert [one.content["note"] for one in found["LF-02"].earlier] == ["第一个人的看法"]
    assert found["LF-02"].noted is not None
    assert (found["LF-02"].noted.by, found["LF-01"].noted.by if found["LF-01"].noted else "") == (
        "测试inspector2",
        "测试inspector",
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_finding_over_a_colleagues_is_a_conflict_that_shows_theirs(
    work: Work, visit: visits.VisitPage, team: Team, clock: SetClock
) -> None:
    first, second = (Phone(one, visit.public_id, clock) for one in team)
    told = {"visited_on": "2026-11-20", "measure": "none", "note": ""}
    first.note("finding", codes=["1"], **told)
    second.note("finding", codes=["E"], **told)
    assert [one["status"] for one in first.sync()] == ["stored"]
    answer = second.sync()[0]
    assert (answer["status"], answer["todo"]) == ("conflict", "compare")
    theirs = second.taken()["finding"]
    assert theirs["codes"] == ["1"]
    second.note("finding", codes=["E"], over=theirs["at"], **told)
    assert [one["status"] for one in second.sync()] == ["conflict", "stored"]
    with work.read() as session:
        assert visits.visit(session, visit.public_id).codes == ["E"]


def test_after_reassignment_nothing_counts_and_nothing_is_lost(
    work: Work, visit: visits.VisitPage, team: Team, clock: SetClock
) -> None:
    phone = Phone(team[1], visit.public_id, clock)
    phone.answer("LF-01", "yes")
    phone.sync()
    phone.answer("LF-02", "no", "离线时写的")
    with work.write(LEADER) as session:
        asked = replace.ask(
            session, LEADER, visit=visit.public_id, seat=1, ground="unavailable", reason="病假"
        )
    second = Actor.command("second")
    with work.write(second) as session:
        replace.decide(session, second, substitution=asked.public_id, granted=True)
    assert [(one["status"], one["rule"]) for one in phone.sync()] == [
        ("known", None),
        ("aside", "not_of_the_team"),
    ]
    found = of(work, visit)
    assert {one.item for one in found.answers if one.noted} == {"LF-01"}
    assert [one.content["note"] for one in found.aside] == ["离线时写的"]
    assert phone.taken() is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_inspector_recuses_from_the_phone_and_a_second_person_decides(
    visit: visits.VisitPage, team: Team, work: Work, clock: SetClock
) -> None:
    phone = Phone(team[1], visit.public_id, clock)
    phone.note("recusal", inspector=visit.inspectors[1], ground="recused", reason="曾在该所任职")
    assert [one["status"] for one in phone.sync()] == ["stored"]
    phone.note("recusal", inspector="099999", ground="recused", reason="认错了人")
    assert [(one["status"], one["rule"]) for one in phone.sync()][1:] == [("refused", "no_such_seat")]
    assert phone.taken()["asked"] == ["检查人员回避"]
    with work.write(LEADER) as session:
        [asked] = replace.requests(session, visit.public_id)
        replace.decide(session, LEADER, substitution=asked.public_id, granted=True)
    with work.read(LEADER) as session:
        assert visit.inspectors[1] not in visits.visit(session, visit.public_id).inspectors


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_visit_that_was_sent_back_is_noted_again_and_a_closed_one_is_not(
    visit: visits.VisitPage, team: Team, work: Work, clock: SetClock
) -> None:
    phone = Phone(team[0], visit.public_id, clock)
    phone.note("finding", visited_on="2026-11-20", codes=["1"], measure="none")
    phone.sync()
    with work.write(LEADER) as session:
        review.send_back(session, LEADER, visit=visit.public_id, reason="请补充收费票据的情况")
    assert phone.taken()["state"] == "returned"
    phone.answer("LF-02", "no", "缺票据")
    phone.note(
        "finding",
        visited_on="2026-11-20",
        codes=["E"],
        measure="rectify",
        over=phone.taken()["finding"]["at"],
    )
    assert [one["status"] for one in phone.sync()][1:] == ["stored", "stored"]
    with work.write(LEADER) as session:
        findings.close(session, LEADER, visit=visit.public_id)
    phone.answer("LF-03", "yes")
    assert [(one["status"], one["rule"]) for one in phone.sync()][3:] == [("aside", "closed")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_certificate_that_ran_out_notes_nothing_that_counts(
    visit: visits.VisitPage, team: Team, work: Work, clock: SetClock
) -> None:
    with work.write(LEADER) as session:
        holder = session.scalars(
            select(InspectorRow).where(InspectorRow.certificate == visit.inspectors[0])
        ).one()
        holder.valid_until = session.today - timedelta(days=1)
        session.act("inspector.enlist", "tests")
    phone = Phone(team[0], visit.public_id, clock)
    phone.answer("LF-01", "yes")
    phone.outbox[0]["noted_at"] = (clock.now() - timedelta(days=1)).isoformat()
    phone.answer("LF-02", "yes")
    assert [(one["status"], one["rule"]) for one in phone.sync()] == [
        ("stored", None),
        ("aside", "certificate_expired"),
    ], "what was said on its last day counts"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_stranger_adds_nothing(
    visit: visits.VisitPage, sign_in: Callable[..., Person], work: Work, clock: SetClock
) -> None:
    phone = Phone(sign_in("inspector", username="stranger"), visit.public_id, clock)
    phone.answer("LF-01", "yes")
    assert [(one["status"], one["rule"]) for one in phone.sync()] == [("refused", "not_of_the_team")]
    assert phone.upload(photo()).status_code == 403
    assert of(work, visit).empty
    assert sign_in("clerk").get("/staff/visits/field.json").status_code == 403


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_that_is_no_photo_is_refused_and_holds_up_nothing(
    visit: visits.VisitPage, team: Team, work: Work, clock: SetClock
) -> None:
    phone = Phone(team[0], visit.public_id, clock)
    for content, rule in (
        (b"\xff\xd8\xff" + b"0" * (40 * 1024 * 1024) + b"\xff\xd9", "too-large"),
        (b"\xff\xd8\xff\xe0 this is no picture \xff\xd9", "not-a-picture"),
        (b"MZ a program", "file-type"),
        (b"", "required"),
    ):
        refused = phone.upload(content)
        assert (refused.status_code, refused.get_json()["errors"][0]["rule"]) == (422, rule)
        phone.note("file", digest=hashlib.sha256(content).hexdigest(), form="photo")
    altered = phone.upload(photo(), digest="0" * 64)
    assert altered.get_json()["errors"][0]["rule"] == "digest"
    phone.answer("LF-01", "yes")
    answers = [(one["status"], one["todo"]) for one in phone.sync()]
    assert answers == [("conflict", "upload")] * 4 + [("stored", None)]
    assert [one.item for one in of(work, visit).answers if one.noted] == ["LF-01"]


_BROKEN: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("answer", {"matter": "LS-01", "item": "XX-99", "value": "yes"}, "item"),
    ("answer", {"matter": "LS-01", "item": "LF-01", "value": "maybe"}, "value"),
    ("signature", {"role": "subject", "strokes": [[[1, 1]]]}, "strokes"),
    ("signature", {"role": "subject", "refused": True, "reason": "走了"}, "witness"),
    ("signature", {"role": "inspector:090001", "refused": True, "reason": "x", "witness": "y"}, "refused"),
    ("finding", {"visited_on": "2026-11-21", "codes": ["1"], "measure": "none"}, "visited_on"),
    ("appointment", {"planned_on": "2027-12-01"}, "planned_on"),
    ("statement", {}, "text"),
    ("check_in", {}, "reason"),
    ("dance", {}, "kind"),
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_breaks_a_rule_is_refused_by_field_and_stays_on_the_phone(
    visit: visits.VisitPage, team: Team, work: Work, clock: SetClock
) -> None:
    phone = Phone(team[0], visit.public_id, clock)
    for kind, content, _ in _BROKEN:
        phone.note(kind, **content)
    phone.note("scene", text="其他照常")
    *refused, stored = phone.sync()
    assert [(one["status"], [fault["path"] for fault in one["errors"]]) for one in refused] == [
        ("refused", [path]) for _, _, path in _BROKEN
    ]
    assert (stored["status"], of(work, visit).position) == ("stored", 1)


def test_whoever_lost_the_power_in_the_middle_of_a_batch_sends_it_again(
    work: Work, visit: visits.VisitPage, team: Team, clock: SetClock
) -> None:
    """The third operation dies after its rows were written and before it was committed."""
    phone = Phone(team[0], visit.public_id, clock)
    for item in ("LF-01", "LF-02", "LF-03", "LF-05"):
        phone.answer(item, "yes")

    units = iter(range(1, 5))

    def dies(_session: Any) -> None:
        if next(units) == 3:
            raise KeyboardInterrupt

    batch = {"sent_at": clock.now().isoformat(), "operations": phone.outbox}
    with pytest.raises(KeyboardInterrupt):
        sync.take(work.fenced_by(dies), team[0].actor, batch=batch)
    assert of(work, visit).position == 2
    assert [one["status"] for one in phone.sync()] == ["known", "known", "stored", "stored"]
    assert of(work, visit).position == 4


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_written_is_sealed_and_the_audit_book_tells_no_names(
    work: Work, visit: visits.VisitPage, team: Team, clock: SetClock
) -> None:
    phone = Phone(team[0], visit.public_id, clock)
    phone.note("statement", text="金丝雀陈述")
    phone.sync()
    with work.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM insp_field_notes").all()
        leaves = connection.exec_driver_sql("SELECT body FROM reg_ledger_bodies").all()
    assert rows
    assert "金丝雀陈述" not in repr(rows) + "".join(
        str(bytes(one[0] or b""), "utf-8", "ignore") for one in leaves
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_route_goes_by_day_and_district_and_shows_the_address_to_the_team_alone(
    work: Work, visit: visits.VisitPage, team: Team, clock: SetClock, sign_in: Callable[..., Person]
) -> None:
    phone = Phone(team[0], visit.public_id, clock)
    phone.note("appointment", planned_on="2026-11-25", note="上午")
    phone.sync()
    page = team[0].get("/staff/visits/mine").text
    assert page.index("2026-11-25") < page.index(visit.subject_name)
    assert of(work, visit).planned_on == date(2026, 11, 25)
    assert visit.subject_name not in sign_in("inspector", username="other").get("/staff/visits/mine").text

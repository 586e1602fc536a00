"""The ceremony: frozen, committed, dice before witnesses, drawn once, published; and everything that must be refused."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from inspection.ceremony import conduct, find
from inspection.ceremony.tables import DrawRow
from inspection.draw.verify import verify
from inspection.plan import draft
from inspection.plan.tables import InspectorRow
from inspection.visits.tables import VisitRow
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work
from registry.ledger import book
from registry.roster.enrol import change_organisation_state
from tests.inspection import bureau
from tests.inspection.bureau import DICE, OFFICE, SECOND_DICE
from tests.people import Person


def test_officer_and_witnesses_take_a_draw_through_the_pages_and_anyone_verifies_it(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person]
) -> None:
    place = bureau.found(host.work)
    officer = sign_in("draw")
    witnesses = [sign_in("witness", username="witness"), sign_in("witness", username="witness2")]
    frozen = officer.post(f"/staff/inspection/tasks/{place.task}/freeze", by=["witness", "witness2"])
    assert frozen.status_code == 303, frozen.text
    page = frozen.headers["Location"]
    draw = page.rsplit("/", 1)[1]
    assert client.get(f"/draws/{draw}/frame.json").status_code == 404, "public before the commitment"
    assert officer.post(f"{page}/commit").status_code == 303
    assert officer.post(f"{page}/run").status_code == 409, "drawn before the dice"
    assert client.get(f"/draws/{draw}/record.json").status_code == 404
    for position, (witness, dice) in enumerate(zip(witnesses, (DICE, SECOND_DICE), strict=True)):
        assert "轮到您" in witness.get(page).text
        assert witness.post(f"{page}/chance", position=position, value=dice).status_code == 303
    assert officer.post(f"{page}/run").status_code == 303
    assert officer.post(f"{page}/run").status_code == 409, "drawn twice"
    record = json.loads(client.get(f"/draws/{draw}/record.json").data)
    assert verify(record) == []
    assert [item["value"] for item in record["entropy"]] == [DICE, SECOND_DICE]
    shown = client.get(f"/draws/{draw}").text
    assert record["seed"] in shown
    for selected in client.get(f"/draws/{draw}.json").get_json()["selected"]:
        assert selected["name"] in shown
        assert all(certificate in shown for certificate in selected["inspectors"])
    assert "检查员" not in shown.replace("检查人员", ""), "an inspector's name is public"


def test_the_log_holds_the_frame_before_the_dice_and_the_record_after_them(work: Work) -> None:
    draw = bureau.committed(work, bureau.found(work))
    with work.read() as session:
        row = session.scalars(select(DrawRow).where(DrawRow.public_id == draw)).one()
        assert row.commit_index is not None
        committed = book.entry(session, "public", row.commit_index, on=session.today)
        size_before = book.head(session, "public").size
    assert committed.body is not None
    assert json.loads(committed.body) == {"draw": draw, "frame_sha256": row.frame_sha256}
    bureau.throw(work, draw, DICE, SECOND_DICE)
    bureau.run(work, draw)
    with work.read() as session:
        drawn = session.scalars(select(DrawRow).where(DrawRow.public_id == draw)).one()
        assert drawn.record_index == size_before
        document = json.loads(drawn.record or b"")
        assert (document["log"]["index"], document["frame"]) == (row.commit_index, json.loads(row.frame))
        assert len(session.scalars(select(VisitRow)).all()) == len(document["assignments"])


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("123", "too few"),
        ("", "too few"),
        ("3.14" + DICE, "not decimal digits"),
        ("一" * 20, "not decimal digits"),
    ],
)
def test_dice_that_break_the_specification_are_refused_and_nothing_is_stored(
    work: Work, value: str, rule: str
) -> None:
    draw = bureau.committed(work, bureau.found(work))
    with pytest.raises(Invalid) as refused:
        bureau.throw(work, draw, value)
    assert refused.value.fields[0].path == "value"
    with work.read() as session:
        assert not any(item.value for item in find.draw_page(session, draw, on=session.today).plan), rule


def test_only_the_planned_party_supplies_its_item_in_its_turn(
    host: Host, sign_in: Callable[..., Person]
) -> None:
    draw = bureau.committed(host.work, bureau.found(host.work))
    second = sign_in("witness", username="witness2")
    with pytest.raises(Refused), host.work.write(second.actor) as session:
        conduct.supply(session, second.actor, draw_id=draw, position=0, value=DICE)
    with pytest.raises(Conflict), host.work.write(second.actor) as session:
        conduct.supply(session, second.actor, draw_id=draw, position=1, value=DICE)
    bureau.throw(host.work, draw, DICE)
    with pytest.raises(Conflict), host.work.write(OFFICE) as session:
        conduct.supply(session, OFFICE, draw_id=draw, position=0, value=SECOND_DICE)


def test_a_task_has_one_live_draw_and_no_second_after_it_was_drawn(work: Work) -> None:
    place = bureau.found(work)
    draw = bureau.committed(work, place)
    with pytest.raises(Conflict):
        bureau.committed(work, place)
    bureau.throw(work, draw, DICE, SECOND_DICE)
    bureau.run(work, draw)
    with pytest.raises(Conflict):
        bureau.committed(work, place)


def test_two_officers_press_draw_at_once_and_there_is_one_draw(work: Work) -> None:
    draw = bureau.committed(work, bureau.found(work))
    bureau.throw(work, draw, DICE, SECOND_DICE)
    start, outcomes = threading.Barrier(2), []

    def press() -> None:
        start.wait()
        try:
            bureau.run(work, draw)
            outcomes.append("drawn")
        except Conflict as refused:
            outcomes.append(refused.rule)

    officers = [threading.Thread(target=press) for _ in range(2)]
    for officer in officers:
        officer.start()
    for officer in officers:
        officer.join()
    assert sorted(outcomes) == ["drawn", "state"]
    with work.read() as session:
        leaves = book.read(session, "public", start=0, limit=100, on=session.today)
    assert [leaf.action for leaf in leaves if leaf.record == draw] == ["frame", "draw"]


def test_the_frame_holds_everybody_and_says_why_some_are_not_drawn_from(work: Work) -> None:
    place = bureau.found(work)
    with work.write(OFFICE) as session:
        change_organisation_state(
            session,
            OFFICE,
            organisation=place.firms[0],
            state="suspended",
            on=session.today,
            reason="停业整顿",
        )
        expired = draft.Enlisted("098888", session.today + timedelta(days=3), "某人", "某局", ("law_firm",))
        draft.enlist(session, OFFICE, [expired])
        draft.declare_recusal(
            session,
            OFFICE,
            inspector=_inspector(session, "090000"),
            organisation=place.firms[1].public_id,
            reason="配偶在该所执业",
        )
    draw = bureau.committed(work, place)
    with work.read() as session:
        frame = json.loads(find.frame_bytes(session, draw))
    assert {unit["id"] for unit in frame["units"]} == {firm.public_id for firm in place.firms}
    excluded = {unit["id"]: unit["ground"] for unit in frame["units"] if unit["status"] == "excluded"}
    assert excluded == {place.firms[0].public_id: "not_practising"}
    by_certificate = {inspector["id"]: inspector for inspector in frame["inspectors"]}
    assert by_certificate["098888"]["ground"] == "certificate_expired"
    assert by_certificate["090000"]["recused"] == [place.firms[1].public_id]
    assert "配偶" not in json.dumps(frame, ensure_ascii=False)


def test_a_frame_nobody_could_inspect_is_refused_with_the_field(work: Work) -> None:
    place = bureau.found(work, inspectors=1)
    with pytest.raises(Invalid) as refused:
        bureau.committed(work, place)
    assert refused.value.fields[0].path.startswith("units[")
    with work.read() as session:
        assert session.scalar(select(DrawRow.id)) is None


def test_more_firms_than_the_inspectors_may_visit_keeps_the_first_random_and_says_whom(work: Work) -> None:
    team = {"size": 2, "lead_required": True, "cross_district": False, "max_load": 1}
    place = bureau.found(
        work,
        inspectors=4,
        team=team,
        strata=[{"id": n, "rate_bp": 10000, "min": 0, "max": None} for n in "ABCD"],
    )
    draw = bureau.committed(work, place)
    bureau.throw(work, draw, DICE, SECOND_DICE)
    record = bureau.run(work, draw)
    assert record["assignments"] is None
    with work.read() as session:
        page = find.draw_page(session, draw, on=session.today)
        assert page.state == "unassignable"
        assert page.unassignable
        assert len(page.chosen) == 12
        assert session.scalar(select(VisitRow.id)) is None
        assert verify(json.loads(find.record_bytes(session, draw))) == []


def _inspector(session, certificate: str) -> str:
    return session.scalars(
        select(InspectorRow.public_id).where(InspectorRow.certificate == certificate)
    ).one()

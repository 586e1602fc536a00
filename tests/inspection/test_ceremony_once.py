"""One draw, once: what an officer might try so as to steer or repeat a draw, and why it comes to nothing
(specification section 8)."""

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from inspection.ceremony import conduct, find, void
from inspection.ceremony import listed as lists
from inspection.ceremony.tables import DrawRow
from inspection.draw.verify import verify
from inspection.visits import assign, findings
from inspection.visits import find as visits
from inspection.visits.tables import VisitRow
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, Fault, Invalid, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work
from registry.ledger import book
from registry.roster.enrol import change_organisation_state
from tests.inspection import bureau
from tests.inspection.bureau import DICE, OFFICE, SECOND_DICE, TWO_DICE
from tests.people import Person

SECOND = OFFICE.command("second")
NEW_DICE = [{"kind": "dice", "by": "witness"}, {"kind": "dice", "by": "witness3"}]


def test_a_frozen_frame_is_not_thrown_away_by_freezing_again(work: Work) -> None:
    """Only two people end it, before the whole city, and the next one names it."""
    place = bureau.found(work)
    draw = bureau.frozen(work, place)
    for supersedes in (None, draw):
        with pytest.raises(Conflict, match="进行中"):
            bureau.frozen(work, place, supersedes=supersedes)
    assert _propose(work, draw, "chance_withheld") == "state", "nobody could have supplied chance yet"
    assert _propose(work, draw, "record_invalid") == "state"
    assert _propose(work, draw, "bad_luck") == "unknown_ground"
    assert _propose(work, draw, "frame_fault", note=" ") == "missing"
    assert _propose(work, draw, "frame_fault") == ""
    assert _propose(work, draw, "frame_fault") == "void_proposed"
    with pytest.raises(Refused, match="另一人"), work.write(OFFICE) as session:
        void.confirm(session, OFFICE, draw_id=draw)
    with work.write(SECOND) as session:
        void.confirm(session, SECOND, draw_id=draw)
    with pytest.raises(Conflict, match="取代"):
        bureau.frozen(work, place)
    successor = bureau.frozen(work, place, supersedes=draw)
    assert _frame(work, successor)["supersedes"] == draw
    assert _log(work) == [("void", draw)]
    with work.read() as session:
        listed, _ = lists.draws(session, on=session.today, limit=10)
        assert [(one.public_id, one.state) for one in listed] == [(successor, "frozen"), (draw, "voided")]
        assert find.draw_page(session, draw, on=session.today).superseded_by == successor


def test_a_frame_with_dice_on_it_is_not_voided_for_a_fault(work: Work) -> None:
    draw = bureau.committed(work, bureau.found(work))
    bureau.throw(work, draw, DICE)
    assert _propose(work, draw, "frame_fault") == "chance_supplied"


def test_a_proposal_falls_when_the_missing_dice_come_before_its_second_person(work: Work) -> None:
    """Otherwise officers would keep a signed void in the drawer until they have seen the dice."""
    place = bureau.found(work)
    draw = bureau.committed(work, place)
    assert _propose(work, draw, "frame_fault") == ""
    bureau.throw(work, draw, DICE)
    assert _confirm(work, draw) == "ground_gone"
    assert _propose(work, draw, "chance_withheld") == "", "the fallen proposal bars the way"
    with work.write(OFFICE) as session:
        conduct.supply(session, OFFICE, draw_id=draw, position=1, value=SECOND_DICE)
    assert _confirm(work, draw) == "ground_gone"
    for ground in void.GROUNDS:
        assert _propose(work, draw, ground) == "state", "the outcome can be computed, and is not voided"
    assert verify(bureau.run(work, draw)) == []


def test_whoever_withholds_dice_is_named_by_the_service_and_barred_for_good(work: Work) -> None:
    place = bureau.found(work)
    first = bureau.committed(work, place)
    bureau.throw(work, first, DICE)
    bureau.void(work, first, "chance_withheld")
    assert _ended(work, first) == ("chance_withheld", "witness2")
    with pytest.raises(Refused, match="不得参加"):
        bureau.frozen(work, place, supersedes=first)
    second = bureau.committed(work, place, NEW_DICE, supersedes=first)
    bureau.void(work, second, "chance_withheld")
    assert _ended(work, second) == ("chance_withheld", "witness")
    for plan in (TWO_DICE, NEW_DICE):
        with pytest.raises(Refused, match="不得参加"):
            bureau.frozen(work, place, plan, supersedes=second)
    assert _log(work) == [("frame", first), ("void", first), ("frame", second), ("void", second)]


def test_after_the_first_dice_the_successor_keeps_the_frame(work: Work, clock: SetClock) -> None:
    """A directory that was edited in between changes nothing but the plan of chance."""
    place = bureau.found(work)
    first = bureau.committed(work, place)
    bureau.throw(work, first, DICE)
    bureau.void(work, first, "chance_withheld")
    clock.advance(timedelta(days=2))
    _suspend(work, place)
    successor = bureau.committed(work, place, NEW_DICE, supersedes=first)
    before, after = _frame(work, first), _frame(work, successor)
    assert {key for key in before if before[key] != after[key]} == {"draw", "supersedes", "entropy"}
    bureau.throw(work, successor, DICE, SECOND_DICE)
    assert verify(bureau.run(work, successor)) == []


def test_before_any_dice_the_successor_is_taken_from_the_register_as_it_is_now(work: Work) -> None:
    place = bureau.found(work)
    first = bureau.committed(work, place)
    _suspend(work, place)
    bureau.void(work, first, "frame_fault")
    successor = bureau.frozen(work, place, supersedes=first)
    excluded = [unit["id"] for unit in _frame(work, successor)["units"] if unit["status"] == "excluded"]
    assert excluded == [place.firms[0].public_id]


def test_a_record_that_verifies_is_not_voided_and_the_task_is_not_drawn_again(work: Work) -> None:
    place = bureau.found(work)
    draw = bureau.drawn(work, place)
    assert _propose(work, draw, "record_invalid") == "record_valid"
    assert _propose(work, draw, "chance_withheld") == "state"
    with pytest.raises(Conflict):
        bureau.frozen(work, place, NEW_DICE, supersedes=draw)


def test_a_record_that_was_tampered_with_is_voided_and_its_visits_end(work: Work) -> None:
    place = bureau.found(work)
    draw = bureau.drawn(work, place)
    with work.read() as session:
        record = json.loads(find.record_bytes(session, draw))
        [visit, *_], _ = visits.worklist(session, limit=1)
    record["selected"][0]["unit"] = next(
        unit["id"]
        for unit in record["frame"]["units"]
        if unit["id"] not in {chosen["unit"] for chosen in record["selected"]}
    )
    with work.write(OFFICE) as session:
        tampered = json.dumps(record).encode()
        session.execute(update(DrawRow).where(DrawRow.public_id == draw).values(record=tampered))
        session.act("tampered", draw)
    bureau.void(work, draw, "record_invalid")
    with pytest.raises(Conflict, match="作废"), work.write(OFFICE) as session:
        findings.note_finding(
            session,
            OFFICE,
            visit=visit.public_id,
            visited_on=session.today,
            codes=["1"],
            measure="none",
            note="",
        )
    with work.read() as session:
        assert visits.worklist(session, limit=10) == ([], None)
    successor = bureau.committed(work, place, supersedes=draw)
    bureau.throw(work, successor, SECOND_DICE, DICE)
    assert verify(bureau.run(work, successor)) == []


def test_an_officer_who_dislikes_the_dice_gains_nothing_by_waiting(work: Work, clock: SetClock) -> None:
    """Once the chance is complete the draw does not lapse, and the nightly job carries it out."""
    draw = bureau.committed(work, bureau.found(work))
    bureau.throw(work, draw, DICE, SECOND_DICE)
    clock.advance(timedelta(days=60))
    with work.read() as session:
        assert not find.draw_page(session, draw, on=session.today).overdue
    assert assign.settle(work) == {"drawn": 1, "lapsed": 0}
    assert assign.settle(work) == {"drawn": 0, "lapsed": 0}
    with work.read() as session:
        assert verify(json.loads(find.record_bytes(session, draw))) == []
        assert session.scalar(select(VisitRow.id)) is not None


@pytest.mark.parametrize("by_job", [True, False])
def test_a_draw_not_carried_out_by_its_deadline_counts_as_voided_and_shows(
    work: Work, clock: SetClock, by_job: bool
) -> None:
    place = bureau.found(work)
    draw = bureau.committed(work, place)
    bureau.throw(work, draw, DICE)
    with work.read() as session:
        last_day = find.draw_page(session, draw, on=session.today).deadline
    assert last_day == date(2026, 12, 20)
    clock.advance(timedelta(days=31))
    with work.read() as session:
        page = find.draw_page(session, draw, on=session.today)
        assert (page.state, page.overdue) == ("committed", True)
        assert not find.draw_page(session, draw, on=last_day).overdue
    with pytest.raises(Conflict, match="期限"), work.write(OFFICE) as session:
        conduct.supply(session, OFFICE, draw_id=draw, position=1, value=SECOND_DICE)
    if by_job:
        assert assign.settle(work) == {"drawn": 0, "lapsed": 1}
    with pytest.raises(Refused, match="不得参加"):
        bureau.frozen(work, place, supersedes=draw)
    successor = bureau.frozen(work, place, NEW_DICE, supersedes=draw)
    assert _frame(work, successor)["units"] == _frame(work, draw)["units"]
    assert _ended(work, draw) == ("overdue", "witness2")
    assert _log(work) == [("frame", draw), ("void", draw)]


def test_a_frozen_frame_is_not_committed_after_its_deadline(work: Work, clock: SetClock) -> None:
    draw = bureau.frozen(work, bureau.found(work))
    clock.advance(timedelta(days=31))
    with pytest.raises(Conflict, match="期限"), work.write(OFFICE) as session:
        conduct.commit(session, OFFICE, draw_id=draw)
    assert assign.settle(work) == {"drawn": 0, "lapsed": 1}
    assert _ended(work, draw) == ("overdue", None), "nobody's turn had come"


def test_the_officer_holds_no_dice_and_invents_no_witness(host: Host, sign_in: Callable[..., Person]) -> None:
    place = bureau.found(host.work)
    officer = sign_in("draw", "witness", username="officer")
    sign_in("witness")
    sign_in("inspector", username="bystander")
    freeze = f"/staff/inspection/tasks/{place.task}/freeze"
    for by in (["officer", "witness"], ["ghost", "witness"], ["bystander", "witness"]):
        refused = officer.post(freeze, by=by)
        assert (refused.status_code, "须是在职的见证人" in refused.text) == (422, True), by
    for by in ([], ["witness"], ["witness", "witness"]):
        refused = officer.post(freeze, by=by)
        assert (refused.status_code, "至少由两方" in refused.text) == (422, True), by
    with host.work.read() as session:
        assert session.scalar(select(DrawRow.id)) is None


def _propose(work: Work, draw: str, ground: str, *, note: str = "见会议纪要") -> str:
    """The rule that refuses the proposal, or nothing."""
    return _refusal(
        work, lambda session: void.propose(session, OFFICE, draw_id=draw, ground=ground, note=note)
    )


def _confirm(work: Work, draw: str) -> str:
    return _refusal(work, lambda session: void.confirm(session, SECOND, draw_id=draw))


def _refusal(work: Work, attempt: Callable[..., object]) -> str:
    try:
        with work.write(OFFICE) as session:
            attempt(session)
    except Invalid as refused:
        return refused.fields[0].rule
    except Fault as refused:
        return refused.rule
    return ""


def _suspend(work: Work, place: bureau.Bureau) -> None:
    with work.write(OFFICE) as session:
        change_organisation_state(
            session,
            OFFICE,
            organisation=place.firms[0],
            state="suspended",
            on=session.today,
            reason="停业整顿",
        )


def _frame(work: Work, draw: str) -> dict:
    with work.read() as session:
        return json.loads(session.scalars(select(DrawRow.frame).where(DrawRow.public_id == draw)).one())


def _ended(work: Work, draw: str) -> tuple[str, str | None]:
    with work.read() as session:
        ended = find.draw_page(session, draw, on=session.today).voided
        assert ended is not None
        return ended.ground, ended.party


def _log(work: Work) -> list[tuple[str, str]]:
    with work.read() as session:
        leaves = book.read(session, "public", start=0, limit=100, on=session.today)
    # The published matters stand in the same log.
    return [(leaf.action, leaf.record) for leaf in leaves if leaf.action != "other"]

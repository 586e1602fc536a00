"""A public beacon is chance as long as nobody can know it: what an officer might do who waits for the lottery first."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from inspection.ceremony import announce, conduct, find, void
from inspection.ceremony.tables import DrawRow
from inspection.draw.verify import verify
from inspection.visits import assign
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.faults import Fault, Invalid
from registry.kernel.host import Host
from registry.kernel.work import Work
from registry.roster.enrol import change_organisation_state
from tests.inspection import bureau
from tests.inspection.bureau import DICE, OFFICE, SECOND_DICE
from tests.people import Person

SECOND = Actor.command("second")
LOTTERY = "08271530"
EVENING = datetime.fromisoformat("2026-11-20T21:15:00+08:00")


def beacon(by: str = "notary", *, due: datetime = EVENING) -> dict[str, str]:
    return {"kind": "beacon", "by": by, "source": "lottery-3d", "round": "2026300", "due": due.isoformat()}


def dice(by: str = "witness") -> dict[str, str]:
    return {"kind": "dice", "by": by}


@pytest.mark.parametrize(
    ("plan", "rule"),
    [
        ([beacon(due=EVENING - timedelta(days=1))], "not_ahead"),
        ([beacon(due=EVENING + timedelta(days=31))], "not_ahead"),
        ([{**beacon(), "due": "2026-11-20T21:15:00"}], "not_ahead"),
        ([{**beacon(), "due": "tonight"}], "missing"),
        ([{key: value for key, value in beacon().items() if key != "due"}], "missing"),
        ([beacon(), dice()], "beacon_last"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_beacon_that_is_known_or_that_others_follow_is_no_chance(
    work: Work, plan: list[dict[str, str]], rule: str
) -> None:
    task = bureau.found(work).task
    with pytest.raises(Invalid) as refused, work.write(OFFICE) as session:
        announce.announce(session, OFFICE, task=task, plan=plan)
    assert refused.value.fields[0].rule == rule


def test_a_frame_that_waited_for_the_beacon_is_not_committed_any_more(work: Work, clock: SetClock) -> None:
    """Otherwise the officer computes the outcome first and commits only to one that pleases."""
    place = bureau.found(work)
    draw = bureau.frozen(work, place, [beacon()])
    clock.set(EVENING)
    assert _refusal(work, lambda session: conduct.commit(session, OFFICE, draw_id=draw)) == "beacon_known"
    bureau.void(work, draw, "frame_fault")
    bureau.committed(work, place, [beacon(due=EVENING + timedelta(days=7))], supersedes=draw)


def test_dice_are_not_thrown_to_suit_a_beacon(work: Work, clock: SetClock) -> None:
    place = bureau.found(work)
    draw = bureau.committed(work, place, [dice(), beacon()])
    clock.set(EVENING)
    assert _supply(work, draw, 0, DICE) == "beacon_known"
    assert _propose(work, draw, "frame_fault") == "chance_supplied", "its value can be known"
    _suspend(work, place)
    bureau.void(work, draw, "chance_withheld")
    with work.read() as session:
        ended = find.draw_page(session, draw, on=session.today).voided
    assert ended is not None
    assert ended.party == "witness"
    later = beacon(due=EVENING + timedelta(days=7))
    successor = bureau.committed(work, place, [dice("witness3"), later], supersedes=draw)
    assert _frame(work, successor)["units"] == _frame(work, draw)["units"]


def test_a_beacon_is_everybodys_to_enter_so_that_nobody_keeps_it_back(
    host: Host, clock: SetClock, sign_in: Callable[..., Person]
) -> None:
    work = host.work
    notary, witness = sign_in("witness", username="notary"), sign_in("witness")
    draw = bureau.committed(work, bureau.found(work), [dice(), beacon()])
    bureau.throw(work, draw, DICE)
    page = f"/staff/inspection/draws/{draw}"
    assert "等待公共随机源（lottery-3d · 2026300）于" in notary.get(page).text
    assert notary.post(f"{page}/chance", position=1, value=LOTTERY).status_code == 409
    clock.set(EVENING)
    assert "轮到您" in notary.get(page).text
    assert "轮到您" not in witness.get(page).text
    assert witness.post(f"{page}/chance", position=1, value=LOTTERY).status_code == 403
    assert _propose(work, draw, "chance_withheld") == "beacon_public"
    clock.advance(timedelta(days=1))
    witness = sign_in("witness", username="another")
    assert "轮到您" in witness.get(page).text
    assert _propose(work, draw, "chance_withheld") == ""
    assert witness.post(f"{page}/chance", position=1, value=LOTTERY).status_code == 303
    assert (
        _refusal(work, lambda session: void.confirm(session, SECOND, draw_id=draw), SECOND) == "ground_gone"
    )
    record = bureau.run(work, draw)
    assert (verify(record), record["assurance"]) == ([], "beacon")
    assert record["entropy"][1] == {"kind": "beacon", "by": "notary", "value": LOTTERY}
    assert "lottery-3d · 2026300" in witness.client.get(f"/draws/{draw}").text


def test_a_draw_that_lapses_after_its_beacon_keeps_its_frame_and_bars_whoever_was_silent(
    work: Work, clock: SetClock
) -> None:
    """Nothing was entered, and yet everybody could know the outcome."""
    place = bureau.found(work)
    draw = bureau.committed(work, place, [beacon()])
    clock.advance(timedelta(days=31))
    _suspend(work, place)
    assert assign.settle(work) == {"drawn": 0, "lapsed": 1}
    due = beacon("press", due=EVENING + timedelta(days=40))
    assert _refusal(work, _announcing(place, [{**due, "by": "notary"}], draw)) == "barred_party"
    successor = bureau.frozen(work, place, [due], supersedes=draw)
    assert _frame(work, successor)["units"] == _frame(work, draw)["units"]


def test_a_draw_given_up_in_between_does_not_set_the_frame_free(work: Work) -> None:
    """The second frame has no dice on it yet; the outcome of the first was known to whoever withheld."""
    place = bureau.found(work)
    first = bureau.committed(work, place)
    bureau.throw(work, first, DICE)
    bureau.void(work, first, "chance_withheld")
    plan = [dice("witness"), dice("witness3")]
    second = bureau.frozen(work, place, plan, supersedes=first)
    bureau.void(work, second, "frame_fault")
    _suspend(work, place)
    third = bureau.committed(work, place, plan, supersedes=second)
    assert _frame(work, third)["units"] == _frame(work, first)["units"]
    bureau.throw(work, third, DICE, SECOND_DICE)
    assert verify(bureau.run(work, third)) == []


def _announcing(place: bureau.Bureau, plan: list[dict[str, str]], supersedes: str) -> Callable[..., object]:
    return lambda session: announce.announce(
        session, OFFICE, task=place.task, plan=plan, supersedes=supersedes
    )


def _supply(work: Work, draw: str, position: int, value: str) -> str:
    return _refusal(
        work, lambda session: conduct.supply(session, OFFICE, draw_id=draw, position=position, value=value)
    )


def _propose(work: Work, draw: str, ground: str) -> str:
    return _refusal(
        work, lambda session: void.propose(session, OFFICE, draw_id=draw, ground=ground, note="见纪要")
    )


def _refusal(work: Work, attempt: Callable[..., object], actor: Actor = OFFICE) -> str:
    """The rule that refuses the attempt, or nothing."""
    try:
        with work.write(actor) as session:
            attempt(session)
    except Fault as refused:
        return refused.fields[0].rule if isinstance(refused, Invalid) else refused.rule
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

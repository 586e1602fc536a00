"""The second random (spec section 5): the smallest assignment there is, and the proof where there is none."""

from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from inspection.draw import record
from inspection.draw.assign import assign
from inspection.draw.frame import check
from inspection.draw.matching import Shortage, needed
from inspection.draw.rules import InvalidFrame
from inspection.draw.seating import seat
from inspection.draw.verify import verify
from tests.inspection.drawing import (
    DICE,
    Json,
    candidates,
    first_assignment,
    frame,
    inspector,
    smallest_load,
    team,
    tight_frames,
    unit,
)

dice = st.text("123456", min_size=20, max_size=20).map(lambda rolled: [DICE[0] | {"value": rolled}])


def drawn_from(document: Json, entropy: list[Json]) -> tuple[Json, list[Json]]:
    """The record and the selected units; frames with a unit that nobody may inspect are passed over."""
    try:
        drawn = record.draw(check(document), entropy)
    except InvalidFrame as refused:
        assume(not refused.rule.startswith("staffable"))
        raise
    by_id = {entry["id"]: entry for entry in document["units"]}
    return drawn, [by_id[entry["unit"]] for entry in drawn["selected"]]


@given(tight_frames(), dice)
def test_the_assignment_is_the_smallest_that_trying_everything_finds(
    document: Json, entropy: list[Json]
) -> None:
    drawn, selected = drawn_from(document, entropy)
    max_load = document["team"]["max_load"]
    if max_load is None:
        max_load = smallest_load(document, drawn["seed"], selected) + 1
    expected = first_assignment(document, drawn["seed"], selected, max_load)
    if expected is None:
        assert drawn["assignments"] is None
    else:
        assert [entry["inspectors"] for entry in drawn["assignments"]] == expected
        assert [entry["unit"] for entry in drawn["assignments"]] == [entry["id"] for entry in selected]


@given(tight_frames(max_units=8, max_inspectors=4, limits=[1, 1, 2]), dice)
def test_a_set_named_unassignable_really_is(document: Json, entropy: list[Json]) -> None:
    drawn, selected = drawn_from(document, entropy)
    unassignable = drawn["unassignable"]
    assert (unassignable is None) == (drawn["assignments"] is not None)
    if unassignable is None:
        return
    named = [entry for entry in selected if entry["id"] in unassignable["units"]]
    assert unassignable["units"] == sorted(entry["id"] for entry in named)
    assert first_assignment(document, drawn["seed"], named, document["team"]["max_load"]) is None
    assert drawn["selected"]
    assert verify(drawn) == []


@given(tight_frames(limits=[None]), dice)
def test_without_a_limit_loads_are_even_with_room_for_one_more(document: Json, entropy: list[Json]) -> None:
    drawn, selected = drawn_from(document, entropy)
    least = smallest_load(document, drawn["seed"], selected)
    loads: dict[str, int] = {}
    for entry in drawn["assignments"]:
        for name in entry["inspectors"]:
            loads[name] = loads.get(name, 0) + 1
    assert max(loads.values(), default=0) <= least + 1


def test_a_taken_seat_is_given_up_for_a_whole_assignment() -> None:
    """The best-placed inspector of the first unit is the only one for the last: looking ahead gives it up."""
    units = [unit("U0"), unit("U1", kind="notary_office")]
    inspectors = [
        inspector("J0", kinds=["law_firm", "notary_office"]),
        inspector("J1", kinds=["notary_office"]),
    ]
    inspectors += [inspector("J2"), inspector("J3")]
    document = frame(
        units,
        inspectors,
        strata=[{"id": "A", "rate_bp": 10000, "min": 0, "max": None}],
        team=team(max_load=1),
    )
    for rolls in range(20):
        drawn, _ = drawn_from(document, [DICE[0] | {"value": f"{rolls:020}"}])
        teams = {entry["unit"]: entry["inspectors"] for entry in drawn["assignments"]}
        assert set(teams["U0"]) == {"J2", "J3"}
        assert teams["U1"] == candidates(document, drawn["seed"], units[1], 0)


def test_what_cannot_be_served_is_explained_with_numbers_that_add_up() -> None:
    units = [unit(f"U{n}") for n in range(3)]
    strata = [{"id": "A", "rate_bp": 10000, "min": 0, "max": None}]
    drawn = record.draw(
        check(frame(units, [inspector("J0"), inspector("J1")], strata=strata, team=team(max_load=2))), DICE
    )
    assert drawn["assignments"] is None
    assert drawn["unassignable"] == {
        "units": ["U0", "U1", "U2"],
        "why": "所列 3 个对象至少有 6 个席位只能由 2 名检查人员承担，而每人至多检查 2 个对象，合计只有 4 个席位",
    }
    assert len(drawn["selected"]) == 3  # the first random stands


@example(count=60, people=12, size=3, seed=1)
@given(st.integers(20, 60), st.integers(6, 12), st.sampled_from([2, 3]), st.integers(0, 10**6))
def test_larger_draws_keep_every_rule_and_no_seat_could_be_better(
    count: int, people: int, size: int, seed: int
) -> None:
    """Too many to try everything. But whoever stands before a seated inspector in the seat's order must have its
    load full, and no later seat that the seated one could take over in exchange."""
    rolls = _numbers(seed)
    inspectors = [
        inspector(f"J{n:02}", lead=next(rolls) % 2 == 0, district=["310101", "310104", None][next(rolls) % 3])
        for n in range(people)
    ]
    units = [unit(f"U{n:02}", district=["310101", "310104", None][next(rolls) % 3]) for n in range(count)]
    document = frame(
        units,
        inspectors,
        strata=[{"id": "A", "rate_bp": 10000, "min": 0, "max": None}],
        team=team(size=size, lead_required=True, cross_district=True),
    )
    drawn, selected = drawn_from(document, DICE)
    teams = [entry["inspectors"] for entry in drawn["assignments"]]
    loads = {entry["id"]: sum(entry["id"] in sitting for sitting in teams) for entry in inspectors}
    limit = _even_limit(document, drawn["seed"], selected)
    assert max(loads.values()) <= limit
    for number, (chosen, sitting) in enumerate(zip(selected, teams, strict=True)):
        assert len(set(sitting)) == size
        for place, name in enumerate(sitting):
            order = candidates(document, drawn["seed"], chosen, place)
            assert name in order
            for better in order[: order.index(name)]:
                if better not in sitting[:place]:
                    assert better not in sitting
                    assert loads[better] == limit
                    assert not any(
                        better in later
                        and name not in later
                        and name in candidates(document, drawn["seed"], other, later.index(better))
                        for other, later in zip(selected[number + 1 :], teams[number + 1 :], strict=True)
                    )


def _even_limit(document: Json, seed: str, selected: list[Json]) -> int:
    """The limit for which the draw's own flow claims to be the smallest: one less must have a proof."""
    seating = seat(document["team"], document["inspectors"])
    limit = 1
    while isinstance(short := assign(selected, seating, seed=seed, max_load=limit), Shortage):
        seats = sum(
            needed(seating.may_sit(selected[n]), short.group, seating.leads, seating.size)
            for n in short.units
        )
        assert seats > limit * short.group.bit_count()
        limit += 1
    return limit + 1


def _numbers(state: int) -> Any:
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield state >> 33


@pytest.mark.parametrize("max_load", [1, 2, 3])
def test_no_depth_of_swaps_is_too_deep(max_load: int) -> None:
    """A chain through every unit: each has one inspector of its own and one that it shares with the next."""
    length = 2000
    kinds = [f"k{n:04}" for n in range(length)]
    inspectors = [
        inspector(f"J{n:04}", kinds=sorted({kinds[n % length], kinds[(n + 1) % length]}))
        for n in range(length)
    ]
    inspectors += [inspector(f"K{n:04}", kinds=[kinds[n]]) for n in range(length)]
    document = frame(
        [unit(f"U{n:04}", kind=kinds[n]) for n in range(length)],
        inspectors,
        strata=[{"id": "A", "rate_bp": 10000, "min": 0, "max": None}],
        team=team(max_load=max_load),
    )
    drawn = record.draw(check(document), DICE)
    assert len(drawn["assignments"]) == length

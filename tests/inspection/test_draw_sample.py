"""The first random (spec section 4): quotas, reserves, directed units, and nothing else that decides."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection.draw import record, sample
from inspection.draw.frame import check
from inspection.draw.tickets import DIRECTED, first_units
from tests.inspection.drawing import DICE, Json, frame, inspector, team, ticket, unit


@pytest.mark.parametrize(
    ("population", "rate_bp", "least", "most", "selected"),
    [
        (100, 500, 0, None, 5),
        (101, 500, 0, None, 6),  # the rate is rounded up
        (1, 1, 0, None, 1),
        (100, 0, 0, None, 0),
        (100, 0, 3, None, 3),
        (2, 0, 3, None, 2),  # no more than there are
        (100, 10000, 0, 7, 7),
        (100, 10000, 0, 0, 0),
        (0, 10000, 5, None, 0),
        (10**9, 1, 0, None, 10**5),  # integers alone: no rounding error in large populations
        (9007199254740991, 9999, 0, None, 9006298534815517),
    ],
)
def test_the_quota_of_a_stratum(
    population: int, rate_bp: int, least: int, most: int | None, selected: int
) -> None:
    assert sample.quota(population, rate_bp=rate_bp, least=least, most=most) == selected


def test_directed_units_are_selected_beside_the_quota_and_marked() -> None:
    units = [unit(f"U{n}") for n in range(8)]
    units[3] |= {"status": "mandatory", "ground": "listed"}
    units[5] |= {"status": "excluded", "ground": "closed"}
    drawn = record.draw(check(frame(units)), DICE)
    seed = drawn["seed"]
    order = sorted((ticket(seed, "unit", f"U{n}"), f"U{n}") for n in (0, 1, 2, 4, 6, 7))
    # Half of the six eligible ones; the directed one neither fills nor enlarges it.
    expected = sorted([*order[:3], (ticket(seed, "unit", "U3"), "U3")])
    assert [(entry["ticket"], entry["unit"]) for entry in drawn["selected"]] == expected
    assert [entry["unit"] for entry in drawn["selected"] if entry["mandatory"]] == ["U3"]
    assert [(entry["ticket"], entry["unit"]) for entry in drawn["reserves"]] == order[3:4]


def test_selected_units_stand_in_ticket_order_across_strata_and_reserves_by_stratum() -> None:
    units = [unit(f"U{n:02}", stratum="AB"[n % 2]) for n in range(40)]
    strata = [
        {"id": "A", "rate_bp": 2000, "min": 0, "max": None},
        {"id": "B", "rate_bp": 3000, "min": 0, "max": None},
    ]
    drawn = record.draw(check(frame(units, strata=strata, reserve=2)), DICE)
    tickets = [entry["ticket"] for entry in drawn["selected"]]
    assert tickets == sorted(tickets)
    assert [entry["stratum"] for entry in drawn["selected"]].count("A") == 4
    assert [entry["stratum"] for entry in drawn["selected"]].count("B") == 6
    assert [entry["stratum"] for entry in drawn["reserves"]] == ["A", "A", "B", "B"]


def test_nobody_is_drawn_where_nothing_is_to_be_drawn() -> None:
    drawn = record.draw(check(frame([unit("U0", status="excluded", ground="closed")], [])), DICE)
    assert (drawn["selected"], drawn["reserves"], drawn["assignments"]) == ([], [], [])


@given(st.integers(0, 10**6), st.integers(0, 3000), st.data())
def test_only_the_smallest_tickets_matter_however_few_are_wanted(
    number: int, population: int, data: st.DataObject
) -> None:
    wanted = {name: data.draw(st.integers(0, population)) for name in "AB"}
    statuses = ["eligible"] * 8 + ["excluded", "mandatory"]
    units = [
        unit(f"U{n:06}", stratum="AAB"[n % 3], status=statuses[n % 10])
        for n in range(number, number + population)
    ]
    tickets: dict[str, list[tuple[str, int]]] = {name: [] for name in ("A", "B", DIRECTED)}
    for place, one in enumerate(units):
        if one["status"] != "excluded":
            pool = one["stratum"] if one["status"] == "eligible" else DIRECTED
            tickets[pool].append((ticket("seed", "unit", one["id"]), place))
    found = first_units("seed", units, wanted, {name: len(tickets[name]) for name in "AB"})
    assert {name: [(digest.hex(), place) for digest, place in first] for name, first in found.items()} == {
        name: sorted(every)[: wanted.get(name)] for name, every in tickets.items()
    }


@given(st.integers(0, 2**32))
def test_the_order_in_which_things_were_gathered_does_not_matter(number: int) -> None:
    """Whatever order rows and columns come in, sorted by id they are one frame with one outcome."""
    chance = random.Random(number)

    def gathered(entries: list[Json]) -> list[Json]:
        rows = [dict(chance.sample(list(entry.items()), len(entry))) for entry in entries]
        return sorted(chance.sample(rows, len(rows)), key=lambda row: row["id"])

    units = [unit(f"U{n}", district=["310101", None][n % 2]) for n in range(9)]
    inspectors = [inspector(f"J{n}", lead=n % 2 == 0) for n in range(5)]
    drawn = record.draw(check(frame(gathered(units), gathered(inspectors), team=team(max_load=3))), DICE)
    assert drawn == record.draw(check(frame(units, inspectors, team=team(max_load=3))), DICE)

"""Substitution (spec section 7), step by step against the specification done slowly."""

import copy
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inspection.draw import record as records
from inspection.draw.frame import check
from inspection.draw.rules import InvalidFrame, InvalidSubstitution
from inspection.draw.substitute import replace_seat, replace_unit
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


def drawn_from(document: Json) -> Json:
    return records.draw(check(document), DICE)


class Course:
    """Who sits where after each step, kept by the letter of the specification."""

    def __init__(self, record: Json) -> None:
        self.frame, self.seed = record["frame"], record["seed"]
        self.units = {entry["id"]: entry for entry in self.frame["units"]}
        self.teams: dict[str, list[str | None]] = {
            entry["unit"]: list(entry["inspectors"]) for entry in record["assignments"]
        }
        self.reserves = [entry["unit"] for entry in record["reserves"]]
        self.mandatory = {entry["unit"] for entry in record["selected"] if entry["mandatory"]}
        self.taken_off: set[tuple[str, str | None]] = set()
        self.limit = self.frame["team"]["max_load"]
        if self.limit is None:
            selected = [self.units[entry["unit"]] for entry in record["selected"]]
            self.limit = smallest_load(self.frame, self.seed, selected) + 1

    def replace_unit(self, name: str) -> tuple[str | None, list[str]]:
        del self.teams[name]
        if name in self.mandatory:
            return None, []
        for reserve in self.reserves:
            if self.units[reserve]["stratum"] == self.units[name]["stratum"]:
                busy = {person["id"] for person in self.frame["inspectors"] if not self.free(person["id"])}
                left = self.frame | {
                    "inspectors": [p for p in self.frame["inspectors"] if p["id"] not in busy]
                }
                found = first_assignment(left, self.seed, [self.units[reserve]], 1)
                if found is not None:
                    self.reserves.remove(reserve)
                    self.teams[reserve] = list(found[0])
                    return reserve, found[0]
        return None, []

    def replace_seat(self, name: str, seat: int) -> str | None:
        sitting = self.teams[name]
        self.taken_off.add((name, sitting[seat]))
        sitting[seat] = None
        for successor in candidates(self.frame, self.seed, self.units[name], seat):
            if successor not in sitting and (name, successor) not in self.taken_off and self.free(successor):
                sitting[seat] = successor
                return successor
        return None

    def free(self, name: str) -> bool:
        return bool(sum(name in sitting for sitting in self.teams.values()) < self.limit)


@given(tight_frames(max_units=7, max_inspectors=7), st.data())
def test_every_step_is_what_the_specification_gives(document: Json, data: st.DataObject) -> None:
    document["strata"][0]["rate_bp"] = 3000
    try:
        record = drawn_from(document)
    except InvalidFrame as refused:
        assume(not refused.rule.startswith("staffable"))
        raise
    assume(record["assignments"])
    course = Course(record)
    for _ in range(data.draw(st.integers(1, 5))):
        if not course.teams:
            break
        name = data.draw(st.sampled_from(sorted(course.teams)))
        if data.draw(st.booleans()):
            entry = replace_unit(record, unit=name, ground="closed")
            assert (entry["unit_in"], entry["inspectors"]) == course.replace_unit(name)
        else:
            seat = data.draw(st.integers(0, document["team"]["size"] - 1))
            entry = replace_seat(record, unit=name, seat=seat, ground="recused", note="与负责人有亲属关系")
            assert entry["inspector_in"] == course.replace_seat(name, seat)
        record["substitutions"].append(entry)
    assert verify(record) == []


def record_with_reserves(**changes: object) -> Json:
    """Six firms, three of them selected, the other three in reserve; five inspectors."""
    units = [unit(f"U{n}") for n in range(6)]
    people = [inspector(f"J{n}", lead=n < 3) for n in range(5)]
    return drawn_from(frame(units, people, **({"reserve": 3, "team": team(lead_required=True)} | changes)))


def test_the_first_reserve_comes_in_with_the_entry_s_own_words() -> None:
    record = record_with_reserves()
    gone, reserve = record["selected"][1]["unit"], record["reserves"][0]["unit"]
    entry = replace_unit(record, unit=gone, ground="closed", note="已注销")
    assert list(entry) == ["unit", "seat", "ground", "note", "unit_in", "inspectors"]
    assert (entry["unit"], entry["seat"], entry["ground"], entry["note"]) == (gone, None, "closed", "已注销")
    assert entry["unit_in"] == reserve
    assert entry["inspectors"][0] in {"J0", "J1", "J2"}
    assert record["substitutions"] == []  # the record stays as it is until the office appends the entry


def test_a_reserve_comes_in_once() -> None:
    record = record_with_reserves()
    came: list[str] = []
    for _ in range(6):
        standing = [entry["unit"] for entry in record["selected"]] + came
        gone = {entry["unit"] for entry in record["substitutions"]}
        name = next(name for name in standing if name not in gone)
        entry = replace_unit(record, unit=name, ground="closed")
        record["substitutions"].append(entry)
        if entry["unit_in"]:
            came.append(entry["unit_in"])
    assert came == [entry["unit"] for entry in record["reserves"]]
    assert record["substitutions"][-1]["unit_in"] is None
    assert record["substitutions"][-1]["inspectors"] == []
    assert verify(record) == []


def test_nothing_comes_in_for_a_directed_unit() -> None:
    units = [unit(f"U{n}") for n in range(6)]
    units[0] |= {"status": "mandatory", "ground": "listed"}
    record = drawn_from(frame(units, reserve=3))
    entry = replace_unit(record, unit="U0", ground="closed")
    assert (entry["unit_in"], entry["inspectors"]) == (None, [])


def test_an_inspector_who_left_a_seat_does_not_return_to_the_unit() -> None:
    record = record_with_reserves(team=team(max_load=3))
    name = record["assignments"][0]["unit"]
    sat = [record["assignments"][0]["inspectors"][1]]
    for _ in range(5):
        entry = replace_seat(record, unit=name, seat=1, ground="ill")
        record["substitutions"].append(entry)
        sat.append(entry["inspector_in"])
    people = sat[: sat.index(None)]
    assert len(set(people)) == len(people) == 4  # everyone but the one on seat 0, each once
    assert set(sat[len(people) :]) == {None}
    assert verify(record) == []


def test_a_seat_that_stayed_empty_is_filled_once_load_is_free_again() -> None:
    units = [unit("U0"), unit("U1")]
    people = [inspector(f"J{n}") for n in range(4)]
    strata = [{"id": "A", "rate_bp": 10000, "min": 0, "max": None}]
    record = drawn_from(frame(units, people, strata=strata, team=team(max_load=1)))
    first, second = record["assignments"]
    for asked in (
        {"unit": first["unit"], "seat": 0},
        {"unit": second["unit"]},
        {"unit": first["unit"], "seat": 0},
    ):
        entry = (replace_seat if "seat" in asked else replace_unit)(record, ground="ill", **asked)
        record["substitutions"].append(entry)
    assert record["substitutions"][0]["inspector_in"] is None
    assert record["substitutions"][2]["inspector_in"] in second["inspectors"]
    assert verify(record) == []


@pytest.mark.parametrize(
    ("asked", "path", "rule"),
    [
        ({"unit": "U99"}, "unit", "not under inspection"),
        ({"unit": "U 9"}, "unit", "bad characters"),
        ({"ground": "已注销"}, "ground", "bad characters"),
        ({"ground": None}, "ground", "not a text"),
        ({"note": "\ud800"}, "note", "lone surrogate"),
        ({"seat": 2}, "seat", "no such seat"),
        ({"seat": -1}, "seat", "negative"),
        ({"seat": True}, "seat", "not an integer"),
    ],
)
def test_what_cannot_be_replaced_is_refused(asked: dict[str, Any], path: str, rule: str) -> None:
    record = record_with_reserves()
    wanted = {"unit": record["selected"][0]["unit"], "ground": "closed"} | asked
    with pytest.raises(InvalidSubstitution) as refused:
        replace_seat(record, **wanted) if "seat" in asked else replace_unit(record, **wanted)
    assert (refused.value.path, refused.value.rule) == (path, rule)


def test_a_replaced_unit_and_a_reserve_that_waits_are_not_under_inspection() -> None:
    record = record_with_reserves()
    gone = record["selected"][0]["unit"]
    record["substitutions"].append(replace_unit(record, unit=gone, ground="closed"))
    for name in (gone, record["reserves"][1]["unit"]):
        with pytest.raises(InvalidSubstitution, match="unit: not under inspection"):
            replace_seat(record, unit=name, seat=0, ground="ill")


def test_no_step_follows_one_that_is_not_what_it_should_be() -> None:
    record = record_with_reserves()
    entry = replace_unit(record, unit=record["selected"][0]["unit"], ground="closed")
    record["substitutions"].append(entry | {"unit_in": None})
    with pytest.raises(InvalidSubstitution, match=r"substitutions\[0\]: differs"):
        replace_unit(record, unit=record["selected"][1]["unit"], ground="closed")


def test_nothing_is_replaced_where_nothing_was_assigned() -> None:
    strata = [{"id": "A", "rate_bp": 10000, "min": 0, "max": None}]
    record = drawn_from(frame(strata=strata, team=team(max_load=1)))
    assert record["assignments"] is None
    with pytest.raises(InvalidSubstitution, match="assignments: nothing assigned"):
        replace_unit(record, unit="U0", ground="closed")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"unit_in": None}, "substitutions[1].unit_in"),
        ({"inspectors": []}, "substitutions[1].inspectors"),
        ({"unit": "U99"}, "substitutions[1].unit"),
        ({"seat": 0}, "substitutions[1].inspector_in"),
        ({"ground": ""}, "substitutions[1].ground"),
        ({"extra": None}, "substitutions[1]"),
    ],
)
def test_a_step_that_was_tampered_with_is_found_and_none_after_it_is_judged(
    change: dict[str, Any], path: str
) -> None:
    record = record_with_reserves()
    for entry in list(record["selected"]):
        step = replace_unit(record, unit=entry["unit"], ground="closed")
        record["substitutions"].append(step)
    assert verify(record) == []
    tampered = copy.deepcopy(record)
    tampered["substitutions"][1] |= change
    found = [difference.path for difference in verify(tampered)]
    assert path in found
    assert all(place.startswith("substitutions[1]") for place in found)

"""Frames to draw from, and the draw done slowly: straight from the specification, without a flow."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import count
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]
DICE = [{"kind": "dice", "by": "witness-1", "value": "31415926535897932384"}]


def unit(name: str, **changes: object) -> Json:
    return {
        "id": name,
        "kind": "law_firm",
        "stratum": "A",
        "district": None,
        "status": "eligible",
        "ground": None,
        "note": None,
    } | changes


def inspector(name: str, **changes: object) -> Json:
    return {
        "id": name,
        "lead": True,
        "kinds": ["law_firm"],
        "district": None,
        "status": "eligible",
        "ground": None,
        "note": None,
        "recused": [],
    } | changes


def frame(
    units: Sequence[Json] | None = None, inspectors: Sequence[Json] | None = None, **changes: object
) -> Json:
    """A small frame that keeps every rule, with dice for its chance."""
    return {
        "draw": "D-1",
        "as_of": "2026-11-20",
        "supersedes": None,
        "strata": [{"id": "A", "rate_bp": 5000, "min": 0, "max": None}],
        "units": [unit(f"U{n}") for n in range(6)] if units is None else list(units),
        "reserve": 1,
        "team": {"size": 2, "lead_required": True, "cross_district": True, "max_load": None},
        "inspectors": [inspector(f"J{n}") for n in range(4)] if inspectors is None else list(inspectors),
        "entropy": [{"kind": "dice", "by": "witness-1"}],
    } | changes


def team(**changes: object) -> Json:
    return {"size": 2, "lead_required": False, "cross_district": False, "max_load": None} | changes


def ticket(seed: str, *parts: str) -> str:
    return sha256("|".join((seed, *parts)).encode()).hexdigest()


def candidates(document: Json, seed: str, chosen: Mapping[str, Any], seat: int) -> list[str]:
    """Who may sit on a seat of a unit, in the order of their pairs."""
    rules = document["team"]
    fit = [
        person["id"]
        for person in document["inspectors"]
        if person["status"] == "eligible"
        and chosen["kind"] in person["kinds"]
        and chosen["id"] not in person["recused"]
        and not (rules["cross_district"] and None is not person["district"] == chosen["district"])
        and (person["lead"] or seat > 0 or not rules["lead_required"])
    ]
    return sorted(fit, key=lambda name: (ticket(seed, "pair", chosen["id"], name), name))


def first_assignment(
    document: Json, seed: str, units: Sequence[Mapping[str, Any]], max_load: int
) -> list[list[str]] | None:
    """The lexicographically smallest assignment by trying everything in order; None where nothing fits."""
    size = document["team"]["size"]
    orders = [[candidates(document, seed, chosen, seat) for seat in range(size)] for chosen in units]
    hopeless: set[tuple[object, ...]] = set()

    def fill(load: Mapping[str, int], place: int, sitting: tuple[str, ...]) -> list[list[str]] | None:
        if place == len(units):
            return []
        if len(sitting) == size:
            burdened = {**load, **{name: load.get(name, 0) + 1 for name in sitting}}
            rest = fill(burdened, place + 1, ())
            return None if rest is None else [list(sitting), *rest]
        state = (place, sitting, tuple(sorted(load.items())))
        if state in hopeless:
            return None
        for name in orders[place][len(sitting)]:
            if name not in sitting and load.get(name, 0) < max_load:
                filled = fill(load, place, (*sitting, name))
                if filled is not None:
                    return filled
        hopeless.add(state)
        return None

    return fill({}, 0, ())


def smallest_load(document: Json, seed: str, units: Sequence[Mapping[str, Any]]) -> int:
    """The fewest units for one inspector with which every seat can be filled."""
    return next(load for load in count() if first_assignment(document, seed, units, load) is not None)


@st.composite
def tight_frames(
    draw: st.DrawFn,
    *,
    max_units: int = 7,
    max_inspectors: int = 6,
    limits: Sequence[int | None] = (None, 1, 2, 3),
) -> Json:
    """Small frames with few inspectors, recusals, districts and scarce leads. Not all can be staffed."""
    kinds = ["law_firm", "notary_office"]
    districts = st.sampled_from(["310101", "310104", None])
    units = [
        unit(f"U{n}", kind=draw(st.sampled_from(kinds)), district=draw(districts), **draw(_standing))
        for n in range(draw(st.integers(1, max_units)))
    ]
    names = [entry["id"] for entry in units]
    inspectors = [
        inspector(
            f"J{n}",
            lead=draw(st.booleans()),
            kinds=draw(st.sampled_from([kinds, kinds, kinds[:1], kinds[1:]])),
            district=draw(districts),
            recused=sorted(draw(st.sets(st.sampled_from(names), max_size=2))),
        )
        for n in range(draw(st.integers(2, max_inspectors)))
    ]
    return frame(
        units,
        inspectors,
        strata=[{"id": "A", "rate_bp": draw(st.sampled_from([5000, 10000])), "min": 0, "max": None}],
        reserve=draw(st.integers(0, 3)),
        team=team(
            size=draw(st.sampled_from([2, 2, 3])),
            lead_required=draw(st.booleans()),
            cross_district=draw(st.booleans()),
            max_load=draw(st.sampled_from(limits)),
        ),
    )


_standing = st.sampled_from(
    [{}, {}, {}, {}, {"status": "mandatory", "ground": "listed"}, {"status": "excluded", "ground": "closed"}]
)

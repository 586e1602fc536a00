"""The record of a draw, as it is published (spec section 6)."""

from typing import Any

from inspection.draw.assign import Assignment, assign
from inspection.draw.chance import assurance, check_entropy, seed
from inspection.draw.frame import Frame, frame_sha256
from inspection.draw.matching import Shortage, needed
from inspection.draw.rules import FORMAT
from inspection.draw.sample import Drawn, sample
from inspection.draw.seating import Seating


def draw(frame: Frame, entropy: object) -> dict[str, Any]:
    """The record that a frame and its supplied chance give; `log` is null, `substitutions` empty.

    Where no assignment exists, `assignments` is null and `unassignable` says why. Raises InvalidEntropy.
    """
    document = frame.document
    supplied = check_entropy(entropy, document)
    committed = frame_sha256(document)
    chance = seed(document["draw"], committed, supplied)
    units = sample(frame, chance)
    selected = [document["units"][drawn.place] for drawn in units.selected]
    outcome = assign(selected, frame.seating, seed=chance, max_load=document["team"]["max_load"])
    return {
        "format": FORMAT,
        "frame": document,
        "frame_sha256": committed,
        "log": None,
        "entropy": supplied,
        "seed": chance,
        "assurance": assurance(document["entropy"]),
        "selected": [{**_listed(drawn), "mandatory": drawn.mandatory} for drawn in units.selected],
        "reserves": [_listed(drawn) for drawn in units.reserves],
        "assignments": _teams(units.selected, outcome, frame.seating),
        "unassignable": _unassignable(selected, outcome, frame),
        "substitutions": [],
    }


def _listed(drawn: Drawn) -> dict[str, Any]:
    return {"unit": drawn.unit, "stratum": drawn.stratum, "ticket": drawn.ticket}


def _teams(
    selected: list[Drawn], outcome: Assignment | Shortage, seating: Seating
) -> list[dict[str, Any]] | None:
    if isinstance(outcome, Shortage):
        return None
    return [
        {"unit": drawn.unit, "inspectors": [seating.inspectors[inspector] for inspector in team]}
        for drawn, team in zip(selected, outcome.teams, strict=True)
    ]


def _unassignable(
    selected: list[dict[str, Any]], outcome: Assignment | Shortage, frame: Frame
) -> dict[str, Any] | None:
    if isinstance(outcome, Assignment):
        return None
    seating, max_load = frame.seating, frame.document["team"]["max_load"]
    named = [selected[n] for n in outcome.units]
    seats = sum(needed(seating.may_sit(unit), outcome.group, seating.leads, seating.size) for unit in named)
    people = outcome.group.bit_count()
    return {
        "units": sorted(unit["id"] for unit in named),
        "why": (
            f"所列 {len(named)} 个对象至少有 {seats} 个席位只能由 {people} 名检查人员承担，"
            f"而每人至多检查 {max_load} 个对象，合计只有 {people * max_load} 个席位"
        ),
    }

"""The frozen vectors of the draw: what another implementation made from the specification."""

import json
from pathlib import Path
from typing import Any

import pytest

from inspection.draw import frame, record
from inspection.draw.rules import InvalidFrame
from inspection.draw.verify import verify

VECTORS = Path(__file__).parents[1] / "golden" / "draw"
RECORDS = sorted(path.stem for path in VECTORS.glob("*-[0-9]*.json"))
REFUSED = json.loads((VECTORS / "invalid-frames.json").read_text(encoding="utf-8"))


def load(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", RECORDS)
def test_drawing_again_gives_the_same_record(name: str) -> None:
    published = load(name)
    drawn = record.draw(frame.check(published["frame"]), published["entropy"])
    # Another set that cannot be served together is as good, and a course after the draw is not the draw's.
    for own in ("unassignable", "substitutions"):
        assert (drawn.pop(own) is None) == (published[own] is None)
        del published[own]
    assert drawn == published


@pytest.mark.parametrize("name", RECORDS)
def test_a_published_record_is_verified(name: str) -> None:
    assert verify(load(name)) == []


@pytest.mark.parametrize("name", [name for name in RECORDS if name.startswith("unassignable")])
def test_our_own_set_of_units_that_cannot_be_served_together_is_accepted_as_well(name: str) -> None:
    published = load(name)
    drawn = record.draw(frame.check(published["frame"]), published["entropy"])
    assert drawn["assignments"] is None
    assert verify(published | {"unassignable": drawn["unassignable"]}) == []


@pytest.mark.parametrize("case", REFUSED, ids=[f"{case['path']} {case['rule']}" for case in REFUSED])
def test_a_frame_that_breaks_a_rule_is_refused_by_its_path_and_rule(case: dict[str, Any]) -> None:
    with pytest.raises(InvalidFrame) as refused:
        frame.check(case["frame"])
    fault = refused.value
    if case["path"] == "units[*]":
        assert fault.path.startswith("units[")
    else:
        assert fault.path == case["path"]
    assert fault.rule == case["rule"]
    assert fault.message.startswith(f"{fault.path}：")

"""What a frame may hold (spec section 2): every rule, broken once, and refused by the path of its field."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from inspection.draw.canon import canonical, read_json
from inspection.draw.frame import check, frame_sha256
from inspection.draw.rules import Invalid, InvalidFrame
from tests.inspection.drawing import Json, frame, inspector, team, tight_frames, unit

COMMITMENT = "0" * 64
REMOVED = object()


def put(path: str, value: object) -> Callable[[Json], None]:
    """Sets one field by its path, `units[0].kind`; REMOVED takes it away."""

    def change(document: Json) -> None:
        steps: list[Any] = [
            int(step) if step.isdigit() else step for step in re.findall(r"[a-z_]+|[0-9]+", path)
        ]
        place: Any = document
        for step in steps[:-1]:
            place = place[step]
        if value is REMOVED:
            del place[steps[-1]]
        else:
            place[steps[-1]] = value

    return change


def reveal(by: str, commitment: str = COMMITMENT) -> Json:
    return {"kind": "reveal", "by": by, "commitment": commitment}


# What is changed in a good frame, the field that the refusal names, and the rule.
REFUSALS = [
    (put("draw", "D 1"), "draw", "bad characters"),
    (put("draw", ""), "draw", "bad characters"),
    (put("draw", "D" * 65), "draw", "bad characters"),
    (put("draw", "抽取"), "draw", "bad characters"),
    (put("draw", "D-1\n"), "draw", "bad characters"),
    (put("draw", 1), "draw", "not a text"),
    (put("draw", REMOVED), "draw", "missing"),
    (put("extra", None), "frame", "unknown key"),
    (put("as_of", "2026-02-30"), "as_of", "no date"),
    (put("as_of", "20261120"), "as_of", "no date"),
    (put("as_of", "2026-W47-5"), "as_of", "no date"),
    (put("as_of", 20261120), "as_of", "no date"),
    (put("supersedes", "?"), "supersedes", "bad characters"),
    (put("strata", []), "strata", "empty"),
    (put("strata", {}), "strata", "not a list"),
    (put("strata[0]", None), "strata[0]", "not an object"),
    (put("strata[0].rate_bp", 10001), "strata[0].rate_bp", "above 10000"),
    (put("strata[0].rate_bp", -1), "strata[0].rate_bp", "negative"),
    (put("strata[0].rate_bp", 500.0), "strata[0].rate_bp", "fraction"),
    (put("strata[0].rate_bp", "500"), "strata[0].rate_bp", "not an integer"),
    (put("strata[0].rate_bp", True), "strata[0].rate_bp", "not an integer"),
    (put("strata[0].rate_bp", None), "strata[0].rate_bp", "not an integer"),
    (put("strata[0].min", 2**53), "strata[0].min", "above 2^53"),
    (put("strata[0].min", -1), "strata[0].min", "negative"),
    (put("strata[0].max", -1), "strata[0].max", "negative"),
    (put("strata[0]", {"id": "A", "rate_bp": 0, "min": 3, "max": 2}), "strata[0].max", "below min"),
    (put("strata[0].max", REMOVED), "strata[0].max", "missing"),
    (put("strata[0].name", "甲"), "strata[0]", "unknown key"),
    (put("strata", [{"id": n, "rate_bp": 0, "min": 0, "max": None} for n in "BA"]), "strata", "not sorted"),
    (put("strata", [{"id": "A", "rate_bp": 0, "min": 0, "max": None}] * 2), "strata", "repeated id"),
    (put("units", []), "units", "empty"),
    (put("units", None), "units", "not a list"),
    (put("units[1]", "U1"), "units[1]", "not an object"),
    (put("units[1].id", "U 1"), "units[1].id", "bad characters"),
    (put("units[1].id", "U0"), "units", "repeated id"),
    (put("units[1].id", "T"), "units", "not sorted"),
    (put("units[2].kind", ""), "units[2].kind", "bad characters"),
    (put("units[2].kind", REMOVED), "units[2].kind", "missing"),
    (put("units[2].rank", 1), "units[2]", "unknown key"),
    (put("units[3].stratum", "Z"), "units[3].stratum", "stratum not declared"),
    (put("units[3].stratum", ["A"]), "units[3].stratum", "not a text"),
    (put("units[3].district", "黄浦"), "units[3].district", "bad characters"),
    (put("units[3].district", 310101), "units[3].district", "not a text"),
    (put("units[3].status", "maybe"), "units[3].status", "unknown status"),
    (put("units[3].status", []), "units[3].status", "not a text"),
    (put("units[3].status", "mandatory"), "units[3].ground", "not a text"),
    (put("units[3].status", "excluded"), "units[3].ground", "not a text"),
    (put("units[3].ground", "listed"), "units[3].ground", "eligible with a ground"),
    (put("units[3].note", 5), "units[3].note", "not a text"),
    (put("units[3].note", "\ud800"), "units[3].note", "lone surrogate"),
    (put("reserve", 101), "reserve", "above 100"),
    (put("reserve", -1), "reserve", "negative"),
    (put("reserve", False), "reserve", "not an integer"),
    (put("team", []), "team", "not an object"),
    (put("team.size", 0), "team.size", "below 2"),
    (put("team.size", 1), "team.size", "one inspector"),
    (put("team.size", True), "team.size", "not an integer"),
    (put("team.size", 6), "team.size", "above 5"),
    (put("team.size", -2), "team.size", "negative"),
    (put("team.lead_required", 1), "team.lead_required", "not a boolean"),
    (put("team.cross_district", None), "team.cross_district", "not a boolean"),
    (put("team.max_load", -1), "team.max_load", "negative"),
    (put("team.max_load", 1.5), "team.max_load", "fraction"),
    (put("team.max_load", REMOVED), "team.max_load", "missing"),
    (put("team.colour", "red"), "team", "unknown key"),
    (put("inspectors", None), "inspectors", "not a list"),
    (put("inspectors[0].id", "J1"), "inspectors", "repeated id"),
    (put("inspectors[0].id", "K"), "inspectors", "not sorted"),
    (put("inspectors[0].lead", "yes"), "inspectors[0].lead", "not a boolean"),
    (put("inspectors[0].lead", REMOVED), "inspectors[0].lead", "missing"),
    (put("inspectors[0].status", "mandatory"), "inspectors[0].status", "unknown status"),
    (put("inspectors[0].status", "excluded"), "inspectors[0].ground", "not a text"),
    (put("inspectors[0].ground", "ill"), "inspectors[0].ground", "eligible with a ground"),
    (put("inspectors[0].kinds", ["b", "a"]), "inspectors[0].kinds", "not sorted"),
    (put("inspectors[0].kinds", ["a", "a"]), "inspectors[0].kinds", "repeated value"),
    (put("inspectors[0].kinds", ["a b"]), "inspectors[0].kinds[0]", "bad characters"),
    (put("inspectors[0].kinds", "law_firm"), "inspectors[0].kinds", "not a list"),
    (put("inspectors[0].recused", ["U9"]), "inspectors[0].recused", "unknown unit"),
    (put("inspectors[0].recused", ["U1", "U0"]), "inspectors[0].recused", "not sorted"),
    (put("inspectors[0].recused", ["U0", "U0"]), "inspectors[0].recused", "repeated value"),
    (put("inspectors[0].recused", [0]), "inspectors[0].recused[0]", "not a text"),
    (put("inspectors[0].name", "王"), "inspectors[0]", "unknown key"),
    (put("entropy", []), "entropy", "empty plan"),
    (put("entropy", None), "entropy", "not a list"),
    (put("entropy[0]", "dice"), "entropy[0]", "not an object"),
    (put("entropy[0].kind", "coin"), "entropy[0].kind", "unknown kind"),
    (put("entropy[0].kind", ["dice"]), "entropy[0].kind", "unknown kind"),
    (put("entropy[0].kind", REMOVED), "entropy[0].kind", "missing"),
    (put("entropy[0].by", "张三"), "entropy[0].by", "bad characters"),
    (put("entropy[0].value", "1" * 20), "entropy[0]", "unknown key"),
    (put("entropy", [{"kind": "beacon", "by": "a", "source": "drand"}]), "entropy[0].round", "missing"),
    (put("entropy", [{"kind": "beacon", "by": "a", "source": 1, "round": "1"}]), "entropy[0].source", "not a text"),
    (put("entropy", [reveal("a")]), "entropy", "one reveal alone"),
    (put("entropy", [reveal("a"), reveal("a", "1" * 64)]), "entropy", "same party twice"),
    (put("entropy", [reveal("a"), reveal("b")]), "entropy", "repeated commitment"),
    (put("entropy", [reveal("a", "0" * 63)]), "entropy[0].commitment", "too few digits"),
    (put("entropy", [reveal("a", "0" * 65)]), "entropy[0].commitment", "too many digits"),
    (put("entropy", [reveal("a", "A" * 64)]), "entropy[0].commitment", "not lower-case hex"),
    (put("entropy", [reveal("a", 0)]), "entropy[0].commitment", "not a text"),  # type: ignore[arg-type]  # what a file may hold
    (put("team.max_load", 0), "units[0]", "staffable alone: max_load 0"),
    (put("units[4].kind", "lawyer"), "units[4]", "staffable alone: too few inspectors"),
    (put("inspectors", [inspector(f"J{n}", recused=["U5"]) for n in range(3)]), "units[5]", "staffable alone: everyone recused"),
    (put("inspectors", [inspector(f"J{n}", lead=False) for n in range(3)]), "units[0]", "staffable alone: no lead"),
    (put("inspectors", []), "units[0]", "staffable alone: too few inspectors"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "path", "rule"),
    REFUSALS,
    ids=[f"{n} {path}: {rule}" for n, (_, path, rule) in enumerate(REFUSALS)],
)
def test_every_broken_rule_is_refused_by_path_and_name(
    change: Callable[[Json], None], path: str, rule: str
) -> None:
    document = copy.deepcopy(frame())
    check(document)
    change(document)
    with pytest.raises(InvalidFrame) as refused:
        check(document)
    assert (refused.value.path, refused.value.rule) == (path, rule)
    assert refused.value.message.startswith(f"{path}：")


@pytest.mark.parametrize("value", [None, 5, "frame", [], True, 0.5])
def test_what_is_no_object_is_no_frame(value: object) -> None:
    with pytest.raises(InvalidFrame) as refused:
        check(value)
    assert (refused.value.path, refused.value.rule) == ("frame", "not an object")


ACCEPTED = {
    "every unit excluded, and nobody to inspect": frame(
        [unit("U0", status="excluded", ground="closed", note="已注销")], []
    ),
    "a district that nobody shares": frame([unit("U0", district="310101")], team=team(cross_district=True)),
    "the whole rate, the widest team and the most reserves": frame(
        inspectors=[inspector(f"J{n}") for n in range(5)],
        strata=[{"id": "A", "rate_bp": 10000, "min": 2**53 - 1, "max": 2**53 - 1}],
        reserve=100,
        team=team(size=5, max_load=2**53 - 1),
    ),
    "two parties who reveal": frame(entropy=[reveal("b"), reveal("a", "1" * 64)]),
    "one reveal beside a beacon of the same party": frame(
        entropy=[reveal("a"), {"kind": "beacon", "by": "a", "source": "drand", "round": "4711"}]
    ),
    "ids in the order of bytes": frame([unit(name) for name in ("-", ".", "0", "A", "_", "a")]),
    "an inspector certified for nothing": frame(
        inspectors=[inspector("I", kinds=[]), inspector("J"), inspector("K")]
    ),
}


@pytest.mark.parametrize("document", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_what_keeps_the_rules_is_accepted(document: Json) -> None:
    assert check(document).document is document


def test_a_unit_that_its_own_district_may_not_inspect_needs_others() -> None:
    residents = [inspector(f"J{n}", district="310101") for n in range(2)]
    document = frame([unit("U0", district="310101")], [*residents, inspector("K0", district="310104")])
    with pytest.raises(InvalidFrame, match=r"units\[0\]: staffable alone: too few inspectors"):
        check(document)
    check(document | {"team": team(cross_district=False)})


@pytest.mark.parametrize(
    ("text", "path", "rule"),
    [
        ('{"draw": 1, "draw": 2}', "draw", "repeated key"),
        ('{"units": [{}, {"id": 1, "kind": 2, "id": 1}]}', "units[1].id", "repeated key"),
        ('{"a": {"b": 1, "b": 1}, "a": 1}', "a", "repeated key"),
        ('{"reserve": NaN}', "frame", "not JSON"),
        ('{"reserve": -Infinity}', "frame", "not JSON"),
        ('{"reserve": 1', "frame", "not JSON"),
        ("", "frame", "not JSON"),
        ("{'draw': 1}", "frame", "not JSON"),
        ('{"reserve": ' + "9" * 5000 + "}", "frame", "not JSON"),
        ("[" * 200_000, "frame", "nested too deeply"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_json_that_two_readers_could_take_differently_is_refused(text: str, path: str, rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_json(text.encode(), "frame")
    assert (refused.value.path, refused.value.rule) == (path, rule)


def test_a_file_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(Invalid, match="frame: not JSON"):
        read_json('{"note": "备注"}'.encode("gb18030"), "frame")


def test_a_byte_order_mark_does_not_matter() -> None:
    assert read_json(b'\xef\xbb\xbf{"a": 1}', "frame") == {"a": 1}


_texts = st.text(st.characters(codec="utf-8"), max_size=20)
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | _texts,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdefghijk_", max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(_values)
def test_canonical_json_is_that_of_rfc_8785(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]  # Hypothesis makes JSON values alone


@given(tight_frames(), st.randoms())
def test_the_commitment_does_not_depend_on_the_order_of_keys(document: Json, chance: Any) -> None:
    def shuffled(value: object) -> object:
        if isinstance(value, dict):
            keys = list(value)
            chance.shuffle(keys)
            return {key: shuffled(value[key]) for key in keys}
        return [shuffled(item) for item in value] if isinstance(value, list) else value

    other = json.loads(json.dumps(shuffled(document)))
    assert frame_sha256(other) == frame_sha256(document)

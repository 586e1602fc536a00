"""Records of every kind in any number, each from its own seed: for verifiers that must agree."""

import copy
import json
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from inspection.draw import record as records
from inspection.draw.chance import commitment
from inspection.draw.frame import check
from inspection.draw.rules import InvalidFrame, InvalidSubstitution
from inspection.draw.substitute import replace_seat, replace_unit
from tests.inspection.drawing import Json, frame, inspector, team, unit
from tests.inspection.test_draw_verify import at, logged, others, places

_KINDS = ["forensic_institution", "law_firm", "notary_office"]
_DISTRICTS = ["310101", "310104", None]


def record(seed: int) -> Json:
    """A record that keeps every rule: its frame, its chance, its log and its course are all the seed's."""
    chance = random.Random(seed)
    while True:
        with suppress(InvalidFrame):
            return _drawn(chance)


def altered(published: Json, seed: int) -> Json:
    """The record with one of its values another one, or a member more or less."""
    chance = random.Random(seed)
    tampered = copy.deepcopy(published)
    if published["unassignable"] and chance.random() < 0.5:
        named = tampered["unassignable"]["units"]  # fewer of them may well be served together
        tampered["unassignable"]["units"] = sorted(chance.sample(named, chance.randrange(len(named))))
        return tampered
    path = chance.choice(_by_class(published, chance))
    at(tampered, path[:-1])[path[-1]] = chance.choice(others(at(published, path)))
    return tampered


def each_class_altered(published: Json) -> Iterator[tuple[str, Json]]:
    """Every class of field (`frame.units[].kind`) once in every way, by its name."""
    classes: dict[str, tuple[Any, ...]] = {}
    for path in places(published):
        classes.setdefault(_class_of(path), path)
    for name, path in classes.items():
        for other in others(at(published, path)):
            tampered = copy.deepcopy(published)
            at(tampered, path[:-1])[path[-1]] = other
            yield name, tampered


def _by_class(published: Json, chance: random.Random) -> list[tuple[Any, ...]]:
    """One place for each class of field, so that the many units do not crowd out the rest."""
    classes: dict[str, list[tuple[Any, ...]]] = {}
    for path in places(published):
        classes.setdefault(_class_of(path), []).append(path)
    return [chance.choice(paths) for paths in classes.values()]


def _class_of(path: tuple[Any, ...]) -> str:
    return "".join("[]" if isinstance(step, int) else f".{step}" for step in path)[1:]


def _drawn(chance: random.Random) -> Json:
    document, supplied = _frame(chance)
    drawn = records.draw(check(document), supplied)
    if chance.random() < 0.5:
        size = chance.randint(1, 40)
        drawn["log"] = logged(drawn, index=chance.randrange(size), size=size)
    for _ in range(chance.choice([0, 0, 1, 3, 6]) if drawn["assignments"] else 0):
        with suppress(InvalidSubstitution):
            drawn["substitutions"].append(_step(drawn, chance))
    return dict(json.loads(json.dumps(drawn)))


def _step(drawn: Json, chance: random.Random) -> Json:
    known = [entry["unit"] for part in ("selected", "reserves") for entry in drawn[part]]
    note = chance.choice([None, "另有检查\n任务 \U0001f4cb"])
    if chance.random() < 0.4:
        return replace_unit(drawn, unit=chance.choice(known), ground="closed", note=note)
    seat = chance.randrange(drawn["frame"]["team"]["size"])
    return replace_seat(drawn, unit=chance.choice(known), seat=seat, ground="recused", note=note)


def _frame(chance: random.Random) -> tuple[Json, list[Json]]:
    """Every other frame is tight: few inspectors, few of them leads, most units drawn, so that one seat decides others."""
    tight = chance.random() < 0.5
    strata = [
        {
            "id": name,
            "rate_bp": chance.choice([5000, 10000] if tight else [0, 1, 500, 2500, 5000, 10000]),
            "min": chance.choice([0, 0, 1, 3]),
            "max": chance.choice([None, None, 3, 8]),
        }
        for name in "ABC"[: chance.randint(1, 3)]
    ]
    kinds = chance.sample(_KINDS, chance.randint(1, 3))
    units = [
        unit(
            f"U{n:03}",
            kind=chance.choice(kinds),
            stratum=chance.choice(strata)["id"],
            district=chance.choice(_DISTRICTS),
            note=chance.choice([None, None, '换行\n与"引号"\\ 和\u2028']),
            **chance.choice(_STANDING),
        )
        for n in range(chance.choice([4, 7, 9] if tight else [1, 4, 12, 25]))
    ]
    names = [entry["id"] for entry in units]
    inspectors = [
        inspector(
            f"J{n:02}",
            lead=chance.random() < (0.35 if tight else 0.6),
            kinds=sorted(chance.sample(_KINDS, chance.randint(1, 3))),
            district=chance.choice(_DISTRICTS),
            recused=sorted(chance.sample(names, min(len(names), chance.choice([0, 0, 1, 3])))),
            **chance.choice(({}, {}, {}, {}, {"status": "excluded", "ground": "on_leave"})),
        )
        for n in range(chance.choice([4, 5, 6] if tight else [3, 5, 8, 34]))
    ]
    plan, supplied = _chance(chance)
    rules = team(
        size=chance.choice([2, 2, 3]),
        lead_required=tight or chance.random() < 0.5,
        cross_district=chance.random() < 0.5,
        max_load=chance.choice([None, 2, 3, 4, 5] if tight else [None, None, 1, 2, 4]),
    )
    changes = {
        "strata": strata,
        "reserve": chance.choice([0, 2, 100]),
        "team": rules,
        "entropy": plan,
        "supersedes": chance.choice([None, "D-0"]),
    }
    return frame(units, inspectors, **changes), supplied


_STANDING: list[dict[str, Any]] = [
    *[{}] * 7,
    {"status": "mandatory", "ground": "listed"},
    {"status": "excluded", "ground": "closed"},
]


def _chance(chance: random.Random) -> tuple[list[Json], list[Json]]:
    """A plan and what is supplied to it."""
    plan: list[Json] = []
    supplied: list[Json] = []
    for n, kind in enumerate(
        chance.choice([["dice"], ["beacon"], ["reveal"] * 2, ["dice", "beacon", "reveal"]])
    ):
        item: Json = {"kind": kind, "by": f"party-{n}"}
        if kind == "dice":
            plan.append(item)
            supplied.append(
                {**item, "value": "".join(chance.choices("0123456789", k=chance.choice([20, 40])))}
            )
        elif kind == "beacon":
            plan.append({**item, "source": "lottery", "round": "2026135"})
            supplied.append({**item, "value": chance.randbytes(8).hex()})
        else:
            value, nonce = chance.randbytes(16).hex(), chance.randbytes(16).hex()
            bound = commitment("D-1", item["by"], nonce=nonce, value=value)
            plan.append({**item, "commitment": bound})
            supplied.append({**item, "value": value, "nonce": nonce})
    return plan, supplied

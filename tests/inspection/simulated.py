"""Years of draws in a small city, with strata, caps, leave and directed inspections: honest ones through the draw itself, and
two dishonest ways to do it."""

import random
from collections.abc import Callable
from itertools import count

from inspection.draw import record as records
from inspection.draw.canon import sha
from inspection.draw.frame import check
from inspection.health.past import Past, past
from tests.inspection.drawing import Json, frame, inspector, team, unit

UNITS = 60
PEOPLE = 14

Change = Callable[[Json, random.Random], None]


def draws(seed: int, *changes: Change, number: int = 60) -> list[Past]:
    """So many draws, one after the other. Units drawn twice in a row of twelve are excluded (a yearly cap), which makes
    each frame depend on the draws before it. `changes` are done to each record before it is looked at."""
    chance = random.Random(seed)
    published: list[Json] = []
    for n in range(number):
        recent: list[str] = [
            entry["unit"] for record in published[n - n % 12 :] for entry in record["selected"]
        ]
        document = _frame(n, chance, {name for name in recent if recent.count(name) >= 2})
        dice = [{"kind": "dice", "by": "witness-1", "value": f"{chance.randrange(10**20):020}"}]
        record = records.draw(check(document), dice)
        for change in changes:
            change(record, chance)
        published.append(record)
    return [past(record) for record in published]


def fixed_stride(*, start: int | None = None) -> Change:
    """Draws every n-th of each stratum's list, from a random place on or always from the same."""

    def change(record: Json, chance: random.Random) -> None:
        selected = []
        for stratum in record["frame"]["strata"]:
            pool = [
                one["id"]
                for one in record["frame"]["units"]
                if one["stratum"] == stratum["id"] and one["status"] == "eligible"
            ]
            quota = sum(one["stratum"] == stratum["id"] for one in record["selected"])
            stride = len(pool) // max(1, quota)
            first = chance.randrange(len(pool)) if start is None else start
            selected += [
                {"unit": pool[(first + n * stride) % len(pool)], "stratum": stratum["id"]}
                for n in range(quota)
            ]
        record["selected"] = selected

    return change


def rotating() -> Change:
    """Inspectors sit down in the order of their list, and the next draw goes on where the last one stopped."""
    turns = count()

    def change(record: Json, _: random.Random) -> None:
        people = [one["id"] for one in record["frame"]["inspectors"] if one["status"] == "eligible"]
        size = record["frame"]["team"]["size"]
        record["assignments"] = [
            {"unit": one["unit"], "inspectors": [people[next(turns) % len(people)] for _ in range(size)]}
            for one in record["selected"]
        ]

    return change


def _frame(n: int, chance: random.Random, capped: set[str]) -> Json:
    standing: dict[str, Json] = {name: {"status": "excluded", "ground": "yearly_cap"} for name in capped}
    if n % 10 == 3:
        standing["U017"] = {"status": "mandatory", "ground": "directed"}
    units = [
        unit(
            f"U{place:03}",
            stratum="AB"[place % 4 == 0],
            district=("310101", "310104", "310106")[place % 3],
            **standing.get(f"U{place:03}", {}),
        )
        for place in range(UNITS)
    ]
    people = [
        inspector(
            f"J{place:02}",
            lead=place % 2 == 0,
            district=("310107", "310101")[place % 7 == 0],
            recused=[f"U{place:03}"] if place % 5 == 0 else [],
            **({"status": "excluded", "ground": "on_leave"} if chance.random() < 0.05 else {}),
        )
        for place in range(PEOPLE)
    ]
    strata = [
        {"id": "A", "rate_bp": 500, "min": 1, "max": None},
        {"id": "B", "rate_bp": 1000, "min": 2, "max": None},
    ]
    rules = team(lead_required=n % 2 == 0, cross_district=True)
    return frame(units, people, draw=f"D-{sha(str(n))[:8]}", strata=strata, reserve=2, team=rules)

"""What a draw costs, beside the hashes that it cannot do without: `python -m tests.bench.bench_draw`.

Every figure is processor time, the best of three. The hashes are those of the specification, one for each unit that may
be drawn and one for each pair of a selected unit and an inspector who may sit there, in a bare loop over a copied state.
"""

import gc
import random
import time
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any

import pytest
from consistent_sampler import sampler

from inspection.draw.assign import Assignment, assign
from inspection.draw.frame import check, frame_sha256
from inspection.draw.matching import Shortage
from inspection.draw.sample import sample
from inspection.draw.seating import Seating, seat

SEED = "5e" * 32
KINDS = ("forensic_institution", "law_firm", "notary_office")
DISTRICTS = tuple(f"3101{n:02}" for n in range(1, 17))
Json = dict[str, Any]


def seconds(work: Callable[[], object], times: int = 3) -> float:
    spent = []
    for _ in range(times):
        gc.collect()
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return min(spent)


def hash_all(kind: str, groups: Iterable[tuple[str, list[bytes]]]) -> int:
    """The bare hashing; the number of hashes."""
    absorbed = sha256(f"{SEED}|{kind}|".encode())
    hashes = 0
    for prefix, names in groups:
        state = absorbed.copy()
        state.update(prefix.encode())
        for name in names:
            ticket = state.copy()
            ticket.update(name)
            ticket.digest()
        hashes += len(names)
    return hashes


def row(title: str, unit: str, hashes: int, bare: float, ours: float, remark: str = "") -> str:
    return f"{title:52} {hashes:>10,} {unit:6} {bare:7.2f} s {ours:7.2f} s  {ours / bare:5.2f} ×  {remark}"


def population(count: int) -> Json:
    """A frame of `count` firms, 5 % of them to be drawn."""
    units = [
        {
            "id": f"U{n:07}",
            "kind": "law_firm",
            "stratum": "AB"[n % 10 == 0],
            "district": DISTRICTS[n % 16],
            "status": "eligible",
            "ground": None,
            "note": None,
        }
        for n in range(count)
    ]
    inspectors = [
        {
            "id": f"J{n:04}",
            "lead": n % 2 == 0,
            "kinds": ["law_firm"],
            "district": DISTRICTS[n % 16],
            "status": "eligible",
            "ground": None,
            "note": None,
            "recused": [],
        }
        for n in range(40)
    ]
    return {
        "draw": "bench",
        "as_of": "2026-11-20",
        "supersedes": None,
        "strata": [
            {"id": "A", "rate_bp": 500, "min": 0, "max": None},
            {"id": "B", "rate_bp": 500, "min": 0, "max": None},
        ],
        "units": units,
        "reserve": 20,
        "team": {"size": 2, "lead_required": True, "cross_district": True, "max_load": None},
        "inspectors": inspectors,
        "entropy": [{"kind": "dice", "by": "witness"}],
    }


def sampling(count: int) -> Iterator[str]:
    document = population(count)
    frame = check(document)
    names = [unit["id"].encode() for unit in document["units"]]
    bare = seconds(lambda: hash_all("unit", [("", names)]))
    ours = seconds(lambda: sample(frame, SEED))
    yield row(f"sample {count:,} units", "units", count, bare, ours)
    known = [unit["id"] for unit in document["units"]]
    rivest = seconds(lambda: list(sampler(known, seed=SEED, take=count // 20, output="id")), times=1)
    yield f"    Rivest's consistent_sampler, {count // 20:,} of the same list: {rivest:.2f} s, {rivest / ours:.1f} × ours"
    checked = seconds(lambda: check(document), times=1)
    committed = seconds(lambda: frame_sha256(document), times=1)
    yield f"    beside it: checking the frame {checked:.2f} s, its digest {committed:.2f} s"


def city(count: int, people: int, *, mixed: bool) -> tuple[list[Json], Seating]:
    """Selected units and inspectors: `mixed` with kinds, districts, leads and recusals, otherwise all alike."""
    chance = random.Random(count + people)
    units: list[Json] = [
        {
            "id": f"U{n:06}",
            "kind": chance.choice(KINDS) if mixed else "law_firm",
            "district": chance.choice(DISTRICTS) if mixed else None,
        }
        for n in range(count)
    ]
    inspectors: list[Json] = [
        {
            "id": f"J{n:04}",
            "lead": chance.random() < 0.5 or not mixed,
            "kinds": [kind for kind in KINDS if chance.random() < 0.7] if mixed else ["law_firm"],
            "district": chance.choice(DISTRICTS) if mixed else None,
            "status": "eligible",
            "recused": sorted(unit["id"] for unit in chance.sample(units, count // 100)) if mixed else [],
        }
        for n in range(people)
    ]
    return units, seat({"size": 2, "lead_required": mixed, "cross_district": mixed}, inspectors)


def assigning(count: int, people: int, *, mixed: bool) -> Iterator[str]:
    """With the load that null means, and with the tightest cap: no inspector could take a unit less."""
    units, seating = city(count, people, mixed=mixed)
    everyone = [name.encode() for name in seating.inspectors]
    pairs = []
    for unit in units:
        mask = seating.may_sit(unit)
        pairs.append((f"{unit['id']}|", [name for n, name in enumerate(everyone) if mask >> n & 1]))
    hashes = hash_all("pair", pairs)
    bare = seconds(lambda: hash_all("pair", pairs))
    even = assign(units, seating, seed=SEED, max_load=None)
    assert isinstance(even, Assignment)
    tightest = even.max_load - 1
    assert isinstance(assign(units, seating, seed=SEED, max_load=tightest - 1), Shortage)
    for max_load, name in ((None, "default load"), (tightest, f"at most {tightest} each")):
        ours = seconds(lambda load=max_load: assign(units, seating, seed=SEED, max_load=load))  # type: ignore[misc]
        title = f"assign {count:,} units × {people} inspectors, {name}"
        spare = tightest * people - count * seating.size
        remark = "mixed" if mixed else f"alike, {spare} seats to spare" if max_load else "alike"
        yield row(title, "pairs", hashes, bare, ours, remark)


def figures() -> Iterator[str]:
    yield f"{'':52} {'hashes':>17} {'bare':>9} {'ours':>9}  {'ratio':>7}"
    for count in (36_000, 1_000_000):
        yield from sampling(count)
    for count, people in ((2_000, 200), (10_000, 500)):
        for mixed in (True, False):
            yield from assigning(count, people, mixed=mixed)


@pytest.mark.bench
def test_figures_of_the_draw() -> None:
    print()
    for line in figures():
        print(line)


if __name__ == "__main__":
    for line in figures():
        print(line, flush=True)

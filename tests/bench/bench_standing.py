"""What a full recompute of 100,000 standings from 10 events each costs, beside a bare loop over the same rows: the driver's
own cursor, and a sum for each subject. The first run also reads the words out of what is sealed, and writes all courses."""

import time
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import Engine, insert

from registry.credit.standing import keep, upkeep
from registry.credit.tables import EventRow
from registry.credit.wording import Wording, seal
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.work import Work
from registry.roster.tables import LicenceRow, PractitionerRow
from tests.registry.standing_rules import SHIPPED
from tests.registry.test_standing_kept import in_force

SUBJECTS, EVENTS = 100_000, 10
KINDS = (
    ("annual_assessment", None, "2025年度考核：称职"),
    ("annual_assessment", None, "2025年度考核：基本称职"),
    ("pro_bono", None, "公益法律服务 32 小时"),
    ("award", None, "授予“优秀律师”称号"),
    ("bar_sanction", None, "行业处分：训诫"),
    ("penalty", "轻微", "警告"),
    ("penalty", "一般", "罚款"),
    ("permit", None, "律师执业许可"),
)
WEIGHTS = (40, 3, 20, 8, 2, 1, 1, 5)
BARE = "SELECT practitioner_id, kind, severity, decided_on FROM reg_credit_events ORDER BY practitioner_id"


def filled(work: Work) -> None:
    chance = Random(20261120)
    first = date(2022, 1, 1)
    with work.write(Actor.command("bench")) as session:
        sealed = {kind: seal(session, Wording(kind[2], {}, {}, {})) for kind in KINDS}
        now = session.now
        for start in range(1, SUBJECTS + 1, 10_000):
            ids = range(start, start + 10_000)
            session.execute(
                insert(PractitionerRow),
                [
                    {"id": n, "public_id": f"p{n:015}", "name": f"人{n}", "name_key": f"人{n}", "id_type": "身份证", "enrolled_at": now}
                    for n in ids
                ],
            )  # fmt: skip
            session.execute(
                insert(LicenceRow),
                [
                    {
                        "public_id": f"l{n:015}", "practitioner_id": n, "profession": "lawyer", "number": f"{n:017}",
                        "granted_on": first, "state": "practising", "state_since": first, "doubts": [], "enrolled_at": now,
                    }
                    for n in ids
                ],
            )  # fmt: skip
            session.execute(
                insert(EventRow),
                [
                    {
                        "public_id": f"e{n:011}{k:04}", "kind": kind[0], "practitioner_id": n, "subject_name": f"人{n}",
                        "decided_on": first + timedelta(days=chance.randrange(1_700)), "severity": kind[1], "simple": False,
                        "wording": sealed[kind], "missing": [], "incomplete": False, "scope": "公示", "state": "有效",
                        "natural_key": f"{n}-{k}", "content": "x", "recorded_at": now,
                    }
                    for n in ids
                    for k, kind in enumerate(chance.choices(KINDS, WEIGHTS, k=EVENTS))
                ],
            )  # fmt: skip
        session.act("bench.fill", session.new_id())


def bare_loop(engine: Engine) -> float:
    points = {("penalty", "一般"): -80, ("penalty", "轻微"): -30, ("award", None): 15, ("pro_bono", None): 5}
    started = time.process_time()
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(BARE)
        sums: dict[int, int] = {}
        for subject, kind, severity, _decided_on in cursor.fetchall():
            sums[subject] = sums.get(subject, 1000) + points.get((kind, severity), 0)
    assert len(sums) == SUBJECTS
    return time.process_time() - started


@pytest.mark.bench
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_recompute_of_100_000_standings(work: Work, engine: Engine, clock: SetClock) -> None:
    filled(work)
    started = time.process_time()
    in_force(
        work,
        (SHIPPED / "sample-2024.yaml").read_text("utf-8").replace("from: 2024-01-01\nuntil: 2025-12-31", "from: 2026-11-22\nuntil: 2026-12-31"),
        (SHIPPED / "sample-2026.yaml").read_text("utf-8").replace("from: 2026-01-01", "from: 2027-01-01"),
    )  # fmt: skip
    first = time.process_time() - started
    started, wall = time.process_time(), time.perf_counter()
    assert upkeep.check(work) == {"checked": SUBJECTS, "differing": 0}
    again, wall = time.process_time() - started, time.perf_counter() - wall
    bare = min(bare_loop(engine) for _ in range(3))
    with work.read() as session:
        kept = sum(map(len, keep.stored(session, practitioners=range(1, 1001)).values()))
    print(
        f"\n{SUBJECTS:,} subjects, {SUBJECTS * EVENTS:,} events, two rule sets: the first two computations {first:.0f} s; "
        f"full recompute and comparison {again:.1f} s ({wall:.1f} s by the clock), bare loop {bare:.2f} s, "
        f"ratio {again / bare:.0f}; {kept} periods kept for 1,000 subjects"
    )
    assert again / bare < 60

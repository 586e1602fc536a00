"""Whether chance alone explains all past draws: honest cities are left alone, a stride and a rota are found out."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, count, pairwise, product
from math import comb, exp, isclose, log
from pathlib import Path
from random import Random

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from playwright.sync_api import Page, expect

from inspection.health import chances, inspectors
from inspection.health.assess import TESTS, Health, assess, level, rule_on
from inspection.health.past import Past, past
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from tests.browser.sessions import fits
from tests.inspection import bureau, simulated
from tests.inspection.drawing import Json
from tests.inspection.test_draw_verify import RECORD

RULE = rule_on(date(2026, 11, 20))


def looked_at(draws: list[Past], *, every: int) -> list[Health]:
    return [assess(draws[:n], rule=RULE) for n in range(every, len(draws) + 1, every)]


def alarm(draws: list[Past], *, every: int = 20) -> set[str]:
    """The tests that raised an alarm in any of the looks."""
    return {test for health in looked_at(draws, every=every) for test in health.alarms}


def test_honest_draws_raise_no_alarm() -> None:
    assert [seed for seed in range(6) if alarm(simulated.draws(seed), every=30)] == []


@pytest.mark.parametrize("start", [None, 0])
def test_a_fixed_stride_is_found_out(start: int | None) -> None:
    for seed in range(3):
        found = alarm(simulated.draws(seed, simulated.fixed_stride(start=start)), every=60)
        assert "spacing" in found
        assert not found & {"load", "rotation", "pairs", "voids"}


def test_inspectors_who_rotate_down_a_list_are_found_out() -> None:
    for seed in range(3):
        assert alarm(simulated.draws(seed, simulated.rotating()), every=60) == {"rotation"}


@pytest.mark.slow
def test_honest_runs_raise_an_alarm_in_at_most_one_of_a_hundred() -> None:
    """600 runs of 60 draws, each looked at three times; and no test's probabilities are smaller than they should be."""
    alarms, ends = 0, []
    for seed in range(1000, 1600):
        looks = looked_at(simulated.draws(seed), every=20)
        alarms += any(health.alarms for health in looks)
        ends.append(looks[-1])
    assert alarms <= 6
    for place, test in enumerate(TESTS):
        for share in (0.01, 0.05, 0.2):
            below = sum(health.results[place].p <= share for health in ends)
            # 4 standard deviations of a binomial count
            most = 600 * share + 4 * (600 * share * (1 - share)) ** 0.5
            assert below <= most, (test, share, below)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["stride", "stride from the top", "rotation"])
def test_dishonest_runs_raise_an_alarm_in_ninety_nine_of_a_hundred(way: str) -> None:
    ways: dict[str, Callable[[], simulated.Change]] = {
        "stride": simulated.fixed_stride,
        "stride from the top": lambda: simulated.fixed_stride(start=0),
        "rotation": simulated.rotating,
    }
    found = sum(bool(alarm(simulated.draws(seed, ways[way]()), every=60)) for seed in range(2000, 2200))
    assert found >= 198


def _favour(record: Json, chance: Random) -> None:
    """One firm is always drawn, instead of whichever came up first in its stratum."""
    for entry in record["selected"]:
        if entry["stratum"] == "A" and all(one["unit"] != "U001" for one in record["selected"]):
            entry["unit"] = "U001"


def _down_the_list() -> simulated.Change:
    """The next in the list each time: nobody twice until everybody had a turn."""
    turns = count()

    def change(record: Json, chance: Random) -> None:
        pool = [
            one["id"]
            for one in record["frame"]["units"]
            if one["status"] == "eligible" and one["stratum"] == "B"
        ]
        record["selected"] = [{"unit": pool[next(turns) % len(pool)], "stratum": "B"}]

    return change


def _spare(record: Json, chance: Random) -> None:
    """J02 is never sent: J04, whom the rules cannot tell from it, goes instead."""
    for entry in record["assignments"]:
        if "J04" not in entry["inspectors"]:
            entry["inspectors"] = ["J04" if name == "J02" else name for name in entry["inspectors"]]


@pytest.mark.parametrize(
    ("change", "test"),
    [(_favour, "subjects"), (_down_the_list(), "repeats"), (_spare, "load")],
)
def test_each_way_to_cheat_has_its_test(change: simulated.Change, test: str) -> None:
    assert alarm(simulated.draws(7, change), every=60) == {test}


def test_an_inspector_who_always_meets_the_same_firm_is_found_out() -> None:
    people = tuple(f"J{n}" for n in range(8))
    draws = [
        Past(f"D{n}", (), (people,), (("U1", ("J0", people[1 + n % 7])), ("U2", (people[1 + (n + 1) % 7],))))
        for n in range(25)
    ]
    result = inspectors.pairs(draws)
    assert result.extremes[0].name == "J0 → U1"
    assert isclose(result.extremes[0].p, 0.25**25, rel_tol=1e-6)


def test_too_many_voids_after_chance_was_supplied_raise_the_alarm() -> None:
    draws = simulated.draws(3, number=20)
    assert not assess(draws, voided=2, rule=RULE).alarms
    assert assess(draws, voided=15, rule=RULE).alarms == ("voids",)


def test_inspectors_who_are_replaced_until_a_friend_comes_raise_the_alarm() -> None:
    """One seat in every other draw, three times over; honest offices lose one in ten places, and raise none."""
    draws = simulated.draws(4, number=60)
    tried = [replace(one, replaced=6 if n % 2 else 0) for n, one in enumerate(draws)]
    assert assess(tried, rule=RULE).alarms == ("replaced",)
    chance = Random(6)
    for _ in range(20):
        honest = []
        for one in draws:
            places = sum(1 + len(team) for _, team in one.teams)
            fallen = 0
            for _ in range(places):
                while chance.random() < RULE.replaced:
                    fallen += 1
            honest.append(replace(one, replaced=fallen))
        assert assess(honest, rule=RULE).alarms == ()


def test_whoever_falls_out_is_counted_exactly() -> None:
    """Against playing it: three places, each emptied with probability 0.3 until somebody stays."""
    counts = chances.fallen(3, 0.3)
    assert isclose(sum(counts.probabilities), 1, abs_tol=1e-9)
    assert isclose(counts.mean, 3 * 0.3 / 0.7, rel_tol=1e-9)
    assert isclose(chances.tails(counts, 1).high, 1 - 0.7**3, rel_tol=1e-9)


@pytest.mark.slow
def test_whoever_looks_after_every_draw_meets_no_more_false_alarms() -> None:
    """100 runs of 60 draws, looked at 60 times each: the bound is one run in a hundred, for all looks together."""
    alarms = sum(bool(alarm(simulated.draws(seed), every=1)) for seed in range(3000, 3100))
    # More than four of a hundred at one in a hundred: 0.3 %.
    assert alarms <= 4


def test_the_bound_on_false_alarms_holds_over_all_looks_together() -> None:
    levels = [level(looks, RULE) for looks in range(1, 2000)]
    assert 0.99 * RULE.alarm < sum(levels) * len(TESTS) < RULE.alarm
    assert rule_on(date(1990, 1, 1)) == RULE


def test_a_record_tells_its_pools_and_who_is_exchangeable() -> None:
    found = past(RECORD)
    assert found.draw == "D-1"
    assert [pool.units for pool in found.pools] == [("U1", "U3"), ("U2", "U4")]
    assert [len(pool.drawn) for pool in found.pools] == [1, 1]
    drawn = {entry["unit"] for entry in RECORD["selected"]}
    everyone = ("J0", "J1", "J2", "J3", "J4")
    apart = {"J0", "J2", "J4"} if "U1" in drawn else set()
    assert sorted(name for members in found.classes for name in members) == list(everyone)
    assert all(set(members) <= apart or not set(members) & apart for members in found.classes)
    assert [team for _, team in found.teams] == [tuple(one["inspectors"]) for one in RECORD["assignments"]]


# The distributions, against counting everything.


def test_neighbours_and_gaps_are_counted_exactly() -> None:
    for size, drawn in product(range(1, 10), range(1, 9)):
        if drawn > size:
            continue
        subsets = list(combinations(range(size), drawn))
        pairs = Counter(sum(b - a == 1 for a, b in pairwise(places)) for places in subsets)
        counts = chances.neighbours(size, drawn)
        for n in range(drawn):
            p = chances.tails(counts, n)
            assert isclose(p.low, sum(pairs[k] for k in range(n + 1)) / len(subsets), abs_tol=1e-12)
            assert isclose(p.high, sum(pairs[k] for k in range(n, drawn)) / len(subsets), abs_tol=1e-12)
        if drawn >= 2:
            for least in range(1, size):
                wide = sum(
                    all(b - a >= least for a, b in pairwise((*places, places[0] + size)))
                    for places in subsets
                )
                assert isclose(chances.spaced(size, drawn, least), wide / len(subsets), abs_tol=1e-12)


def test_marked_and_independent_trials_are_counted_exactly() -> None:
    for population, marks, drawn in product(range(1, 9), range(9), range(1, 9)):
        if marks <= population and drawn <= population:
            counts = chances.marked(population, marks, drawn)
            exact = [
                comb(marks, k) * comb(population - marks, drawn - k) / comb(population, drawn)
                for k in range(drawn + 1)
            ]
            assert all(
                isclose(chances.tails(counts, k).low, sum(exact[: k + 1]), abs_tol=1e-12)
                for k in range(drawn + 1)
            )
    given = (0.1, 0.5, 0.9)
    for successes in range(4):
        exact_p = sum(
            (0.1 if a else 0.9) * (0.5) * (0.9 if c else 0.1)
            for a, b, c in product((0, 1), repeat=3)
            if a + b + c >= successes
        )
        assert isclose(chances.tails(chances.trials(given), successes).high, exact_p, abs_tol=1e-12)
    large = chances.marked(36_000, 18_000, 1_800)
    assert isclose(large.mean, 900, rel_tol=1e-9)
    assert isclose(sum(chances.neighbours(36_000, 1_800).probabilities), 1, rel_tol=1e-6)


def test_a_fair_bet_wins_as_seldom_as_it_says() -> None:
    """Also where what is bet on depends on what was seen before."""
    chance = Random(6)
    won = Counter[float]()
    for _ in range(800):
        rounds: list[tuple[chances.Counts, int]] = []
        for _ in range(20):
            p = 0.5 if not rounds or rounds[-1][1] else 0.1
            rounds.append((chances.chance(p), int(chance.random() < p)))
        for share in (0.01, 0.05, 0.2):
            won[share] += chances.bet(rounds) <= share
    assert all(number <= 800 * share for share, number in won.items())
    assert chances.bet([(chances.chance(0.5), 1)] * 40) < 1e-9
    assert chances.bet([(chances.chance(0.5), 0)] * 40) < 1e-9
    assert chances.bet([]) == chances.bet([(chances.certain(3), 3)]) == 1.0


def test_fisher_puts_probabilities_together() -> None:
    """Two: p q (1 - ln(p q)); many small ones go below everything without failing."""
    assert isclose(chances.together([0.1, 0.2]), 0.02 * (1 - log(0.02)), rel_tol=1e-9)
    assert chances.together([]) == chances.together([1.0, 1.0]) == 1.0
    assert chances.together([1e-300] * 60) < exp(-600)
    uniform = Random(5)
    small = sum(chances.together([uniform.random() for _ in range(7)]) < 0.05 for _ in range(4000))
    assert 150 < small < 250


# The page.


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_shows_the_health_of_the_citys_draws(
    page: Page,
    live_server: str,
    host: Host,
    client: FlaskClient,
    clock: SetClock,
    screenshot: Callable[[Page, str], Path],
) -> None:
    assert "还没有可以检验的抽取" in client.get("/draws/health").text
    place = bureau.found(host.work, firms=30)
    lost = bureau.committed(host.work, place)
    bureau.throw(host.work, lost, bureau.DICE)
    clock.advance(timedelta(days=31))
    plan = [{"kind": "dice", "by": "witness"}, {"kind": "dice", "by": "witness3"}]
    draw = bureau.committed(host.work, place, plan, supersedes=lost)
    bureau.throw(host.work, draw, bureau.DICE, bureau.SECOND_DICE)
    bureau.run(host.work, draw)
    found = client.get("/draws/health.json").get_json()
    assert (found["draws"], found["selections"], found["visits"]) == (1, 8, 16)
    assert found["alarms"] == []
    assert [result["test"] for result in found["results"]] == list(TESTS)
    assert found["voided"] == [
        {"draw": lost, "ground": "逾期未抽取，视为作废", "party": "witness2", "with_chance": True}
    ]
    assert [(one["times"], one["units"]) for one in found["times_drawn"]] == [(0, 22), (1, 8)]
    assert [round(one["expected"]) for one in found["times_drawn"]] == [22, 8]
    document = client.get("/api/v1/openapi.json").get_json()
    validate(document)
    assert "/draws/health.json" in document["paths"]

    page.goto(f"{live_server}/draws")
    page.get_by_role("link", name="抽取健康检验").click()
    expect(page.get_by_text("没有报警", exact=True)).to_be_visible()
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        fits(page)
        screenshot(page, f"health-{width}")
    axe = Axe().run(page)
    assert axe.violations_count == 0, axe.generate_report()

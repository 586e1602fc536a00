"""Tests of the first random: were the units drawn by chance alone?"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from inspection.health import chances
from inspection.health.past import Past, Pool
from inspection.health.result import Result, Seen


def subjects(past: Sequence[Past]) -> Result:
    """Each unit's number of selections against the exact sum of its chances (Poisson-binomial), all units together."""
    odds, drawn = _odds_and_counts(past)
    seen = []
    for unit, given in odds.items():
        if any(0 < p < 1 for p in given):
            expected = chances.trials(tuple(sorted(given)))
            either = chances.tails(expected, drawn[unit]).either
            seen.append(Seen(unit, drawn[unit], expected.mean, either))
    return Result.of_many("subjects", seen)


def repeats(past: Sequence[Past]) -> Result:
    """How many of those who had been drawn more than their share come up again, draw by draw (hypergeometric)."""
    shares: dict[str, float] = defaultdict(float)
    rounds = []
    for one in past:
        for pool in one.pools:
            marks = sum(shares[unit] > 0 for unit in pool.units)
            if 0 < len(pool.drawn) < len(pool.units) and 0 < marks < len(pool.units):
                again = sum(shares[pool.units[place]] > 0 for place in pool.drawn)
                rounds.append((chances.marked(len(pool.units), marks, len(pool.drawn)), again))
        for pool in one.pools:
            for unit in pool.units:
                shares[unit] -= pool.odds
            for place in pool.drawn:
                shares[pool.units[place]] += 1
    observed, expected = sum(again for _, again in rounds), sum(counts.mean for counts, _ in rounds)
    return Result("repeats", chances.bet(rounds), observed, expected, cases=len(rounds))


def neighbours(past: Sequence[Past]) -> Result:
    """Pairs of neighbours in the list that were drawn together (runs of a random subset, summed exactly)."""
    pools = _pools(past, least=2)
    observed = sum(sum(after - before == 1 for before, after in pairwise(pool.drawn)) for pool in pools)
    counts = chances.total(chances.neighbours(len(pool.units), len(pool.drawn)) for pool in pools)
    return Result(
        "neighbours", chances.tails(counts, observed).either, observed, counts.mean, cases=len(pools)
    )


def spacing(past: Sequence[Past]) -> Result:
    """Whether the drawn stand too evenly in the list: the smallest gap of each draw, the list taken as a ring."""
    p_values = []
    for pool in _pools(past, least=2):
        places, size = pool.drawn, len(pool.units)
        least = min(after - before for before, after in pairwise((*places, places[0] + size)))
        p_values.append(min(1.0, chances.spaced(size, len(places), least)))
    return Result("spacing", chances.together(p_values), None, None, cases=len(p_values))


def times_drawn(past: Sequence[Past]) -> list[tuple[int, int, float]]:
    """How many units were drawn 0, 1, 2 … times, and how many were to be expected."""
    odds, drawn = _odds_and_counts(past)
    observed = Counter(drawn[unit] for unit in odds)
    expected: dict[int, float] = defaultdict(float)
    for given, number in Counter(tuple(sorted(given)) for given in odds.values()).items():
        counts = chances.trials(given)
        for times, p in enumerate(counts.probabilities, start=counts.start):
            expected[times] += number * p
    most = max([*observed, *(times for times, number in expected.items() if number >= 0.5)], default=0)
    return [(times, observed[times], expected[times]) for times in range(most + 1)]


def _odds_and_counts(past: Sequence[Past]) -> tuple[dict[str, list[float]], Counter[str]]:
    odds: dict[str, list[float]] = defaultdict(list)
    drawn: Counter[str] = Counter()
    for one in past:
        for pool in one.pools:
            for unit in pool.units:
                odds[unit].append(pool.odds)
            drawn.update(pool.units[place] for place in pool.drawn)
    return odds, drawn


def _pools(past: Sequence[Past], *, least: int) -> list[Pool]:
    return [pool for one in past for pool in one.pools if least <= len(pool.drawn) < len(pool.units)]

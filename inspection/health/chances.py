"""Exact distributions of counts, their tails, and p-values put together. Pure.

A distribution is a Counts: the probability of each count from `start` on. Far tails that no sum can feel are cut.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache, reduce
from math import comb, exp, inf, lgamma, log
from typing import NamedTuple

_NOTHING = 1e-30
_SIZES = tuple(sign * size for size in (0.1, 0.3, 1.0, 3.0) for sign in (1, -1))


class Counts(NamedTuple):
    start: int
    probabilities: tuple[float, ...]

    @property
    def mean(self) -> float:
        return sum(count * p for count, p in enumerate(self.probabilities, start=self.start))

    @property
    def deviation(self) -> float:
        mean = self.mean
        squares = sum((n - mean) ** 2 * p for n, p in enumerate(self.probabilities, start=self.start))
        return float(max(0.0, squares) ** 0.5)


class Tails(NamedTuple):
    """The probabilities of a count as low, and as high, as the one that was seen."""

    low: float
    high: float

    @property
    def either(self) -> float:
        return min(1.0, 2 * min(self))


def certain(count: int) -> Counts:
    return Counts(count, (1.0,))


def chance(p: float) -> Counts:
    """One trial."""
    return Counts(0, (1 - p, p))


def added(one: Counts, other: Counts) -> Counts:
    """The sum of two independent counts."""
    found = [0.0] * (len(one.probabilities) + len(other.probabilities) - 1)
    for n, p in enumerate(one.probabilities):
        for m, q in enumerate(other.probabilities):
            found[n + m] += p * q
    return _trimmed(one.start + other.start, found)


def total(counts: Iterable[Counts]) -> Counts:
    return reduce(added, counts, certain(0))


@lru_cache(maxsize=4096)
def trials(probabilities: tuple[float, ...]) -> Counts:
    """The Poisson-binomial distribution: how many of independent trials with these probabilities succeed."""
    return total(chance(p) for p in probabilities)


def tails(counts: Counts, seen: int) -> Tails:
    place = seen - counts.start
    low = sum(counts.probabilities[: max(0, place + 1)])
    high = sum(counts.probabilities[max(0, place) :])
    return Tails(min(1.0, low), min(1.0, high))


@lru_cache(maxsize=4096)
def marked(population: int, marks: int, drawn: int) -> Counts:
    """The hypergeometric distribution: how many of `drawn` out of `population` are among its `marks`."""
    first, last = max(0, drawn + marks - population), min(drawn, marks)
    logs = [
        _log_comb(marks, k) + _log_comb(population - marks, drawn - k) - _log_comb(population, drawn)
        for k in range(first, last + 1)
    ]
    return _trimmed(first, [exp(value) for value in logs])


@lru_cache(maxsize=4096)
def fallen(places: int, p: float) -> Counts:
    """How many fall out of so many places, if whoever sits there falls out with probability `p`, and so does whoever comes
    in then (negative binomial)."""
    most = places + 200
    logs = [
        lgamma(places + n) - lgamma(places) - lgamma(n + 1) + n * log(p) + places * log(1 - p)
        for n in range(most + 1)
    ]
    return _trimmed(0, [exp(value) for value in logs])


@lru_cache(maxsize=4096)
def neighbours(population: int, drawn: int) -> Counts:
    """How many pairs of neighbours in a list are both drawn: `drawn` less the number of runs that the drawn form."""
    if not 0 < drawn < population:
        return certain(max(0, drawn - 1))
    rest = population - drawn
    most = min(drawn, rest + 1)
    logs = [
        _log_comb(drawn - 1, runs - 1) + _log_comb(rest + 1, runs) - _log_comb(population, drawn)
        for runs in range(most, 0, -1)
    ]
    return _trimmed(drawn - most, [exp(value) for value in logs])


def spaced(population: int, drawn: int, least: int) -> float:
    """The probability that neighbours among the drawn are all at least `least` places apart, the list taken as a ring."""
    free = population - drawn * (least - 1) - 1
    if free < drawn - 1:
        return 0.0
    return population / drawn * exp(_log_comb(free, drawn - 1) - _log_comb(population, drawn))


def bet(seen: Sequence[tuple[Counts, int]]) -> float:
    """A p-value for counts whose distributions may each depend on what was seen before.

    Somebody who bets on high, or on low, counts at fair odds, round after round, multiplies the stake by 1/p with
    probability p at most, whenever he stops (Ville's inequality). The stake is spread over bets of several sizes, each
    by the standard deviation of its round.
    """
    rounds = [(counts, count, counts.deviation) for counts, count in seen if counts.deviation > 0]
    gains = [
        sum(_gain(counts, count, size / deviation) for counts, count, deviation in rounds) for size in _SIZES
    ]
    top = max(gains)
    return min(1.0, exp(-top) / (sum(exp(gain - top) for gain in gains) / len(gains)))


def _gain(counts: Counts, seen: int, tilt: float) -> float:
    """The logarithm of what a bet of this size (on low counts, if it is negative) makes of one unit."""
    powers = [tilt * n + log(p) for n, p in enumerate(counts.probabilities, start=counts.start) if p > 0]
    top = max(powers)
    return tilt * seen - top - log(sum(exp(power - top) for power in powers))


def together(p_values: Sequence[float]) -> float:
    """Fisher's combination of p-values that are, each given what went before, never too small by chance.

    The tail of chi-square with an even number of degrees has a closed form, summed here in logarithms.
    """
    half = -sum(log(max(p, 1e-300)) for p in p_values)
    if not p_values or half <= 0:
        return 1.0
    terms = [n * log(half) - lgamma(n + 1) - half for n in range(len(p_values))]
    top = max(terms, default=-inf)
    return min(1.0, exp(top) * sum(exp(term - top) for term in terms))


def _log_comb(n: int, k: int) -> float:
    if not 0 <= k <= n:
        return -inf
    if n < 60:
        return log(comb(n, k))
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _trimmed(start: int, probabilities: list[float]) -> Counts:
    first, last = 0, len(probabilities)
    while last - first > 1 and probabilities[first] < _NOTHING:
        first += 1
    while last - first > 1 and probabilities[last - 1] < _NOTHING:
        last -= 1
    return Counts(start + first, tuple(probabilities[first:last]))

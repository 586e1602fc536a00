"""What a test found."""

from collections.abc import Sequence
from dataclasses import dataclass

_TOLD = 5


@dataclass(frozen=True)
class Seen:
    """One of many that a test looks at: how often it was seen, how often it was to be expected, how likely that is."""

    name: str
    observed: int
    expected: float
    p: float


@dataclass(frozen=True)
class Result:
    """`p`: how often honest draws would look at least as strange, all that the test looks at taken together. `extremes`
    are the strangest single cases of `cases`; `observed` and `expected` are sums, None where the test has none."""

    test: str
    p: float
    observed: int | None
    expected: float | None
    cases: int
    extremes: tuple[Seen, ...] = ()

    @classmethod
    def of_many(cls, test: str, seen: Sequence[Seen], *, cases: int | None = None) -> "Result":
        """A test of each for itself: the strangest counts, times the number of them (Bonferroni)."""
        number = len(seen) if cases is None else cases
        extremes = tuple(sorted(seen, key=lambda one: (one.p, one.name))[:_TOLD])
        p = min([1.0, *(number * one.p for one in extremes)])
        return cls(test, p, None, None, number, extremes)

"""The geometry of charts: numbers in, coordinates out. registry/charts.html draws them as SVG. Pure.

Coordinates are in the units of the view box and whole; the page scales it. No meaning rests on colour alone: every bar and
every stretch of a strip bears its text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

WIDTH = 480
_LEFT, _RIGHT, _TOP = 44, 84, 14
_STRIP = 18
_TICKS = 6


class Stretch(NamedTuple):
    """Days with one label, for the strip below a curve. `tone` as in ui.chip; `until` is the first day after."""

    since: date
    until: date
    label: str
    tone: str


class Level(NamedTuple):
    """A horizontal line with its value and name."""

    y: int
    value: int
    label: str


class Tick(NamedTuple):
    x: int
    label: str


class Box(NamedTuple):
    x: int
    width: int
    label: str
    tone: str


@dataclass(frozen=True)
class Steps:
    """A quantity that holds from one day to another. `past` and `ahead` are SVG paths that meet at today's `now`."""

    title: str
    summary: str
    height: int
    past: str
    ahead: str
    now: int | None
    levels: Sequence[Level]
    ticks: Sequence[Tick]
    strip: Sequence[Box]
    bottom: int


class Bar(NamedTuple):
    """One bar of a row: `value` is what it stands for, `series` which of the compared quantities."""

    y: int
    width: int
    value: int
    series: int


class Row(NamedTuple):
    y: int
    label: str
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Bars:
    """Rows of horizontal bars, one for each of `series`."""

    title: str
    height: int
    rows: Sequence[Row]
    series: Sequence[str]


def steps(
    title: str,
    values: Sequence[tuple[date, int]],
    *,
    end: date,
    today: date,
    levels: Sequence[tuple[int, str]] = (),
    strip: Sequence[Stretch] = (),
    unit: str = "",
) -> Steps:
    """A step chart of `values` (from each day on, this much) up to `end`, with named `levels` and a strip of labels.

    Raises ValueError without values, or when the end is not after the first day.
    """
    if not values or end <= values[0][0]:
        raise ValueError("nothing to draw")
    first = values[0][0]
    low = min([value for _, value in values] + [value for value, _ in levels])
    high = max([value for _, value in values] + [value for value, _ in levels])
    margin = max(1, (high - low) // 10)
    low, high = low - margin, high + margin
    bottom = 190

    def x(day: date) -> int:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * (day - first).days // (end - first).days

    def y(value: int) -> int:
        return bottom - (bottom - _TOP) * (value - low) // (high - low)

    corners = [(max(first, day), value) for day, value in values if day < end]
    now = min(max(today, first), end)
    return Steps(
        title,
        f"{first} 为 {values[0][1]}{unit}，{end} 为 {corners[-1][1]}{unit}",
        bottom + (_STRIP + 30 if strip else 24),
        _path([(x(day), y(value)) for day, value in corners if day <= now], x(now)),
        _path([(x(max(day, now)), y(value)) for day, value in _from(corners, now)], x(end)),
        x(today) if first <= today < end else None,
        [Level(y(value), value, label) for value, label in levels],
        [Tick(x(day), label) for day, label in _ticks(first, end)],
        [
            Box(
                x(max(one.since, first)),
                x(min(one.until, end)) - x(max(one.since, first)),
                one.label,
                one.tone,
            )
            for one in strip
            if one.until > first and one.since < end
        ],
        bottom,
    )


def bars(title: str, rows: Sequence[tuple[str, Sequence[int]]], series: Sequence[str] = ("",)) -> Bars:
    """Horizontal bars: every row has one value of each of the `series`, and all share one scale."""
    room = WIDTH - _LEFT - _RIGHT
    most = max((value for _, values in rows for value in values), default=0) or 1
    thick = 16
    drawn = []
    top = _TOP
    for label, values in rows:
        drawn.append(
            Row(
                top + thick * len(values) // 2,
                label,
                [
                    Bar(top + thick * place, room * value // most, value, place)
                    for place, value in enumerate(values)
                ],
            )
        )
        top += thick * len(values) + 10
    return Bars(title, top, drawn, series)


@dataclass(frozen=True)
class Spark:
    """A small line of how many there were each day; `path` in a box of 120 × 28, the largest at its top."""

    title: str
    path: str
    total: int


def spark(title: str, values: Sequence[int]) -> Spark:
    """A line of `values` from left to right; its table stands elsewhere."""
    most, last = max(values, default=0) or 1, max(len(values) - 1, 1)
    points = [(120 * place // last, 26 - 24 * value // most) for place, value in enumerate(values)]
    path = "M" + "L".join(f"{x} {y}" for x, y in points) if points else ""
    return Spark(title, path, sum(values))


def _from(corners: Sequence[tuple[date, int]], now: date) -> list[tuple[date, int]]:
    """The corners after a day, and the one that still holds on it."""
    before = [corner for corner in corners if corner[0] <= now]
    return [*before[-1:], *(corner for corner in corners if corner[0] > now)]


def _path(corners: Sequence[tuple[int, int]], end: int) -> str:
    if not corners:
        return ""
    start, level = corners[0]
    path = f"M{start} {level}"
    for x, y in corners[1:]:
        path += f"H{x}V{y}"
    return f"{path}H{end}"


def _ticks(first: date, end: date) -> list[tuple[date, str]]:
    """Beginnings of years, or of quarters where there are few of them; of many, every second or third."""
    years = [date(year, 1, 1) for year in range(first.year + 1, end.year + 1)]
    days = [day for day in years if day < end]
    if len(days) < 3:
        quarters = (
            date(year, month, 1) for year in range(first.year, end.year + 1) for month in (1, 4, 7, 10)
        )
        days = [day for day in quarters if first <= day < end]
    days = days[:: (len(days) - 1) // _TICKS + 1] if days else []
    return [(day, str(day.year) if day.month == 1 else f"{day.year}-{day.month:02}") for day in days]

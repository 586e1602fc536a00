"""The geometry of charts: numbers in, coordinates out. registry/charts.html draws them as SVG. Pure.

Curves are in whole units of a view box, which the page scales. Bars are as long as per cent of the room beside their labels,
and as high as letters (em), so that letters stay as large as those of the text on a phone, at a desk and in large type. No
meaning rests on colour alone: every bar and every stretch of a strip bears its text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from unicodedata import east_asian_width

WIDTH = 480
_LEFT, _RIGHT, _TOP = 44, 84, 14
_STRIP = 18
_TICKS = 6
_THICK, _BETWEEN = 1.4, 0.8
_ROOM = 4.2
"""What a label has before the bars without being a long one, in em."""


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
    """One bar of a row, `width` in per cent: `value` is what it stands for, `series` which of the compared quantities."""

    y: float
    width: float
    value: int
    series: int


class Row(NamedTuple):
    """`y` is the middle of its bars."""

    y: float
    label: str
    bars: Sequence[Bar]


@dataclass(frozen=True)
class Bars:
    """Rows of horizontal bars, one for each of `series`. `long`: a label needs more room than a month or four characters."""

    title: str
    height: float
    rows: Sequence[Row]
    series: Sequence[str]
    long: bool


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
    most = max((value for _, values in rows for value in values), default=0) or 1
    drawn = []
    top = 0.0
    for label, values in rows:
        drawn.append(
            Row(
                round(top + _THICK * len(values) / 2, 2),
                label,
                [
                    Bar(round(top + _THICK * place, 2), round(100 * value / most, 1), value, place)
                    for place, value in enumerate(values)
                ],
            )
        )
        top += _THICK * len(values) + _BETWEEN
    return Bars(title, round(top, 2), drawn, series, any(_length(label) > _ROOM for label, _ in rows))


def _length(label: str) -> float:
    """In em, roughly: a Chinese character is as wide as it is high, others about half."""
    return sum(1 if east_asian_width(one) in "WF" else 0.56 for one in label)


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

"""Charts are numbers before they are pictures: what is drawn where, and that nothing leaves the sheet."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.web.charts import WIDTH, Stretch, bars, steps

TODAY = date(2026, 11, 20)


def corners(path: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", path)]


def test_a_fall_is_drawn_where_it_happened_and_the_future_is_another_line() -> None:
    chart = steps(
        "信用分",
        [(date(2026, 1, 1), 1000), (date(2026, 7, 1), 920), (date(2027, 7, 1), 1000)],
        end=date(2028, 1, 1),
        today=TODAY,
        levels=[(1000, "AA 良好"), (940, "A 中等")],
        strip=[Stretch(date(2026, 1, 1), date(2026, 7, 1), "AA", "good")],
        unit=" 分",
    )
    upper, lower = (level.y for level in chart.levels)
    assert upper < lower, "more points stand higher"
    assert re.fullmatch(rf"M44 {upper}H\d+V\d+H{chart.now}", chart.past)
    assert re.fullmatch(rf"M{chart.now} \d+H\d+V{upper}H396", chart.ahead)
    assert [tick.label for tick in chart.ticks] == [
        "2026",
        "2026-04",
        "2026-07",
        "2026-10",
        "2027",
        "2027-04",
        "2027-07",
        "2027-10",
    ][::2]
    assert [(box.x, box.label) for box in chart.strip] == [(44, "AA")]
    assert chart.summary == "2026-01-01 为 1000 分，2028-01-01 为 1000 分"


@given(
    st.lists(st.tuples(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(-2000, 2000)), min_size=1, max_size=9),
    st.dates(date(2015, 1, 1), date(2040, 1, 1)),
    st.integers(1, 4000),
)  # fmt: skip
def test_whatever_the_values_the_lines_stay_on_the_sheet_and_run_forward(
    values: Sequence[tuple[date, int]], today: date, days: int
) -> None:
    ordered = sorted(dict(values).items())
    chart = steps("x", ordered, end=ordered[0][0] + timedelta(days=days), today=today)
    for path in (chart.past, chart.ahead):
        xs = [int(x) for x in re.findall(r"[MH](\d+)", path)]
        assert xs == sorted(xs)
        assert all(44 <= x <= 396 for x in xs)
        assert all(0 <= y <= chart.bottom for y in map(int, re.findall(r"(?:V|M\d+ )(\d+)", path)))
    assert all(44 <= tick.x <= 396 for tick in chart.ticks)
    assert len(chart.ticks) <= 7


def test_nothing_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        steps("x", [], end=TODAY, today=TODAY)
    with pytest.raises(ValueError, match="nothing to draw"):
        steps("x", [(TODAY, 1)], end=TODAY, today=TODAY)


def test_the_longest_bar_fills_the_room_and_the_others_keep_its_measure() -> None:
    chart = bars("各等级", [("AA", [200, 100]), ("A", [50, 0])], ("现在", "以后"))
    assert [[(bar.width, bar.value) for bar in row.bars] for row in chart.rows] == [
        [(100, 200), (50, 100)],
        [(25, 50), (0, 0)],
    ]
    assert max(bar.y for row in chart.rows for bar in row.bars) + 1.4 <= chart.height


@pytest.mark.parametrize(
    ("label", "long"), [("2026-11", False), ("情节严重", False), ("LS-01", False), ("特别严重的情节", True)]
)
def test_a_long_label_gets_the_room_it_needs(label: str, long: bool) -> None:
    assert bars("各档", [("从轻", [1]), (label, [2])]).long is long
    assert bars("x", [("A", [0])]).rows[0].bars[0].width == 0
    assert WIDTH == 480

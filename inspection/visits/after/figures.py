"""What the inspections of a year came to, counted from facts about single visits. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from inspection.visits.after.clock import timing

Rectified = Literal["none", "waiting", "overdue", "done", "undone"]
NOTHING = "1"
"""The code that says that nothing was found."""


@dataclass(frozen=True)
class Fact:
    """One visit. `matters` are (code, name); `outcomes` how its hand-overs stand: sent, closed, or a code of terms.toml."""

    draw: str
    subject: str
    district: str
    matters: Sequence[tuple[str, str]]
    visited_on: date | None
    closed: bool
    codes: Sequence[str]
    due: date | None
    published_on: date | None
    rectified: Rectified
    outcomes: Sequence[str] = ()


@dataclass(frozen=True)
class Figures:
    """Counts of one group of visits. Rates are shares of one, None where there is nothing to divide by."""

    code: str
    title: str
    selected: int = 0
    subjects: int = 0
    visited: int = 0
    closed: int = 0
    with_problems: int = 0
    by_code: Mapping[str, int] = field(default_factory=dict)
    ordered: int = 0
    corrected: int = 0
    uncorrected: int = 0
    overdue: int = 0
    handed_over: int = 0
    penalties: int = 0
    published: int = 0
    in_time: int = 0
    late: int = 0

    @property
    def visit_rate(self) -> float | None:
        """Of the drawn, how many were visited."""
        return _share(self.visited, self.selected)

    @property
    def problem_rate(self) -> float | None:
        """Of the closed visits, how many found something."""
        return _share(self.with_problems, self.closed)

    @property
    def rectification_rate(self) -> float | None:
        """Of the orders that have ended or are overdue, how many were followed."""
        return _share(self.corrected, self.corrected + self.uncorrected + self.overdue)

    @property
    def timeliness(self) -> float | None:
        """Of the findings that are public or should be, how many were published in time."""
        return _share(self.in_time, self.in_time + self.late)


def count(facts: Iterable[Fact], *, code: str = "", title: str = "", today: date) -> Figures:
    """The figures of one group as they stand on the day `today`."""
    known = list(facts)
    visited = [fact for fact in known if fact.visited_on is not None]
    closed = [fact for fact in visited if fact.closed]
    clocks = [
        timing(fact.due, published_on=fact.published_on, today=today)
        for fact in visited
        if fact.due is not None
    ]
    rectified = Counter(fact.rectified for fact in known)
    return Figures(
        code=code,
        title=title,
        selected=len(known),
        subjects=len({fact.subject for fact in known}),
        visited=len(visited),
        closed=len(closed),
        with_problems=sum(NOTHING not in fact.codes for fact in closed),
        by_code=dict(sorted(Counter(one for fact in closed for one in fact.codes).items())),
        ordered=len(known) - rectified["none"],
        corrected=rectified["done"],
        uncorrected=rectified["undone"],
        overdue=rectified["overdue"],
        handed_over=sum(bool(fact.outcomes) for fact in known),
        penalties=sum(fact.outcomes.count("penalty") for fact in known),
        published=sum(fact.published_on is not None for fact in known),
        in_time=clocks.count("in_time"),
        late=clocks.count("late") + clocks.count("published_late"),
    )


def by_matter(facts: Sequence[Fact], *, today: date) -> list[Figures]:
    """By matter, in the order of the codes; a visit for several matters counts in each."""
    titles = {code: name for fact in facts for code, name in fact.matters}
    return [
        count(
            (fact for fact in facts if code in dict(fact.matters)), code=code, title=titles[code], today=today
        )
        for code in sorted(titles)
    ]


def by_district(facts: Sequence[Fact], names: Mapping[str, str], *, today: date) -> list[Figures]:
    """By the district of the place, in the order of the codes; people without a place stand under none."""
    return [
        count(
            (fact for fact in facts if fact.district == code),
            code=code,
            title=names.get(code, code) or "无执业机构",
            today=today,
        )
        for code in sorted({fact.district for fact in facts})
    ]


HEADINGS = (
    "分组", "代码", "名称", "抽中", "抽中对象", "已检查", "检查完成率", "已办结", "发现问题", "问题发现率", "责令改正", "已改正", "未改正",
    "逾期未报", "改正率", "移送", "处罚", "已公开", "按期公开", "逾期公开或未公开", "公开及时率",
)  # fmt: skip


def cells(group: str, one: Figures) -> list[str | int]:
    """One line under HEADINGS; rates in per cent with one decimal."""
    return [
        group,
        one.code,
        one.title,
        one.selected,
        one.subjects,
        one.visited,
        percent(one.visit_rate),
        one.closed,
        one.with_problems,
        percent(one.problem_rate),
        one.ordered,
        one.corrected,
        one.uncorrected,
        one.overdue,
        percent(one.rectification_rate),
        one.handed_over,
        one.penalties,
        one.published,
        one.in_time,
        one.late,
        percent(one.timeliness),
    ]


def percent(share: float | None) -> str:
    """`83.3%`, "" for none."""
    return "" if share is None else f"{100 * share:.1f}%"


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None

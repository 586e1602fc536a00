"""The statutes on penalties, and a penalty held against its article: who may decide, what, how much. Pure.

statutes.toml beside this module holds the articles with the days between which they apply. A breach never says that a
penalty is void; it says which rule to look at again, and who must answer for it (律师法 art. 47–53, 公证法 art. 41, 42,
基层令 137 and 138, 司法鉴定令 95 and 96 and the Shanghai regulation, 法律援助法 art. 61–63).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from registry.credit.catalogue import add_months
from registry.credit.statutes_table import (
    GRAVITY,
    LEVELS,
    MEASURES,
    Article,
    Escalation,
    Level,
    Measure,
    Range,
    Statute,
    article,
    in_force,
)

_GRAVE = GRAVITY.index("情节严重")


@dataclass(frozen=True, kw_only=True)
class Penalty:
    """What was imposed. `subjects` are the professions, or the kind of organisation, of whom it was imposed on; amounts in
    yuan; None is what nobody knows, and nothing is said about it. `gravity` is an index into GRAVITY."""

    article: str | None
    subjects: frozenset[str]
    decided_on: date
    measures: frozenset[Measure]
    level: Level | None = None
    fine: Decimal | None = None
    gain: Decimal | None = None
    months: Decimal | None = None
    gravity: int | None = None
    reference: str = ""

    @property
    def suspended_until(self) -> date | None:
        """The last day of a suspension, counted from the decision."""
        if "suspend" not in self.measures or self.months is None:
            return None
        return add_months(self.decided_on, max(1, round(self.months)))


@dataclass(frozen=True)
class Breach:
    """A rule that a penalty does not keep: the article that it stands in, a stable English code, and Chinese words."""

    article: str
    rule: str
    message: str


def check(penalty: Penalty, history: Sequence[Penalty], on: date) -> list[Breach]:
    """What the penalty breaks, nothing where its article is not in the table.

    `history` are earlier penalties of the same subject that stand, `on` the day of the new conduct, from which the terms of
    escalation are counted (律师法 art. 51).
    """
    found = article(penalty.article or "", penalty.decided_on)
    if found is None:
        return []
    statute = _statute_of(found, penalty.decided_on)
    escalation = _escalation(statute, found, penalty, history, on)
    breaches = [Breach(found.title, rule, message) for rule, message in _own(found, penalty, escalation)]
    if escalation is not None and escalation.then not in penalty.measures:
        breaches.append(
            Breach(f"{statute.short}{escalation.cited}", "escalation", f"{escalation.text}；本次未按此处理")
        )
    return breaches


def consequences(penalty: Penalty) -> list[tuple[str, str]]:
    """What follows by law from a penalty: article and words, such as the bar from partnership (律师法 art. 53)."""
    found = article(penalty.article or "", penalty.decided_on)
    if found is None:
        return []
    statute = _statute_of(found, penalty.decided_on)
    told = []
    for one in statute.consequences:
        ends = penalty.suspended_until
        if ends and one.subjects & penalty.subjects and (penalty.months or 0) >= one.months:
            until = add_months(ends, 12 * one.years)
            told.append((f"{statute.short}{one.cited}", f"{one.text}（至 {until.isoformat()}）"))
    return told


def _own(found: Article, penalty: Penalty, escalation: Escalation | None) -> Iterator[tuple[str, str]]:
    """What an article says by itself. What escalation wants is not held against it."""
    if not found.speaks_of(penalty.subjects):
        yield "subject", "该条不适用于这类人员或者机构"
    yield from _authority(found, penalty)
    raised = {escalation.then} if escalation else set()
    known = next(
        (found.measures_of[one] for one in penalty.subjects if one in found.measures_of), found.measures
    )
    for measure in sorted(penalty.measures - known - raised):
        yield "measure", f"该条没有规定{MEASURES[measure]}"
    if found.main and not penalty.measures & (found.main | raised):
        yield "main-measure", f"该条应当给予{'或者'.join(_titles(found.main))}，不能只处其他处罚"
    if (missing := found.together - penalty.measures) and "revoke" not in penalty.measures:
        yield "measures-together", f"该条应当同时给予{'、'.join(_titles(missing))}"
    yield from _gravity(found, penalty, raised)
    yield from _fine(found, penalty)
    yield from _suspension(found, penalty, escalation)


def _authority(found: Article, penalty: Penalty) -> Iterator[tuple[str, str]]:
    if penalty.level is None:
        return
    for measure in sorted(penalty.measures):
        levels = found.levels_of.get(measure, found.levels)
        if penalty.level not in levels:
            who = "、".join(title for level, title in LEVELS.items() if level in levels)
            if penalty.level == "county":
                yield (
                    "propose-only",
                    f"县级司法行政机关无权给予{MEASURES[measure]}，只能向上级提出处罚建议（应由{who}决定）",
                )
            else:
                yield (
                    "authority",
                    f"{LEVELS[penalty.level]}司法行政机关无权给予{MEASURES[measure]}（应由{who}决定）",
                )


def _gravity(found: Article, penalty: Penalty, raised: Collection[str]) -> Iterator[tuple[str, str]]:
    if penalty.gravity is None:
        return
    for least, measures in ((_GRAVE, found.grave), (_GRAVE + 1, found.gravest)):
        for measure in sorted(measures & penalty.measures - set(raised)):
            if penalty.gravity < least:
                yield "gravity", f"{GRAVITY[least]}的，才能给予{MEASURES[measure]}"


def _fine(found: Article, penalty: Penalty) -> Iterator[tuple[str, str]]:
    if "fine" not in penalty.measures or penalty.fine is None:
        return
    limits = next((found.fine_of[one] for one in penalty.subjects if one in found.fine_of), found.fine)
    if limits and not limits[0] <= penalty.fine <= limits[1]:
        yield (
            "fine-range",
            f"罚款 {penalty.fine:,.2f} 元，超出该条幅度（{_from(limits)}{limits[1]:,.0f} 元以下）",
        )
    if found.times and penalty.gain is not None:
        least, most = (factor * penalty.gain for factor in found.times)
        if not least <= penalty.fine <= most:
            yield "fine-multiple", f"罚款应为违法所得的{_times(found.times)}（{penalty.gain:,.2f} 元）"
    elif found.times and penalty.gain is None and penalty.gravity is not None:
        yield "gain-missing", "该条按违法所得的倍数罚款，请填写违法所得"


def _suspension(found: Article, penalty: Penalty, escalation: Escalation | None) -> Iterator[tuple[str, str]]:
    if "suspend" not in penalty.measures or penalty.months is None:
        return
    limits = next(
        (found.suspension_of[one] for one in penalty.subjects if one in found.suspension_of), found.suspension
    )
    raised = escalation.months if escalation and escalation.then == "suspend" else None
    known = [one for one in (limits, raised) if one]
    if known and not any(least <= penalty.months <= most for least, most in known):
        least, most = known[-1]
        words = f"{least} 个月以上" if least else ""
        yield "suspension-range", f"期限 {penalty.months:f} 个月，超出幅度（{words}{most} 个月以下）"


def _escalation(
    statute: Statute, found: Article, penalty: Penalty, history: Sequence[Penalty], on: date
) -> Escalation | None:
    """The gravest rule that earlier penalties under the same statute set off."""
    applies = None
    for one in statute.escalations:
        if not one.subjects & penalty.subjects or one.again not in found.measures or not _again(one, penalty):
            continue
        for past in history:
            begins = past.suspended_until if one.before == "suspend" else past.decided_on
            same = (past.article or "").partition(".")[0] == statute.code
            if same and one.before in past.measures and begins and _within(begins, one.within, on):
                applies = one
    return applies


def _again(one: Escalation, penalty: Penalty) -> bool:
    """Whether the new penalty is, or but for the rule would be, what the rule speaks of."""
    return one.again in penalty.measures or one.then in penalty.measures


def _within(begins: date, months: int, on: date) -> bool:
    return begins < on <= add_months(begins, months)


def _titles(measures: Collection[Measure]) -> list[str]:
    return [title for measure, title in MEASURES.items() if measure in measures]


def _from(limits: Range) -> str:
    return f"{limits[0]:,.0f} 元以上、" if limits[0] else ""


def _times(times: Range) -> str:
    return f"{times[0]} 倍以上 {times[1]} 倍以下" if times[0] else f" {times[1]} 倍以下"


def _statute_of(found: Article, on: date) -> Statute:
    return next(statute for statute in in_force(on) if found in statute.articles.values())

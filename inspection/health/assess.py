"""All tests together, with one bound on false alarms for all of them, however often they are looked at. Pure."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from inspection.health import chances, inspectors, units
from inspection.health.past import Past
from inspection.health.result import Result

TITLES = {
    "subjects": "每个对象被抽中的次数",
    "repeats": "抽中过的对象再被抽中",
    "neighbours": "名录中相邻的对象同时抽中",
    "spacing": "抽中的对象在名录中的间隔",
    "load": "每名检查人员的检查次数",
    "rotation": "检查人员按名单轮转",
    "pairs": "同一检查人员遇到同一对象",
    "replaced": "抽取之后更换的对象和检查人员",
    "voids": "作废的抽取",
}
TESTS = tuple(TITLES)


@dataclass(frozen=True)
class Rule:
    """`alarm`: the bound on false alarms. `voided`: the share of voids that is tolerated once chance was supplied;
    `replaced`: of subjects and inspectors who fall out after the draw."""

    since: date
    alarm: float
    voided: float
    replaced: float
    renamings: int


@dataclass(frozen=True)
class Health:
    """`level`: a test raises the alarm at a p-value below it. `looks`: how often there was something new to look at."""

    results: tuple[Result, ...]
    level: float
    looks: int
    rule: Rule

    @property
    def alarms(self) -> tuple[str, ...]:
        return tuple(result.test for result in self.results if self.is_alarm(result))

    def is_alarm(self, result: Result) -> bool:
        return result.p < self.level


def assess(past: Sequence[Past], *, voided: int = 0, rule: Rule) -> Health:
    """Past draws in their order; `voided` counts the draws that were voided or lapsed after chance was supplied.

    The n-th look may use alarm ÷ (n(n+1)) and the tests share it equally. Over all looks that adds up to `alarm`, so
    that whoever looks after every draw, for ever, meets a false alarm at most that often.
    """
    looks = len(past) + voided
    results = (
        units.subjects(past),
        units.repeats(past),
        units.neighbours(past),
        units.spacing(past),
        inspectors.load(past),
        inspectors.rotation(past, renamings=rule.renamings),
        inspectors.pairs(past),
        _replaced(past, rule.replaced),
        _voids(looks, voided, rule.voided),
    )
    return Health(results, level(looks, rule), looks, rule)


def level(looks: int, rule: Rule) -> float:
    """The p-value below which a test raises the alarm at this look."""
    return rule.alarm / (len(TESTS) * looks * (looks + 1)) if looks else 0.0


def rule_on(day: date) -> Rule:
    """The rule that is in force on a day: the last one that has begun; the first one before any has."""
    begun = [rule for rule in _rules() if rule.since <= day]
    return begun[-1] if begun else _rules()[0]


@cache
def _rules() -> tuple[Rule, ...]:
    document = tomllib.loads((files("inspection.health") / "health.toml").read_text("utf-8"))
    return tuple(
        Rule(entry["from"], entry["alarm"], entry["voided"], entry["replaced"], entry["renamings"])
        for entry in document["rule"]
    )


def _replaced(past: Sequence[Past], tolerated: float) -> Result:
    """More fell out after the draw than is tolerated: the way to a friend, who comes in when enough others are taken off.

    Between two draws the count only grows, so that the last look before the next draw is the only one that counts.
    """
    places = sum(1 + len(team) for one in past for _, team in one.teams)
    observed = sum(one.replaced for one in past)
    if not places:
        return Result("replaced", 1.0, observed, 0.0, cases=0)
    counts = chances.fallen(places, tolerated)
    return Result("replaced", chances.tails(counts, observed).high, observed, counts.mean, cases=places)


def _voids(draws: int, voided: int, tolerated: float) -> Result:
    """More voids than are tolerated (binomial)."""
    counts = chances.trials((tolerated,) * draws)
    return Result("voids", chances.tails(counts, voided).high, voided, counts.mean, cases=draws)

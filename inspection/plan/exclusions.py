"""Why a unit of the population is not drawn from. Pure: facts in, a coded ground and its evidence out.

优化营商环境条例 art 54: only what stands on the published list is drawn, and inspections must not pile up on one subject.
A note names draws and days, which are public; it holds no reason that a person wrote. Frames of persons under
pseudonyms leave notes out: together with the published draws they would tell who is meant.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.credit.catalogue import add_months

GROUNDS = {
    "matter_not_listed": "抽查事项当日不在公布的清单中",
    "outside_scope": "不在本次定向抽查的范围内",
    "yearly_cap": "本年度检查次数已达上限",
    "same_matter": "规定间隔内已按同一事项抽查",
}


@dataclass(frozen=True)
class Past:
    """That a subject was drawn before and not replaced: in which draw (public id), as of which day, for which matters
    (codes). Selections that are carried out as one visit (综合查一次) bear one number in `visit`.

    `told` is False while the draw is sealed: it counts, and no note names it.
    """

    draw: str
    on: date
    visit: int
    matters: Collection[str]
    told: bool = True


@dataclass(frozen=True)
class Scope:
    """Whom a directed task (定向) is about: units of these districts (GB/T 2260) and strata; empty means all."""

    districts: Sequence[str] = ()
    strata: Sequence[str] = ()

    @classmethod
    def read(cls, stored: Mapping[str, Sequence[str]] | None) -> "Scope":
        """As a task or an entry of a plan keeps it; None is a task about everybody (不定向)."""
        return (
            cls(**{name: tuple(stored.get(name, ())) for name in ("districts", "strata")})
            if stored
            else cls()
        )


@dataclass(frozen=True)
class Limits:
    """What the task of a draw asks. `unlisted` says why its matters do not stand on the list, None where they do;
    `repeat_months` has, by code of a matter, how long whoever was drawn under it is left out; `cap` visits a year."""

    unlisted: str | None
    repeat_months: Mapping[str, int]
    cap: int | None
    scope: Scope = Scope()


@dataclass(frozen=True)
class Exclusion:
    ground: str
    note: str | None


def exclusion(
    limits: Limits, past: Sequence[Past], *, stratum: str, district: str | None, on: date
) -> Exclusion | None:
    """Why a practising unit is left out of the draw of the day `on`; None for one that is drawn from."""
    if limits.unlisted is not None:
        return Exclusion("matter_not_listed", limits.unlisted)
    scope = limits.scope
    if (scope.districts and district not in scope.districts) or (
        scope.strata and stratum not in scope.strata
    ):
        return Exclusion("outside_scope", None)
    year = [one for one in past if one.on.year == on.year]
    if limits.cap is not None and len({one.visit for one in year}) >= limits.cap:
        return Exclusion("yearly_cap", _evidence(f"{on.year} 年以 {limits.cap} 次为限", year))
    for code, months in sorted(limits.repeat_months.items()):
        recent = [one for one in past if code in one.matters and add_months(one.on, months) > on]
        if recent:
            return Exclusion("same_matter", _evidence(f"{code} 间隔 {months} 个月", recent))
    return None


def _evidence(limit: str, past: Sequence[Past]) -> str:
    named = "、".join(f"{one.on.isoformat()} 抽取 {one.draw}" for one in past if one.told)
    return f"{limit}：{named}" if named else limit

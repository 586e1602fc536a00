"""What requests.toml beside this module says, and what follows from it alone. Pure."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILE: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("requests.toml").read_text("utf-8"))

PREFIX: str = _FILE["prefix"]
RATE: str = _FILE["rate"]
LOOK_UP_RATE: str = _FILE["look_up_rate"]
KEEP_MONTHS: int = _FILE["keep_months"]
CONVERT_PERCENT: int = _FILE["convert_percent"]
CHECKED: bool = _FILE["checked"]
TERMS: Mapping[str, int] = _FILE["terms"]
"""Working days by name: correct, correction, answer, extend, third_party, pay."""
APPLICANTS: Mapping[str, str] = _FILE["applicants"]
ID_KINDS: Mapping[str, str] = _FILE["id_kinds"]
DELIVERIES: Mapping[str, str] = _FILE["deliveries"]
FEE_BASIS: str = _FILE["fees"]["basis"]
ROWS: Mapping[str, str] = {row["code"]: row["title"] for row in _FILE["rows"]}
"""The lines of the annual report's table, in order."""
KEPT_BACK: Mapping[str, str] = _FILE["kept_back"]


@dataclass(frozen=True)
class Decision:
    """One way in which a request may end; `row` is its line of the annual report."""

    code: str
    row: str
    title: str
    article: str
    provides: bool = False
    review_first: bool = False
    lapsed: str | None = None
    no_remedy: bool = False

    @property
    def remedy(self) -> str | None:
        """What the applicant may do against it, in the words of the answer."""
        if self.no_remedy:
            return None
        return str(_FILE["remedies"]["review_first" if self.review_first else "choice"])

    @property
    def basis(self) -> str:
        if not self.article or not self.article.startswith("第"):
            return self.article
        return f"《中华人民共和国政府信息公开条例》{self.article}"


DECISIONS: Mapping[str, Decision] = {table["code"]: Decision(**table) for table in _FILE["decisions"]}
PROVIDING: frozenset[str] = frozenset(code for code, one in DECISIONS.items() if one.provides)


def decisions(state: str, *, lapsed: bool) -> Mapping[str, str]:
    """What may be decided in this state, with titles; `lapsed` says that the applicant's own term is over."""
    if state in ("correcting", "unpaid"):
        found = {
            code: one.title
            for code, one in DECISIONS.items()
            if code == "withdrawn" or (lapsed and one.lapsed == state)
        }
    else:
        found = {code: one.title for code, one in DECISIONS.items() if one.lapsed is None}
    return found


def by_count(month: int) -> int:
    """Yuan for the `month`-th request of one applicant in a calendar month (国办函〔2020〕109号, 按件计收)."""
    return _total(_FILE["fees"]["count"], month) - _total(_FILE["fees"]["count"], month - 1)


def by_pages(pages: int) -> int:
    """Yuan for the pages (A4) of one request (国办函〔2020〕109号, 按量计收)."""
    return _total(_FILE["fees"]["pages"], pages)


def _total(tiers: Sequence[Mapping[str, int]], units: int) -> int:
    total = 0
    for place, tier in enumerate(tiers):
        until = tiers[place + 1]["over"] if place + 1 < len(tiers) else units
        charged = max(0, min(units, until) - tier["over"])
        total += charged * tier["each"]
        if step := tier.get("step"):
            # Every further step of units costs more than the one before.
            total += sum(max(0, charged - past) for past in range(step, charged, step)) * tier["more"]
    return total

"""裁量基准: the tiers of a discretion benchmark, and in which tier a penalty that was made lies. Pure.

A tier is a line `档次｜适用情形｜裁量幅度`, from the lightest to the heaviest (行政处罚法第三十四条：依法制定行政处罚裁量基准). A
fourth part says by what a published decision is recognised: kinds of penalty as CF_CFLB has them, joined by 、, a fine with
its range in 万元 as CF_NR_FK counts it (`警告、罚款 0.5-1`). A tier without it is shown, and no decision is counted in it.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from registry.roster.cells import CellFault

_FINE = re.compile(r"(罚款)\s*(\d+(?:\.\d{1,6})?)\s*[-–—~至]\s*(\d+(?:\.\d{1,6})?)")
_KIND = re.compile(r"[\u4e00-\u9fff‑-]{2,20}")


@dataclass(frozen=True)
class Tier:
    """`kinds` must all be among a decision's kinds, and its fine, in 万元, lies from `least` to `most`, both included."""

    name: str
    circumstances: str
    range: str
    kinds: frozenset[str] = frozenset()
    least: Decimal | None = None
    most: Decimal | None = None

    def fits(self, kinds: frozenset[str], fine: Decimal | None) -> bool:
        """Whether a decision of these kinds lies in this tier; never, of a tier that does not say how it is recognised."""
        if not self.kinds or not self.kinds <= kinds:
            return False
        if self.least is None or self.most is None:
            return True
        return fine is not None and self.least <= fine <= self.most


def read_tiers(text: str) -> tuple[Tier, ...]:
    """The tiers of a text, a line each. Raises CellFault `tier-parts`, `tier-name` or `tier-match`."""
    tiers = tuple(_tier(line) for line in text.splitlines() if line.strip())
    if len({tier.name for tier in tiers}) != len(tiers):
        raise CellFault("tier-name", "裁量基准有两档同名")
    return tiers


def tier_of(tiers: Sequence[Tier], columns: Mapping[str, str]) -> str | None:
    """The name of the heaviest tier in which a penalty lies, by its columns of the 2018 standard; None if in none."""
    kinds = frozenset(filter(None, re.split(r"[;；、,，\s]+", columns.get("CF_CFLB", ""))))
    try:
        fine = Decimal(columns["CF_NR_FK"]) if columns.get("CF_NR_FK") else None
    except InvalidOperation:
        fine = None
    return next((tier.name for tier in reversed(tiers) if tier.fits(kinds, fine)), None)


def _tier(line: str) -> Tier:
    parts = [part.strip() for part in re.split(r"[｜|]", line)]
    if len(parts) not in (3, 4) or not all(parts[:3]):
        raise CellFault("tier-parts", "裁量基准每行写“档次｜适用情形｜裁量幅度”，可再加“｜对照”")
    name, circumstances, most_of = parts[:3]
    if len(name) > 40:
        raise CellFault("tier-name", "档次的名称不超过 40 字")
    return Tier(name, circumstances, most_of, *_recognised(parts[3] if len(parts) == 4 else ""))


def _recognised(text: str) -> tuple[frozenset[str], Decimal | None, Decimal | None]:
    kinds: set[str] = set()
    least = most = None
    for word in filter(None, (part.strip() for part in re.split("[、，,]", text))):
        if fine := _FINE.fullmatch(unicodedata.normalize("NFKC", word)):
            kinds.add(fine[1])
            least, most = Decimal(fine[2]), Decimal(fine[3])
        elif _KIND.fullmatch(word):
            kinds.add(word)
        else:
            raise CellFault(
                "tier-match", "对照写处罚类别，以顿号分开，罚款带万元为单位的幅度，例如“警告、罚款 0.5-1”"
            )
    if least is not None and most is not None and least > most:
        raise CellFault("tier-match", "罚款幅度的下限高于上限")
    return frozenset(kinds), least, most

"""Who may sit where: the eligible inspectors as bit masks (spec section 5.1).

Bit n of every mask is the n-th eligible inspector in the order of ids, so that the lower bit is the smaller id.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple


class Seating(NamedTuple):
    """The eligible inspectors and what keeps each from a unit. Masks are integers."""

    inspectors: tuple[str, ...]
    size: int
    leads: int  # who may sit on seat 0: everybody, where no lead is required
    certified: Mapping[str, int]  # by kind of unit
    resident: Mapping[str, int]  # by district; empty where the district does not matter
    recused: Mapping[str, int]  # by unit

    def may_sit(self, unit: Mapping[str, Any], *, recusals: bool = True) -> int:
        """The inspectors who may sit on some seat of the unit; on seat 0 only those of them in `leads`."""
        mask = self.certified.get(unit["kind"], 0)
        if self.resident and unit["district"] is not None:
            mask &= ~self.resident.get(unit["district"], 0)
        if recusals and unit["id"] in self.recused:
            mask &= ~self.recused[unit["id"]]
        return mask

    def staffable(self, mask: int) -> bool:
        """Whether these inspectors fill every seat of one unit: enough of them, and one for seat 0."""
        return mask.bit_count() >= self.size and mask & self.leads != 0


def seat(team: Mapping[str, Any], inspectors: Sequence[Mapping[str, Any]]) -> Seating:
    """The seating of a frame's `team` and `inspectors`, both already checked."""
    eligible = [inspector for inspector in inspectors if inspector["status"] == "eligible"]
    everybody = (1 << len(eligible)) - 1
    certified: dict[str, int] = {}
    resident: dict[str, int] = {}
    recused: dict[str, int] = {}
    leads = 0 if team["lead_required"] else everybody
    for n, inspector in enumerate(eligible):
        bit = 1 << n
        _mark(certified, inspector["kinds"], bit)
        _mark(recused, inspector["recused"], bit)
        if team["cross_district"] and inspector["district"] is not None:
            _mark(resident, (inspector["district"],), bit)
        if inspector["lead"]:
            leads |= bit
    return Seating(
        inspectors=tuple(inspector["id"] for inspector in eligible),
        size=team["size"],
        leads=leads,
        certified=certified,
        resident=resident,
        recused=recused,
    )


def _mark(masks: dict[str, int], keys: Collection[str], bit: int) -> None:
    for key in keys:
        masks[key] = masks.get(key, 0) | bit

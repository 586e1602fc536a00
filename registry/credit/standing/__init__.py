"""Standing: the grade that a dated rule set makes of somebody's events, with a reason for each of them."""

from registry.credit.standing.keep import refresh

__all__ = ["refresh"]

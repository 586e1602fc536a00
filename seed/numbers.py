"""Numbers with valid check digits that belong to nobody.

Resident IDs use the region code of a province as a whole, 310000, which is never issued to a person.
"""

from datetime import date
from random import Random

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def uscc(kind: str, region: str, serial: int) -> str:
    """A unified social credit code (GB 32100): `kind` its first two characters, `serial` below 10^8."""
    body = f"{serial:08d}"
    rest = (11 - sum(int(d) * w for d, w in zip(body, _ORGANISATION_WEIGHTS, strict=True)) % 11) % 11
    head = f"{kind}{region}{body}{'X' if rest == 10 else rest}"
    total = sum(_USCC_ALPHABET.index(c) * w for c, w in zip(head, _USCC_WEIGHTS, strict=True))
    return head + _USCC_ALPHABET[(31 - total % 31) % 31]


def resident_id(chance: Random, born: date, *, female: bool) -> str:
    """A resident identity number (GB 11643) of the unissued region 310000."""
    order = chance.randrange(0, 999, 2) + (0 if female else 1)
    body = f"310000{born:%Y%m%d}{order:03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _ID_WEIGHTS, strict=True)) % 11]


def lawyer_licence(district: str, year: int, category: int, serial: int, *, female: bool) -> str:
    """A 17-digit lawyer's licence number; the last six digits are the person's for life."""
    return f"1{district[:2]}{district[4:6]}{year}{category}{int(female)}{serial:06d}"


def mobile(chance: Random) -> str:
    """A number of the 19900 block's shape, for tests of masking only."""
    return f"199{chance.randrange(10**8):08d}"

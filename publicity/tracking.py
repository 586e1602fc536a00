"""What somebody without an account keeps of a matter: a number that says nothing, and a code that opens its state.

The code is made of the record's id and the installation's key and stored nowhere, so that it can be told again to whoever
sends the same form twice, and no copy of the database opens anything.
"""

import hmac

from registry.kernel.work import WorkSession

_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs that nobody takes for another when they are read out or copied by hand: no 0, 1, I, O."""
_NUMBER, _CODE = 6, 12


def number(session: WorkSession, prefix: str) -> str:
    """`TS20261120-K7Q4M2`: the day, and 30 random bits that do not tell how many came before."""
    drawn = "".join(_SIGNS[byte % len(_SIGNS)] for byte in session.random(_NUMBER))
    return f"{prefix}{session.today:%Y%m%d}-{drawn}"


def code(session: WorkSession, record: str) -> str:
    """The code of the record with this public id: 60 bits in three groups of four signs."""
    rest = int(session.keys.blind(record, "tracking")[:15], 16)
    signs = []
    for _ in range(_CODE):
        rest, sign = divmod(rest, len(_SIGNS))
        signs.append(_SIGNS[sign])
    return "-".join("".join(signs[start : start + 4]) for start in range(0, _CODE, 4))


def opens(session: WorkSession, record: str | None, typed: str) -> bool:
    """Whether `typed` is the record's code, however it is spaced. Of an unknown record (None) it takes as long and is False."""
    expected = read(code(session, record or "nobody"))
    return hmac.compare_digest(expected.encode(), read(typed).encode()) and record is not None


def written(typed: str) -> str:
    """A number as it is stored, however it was typed."""
    plain = read(typed)
    return f"{plain[:-_NUMBER]}-{plain[-_NUMBER:]}"


def read(typed: str) -> str:
    """A number or code as it is compared: without spaces and hyphens, in capitals."""
    return "".join(typed.split()).replace("-", "").upper()[:40]

"""Canonical bytes. What is hashed is these bytes, kept as they are; nothing is ever re-encoded to be verified."""

import hashlib

import rfc8785


def canonical(value: object) -> bytes:
    """RFC 8785 (JCS) bytes of a JSON value. Raises ValueError for what has no canonical form.

    Integers beyond 2^53, NaN and lone surrogates have none; floats are refused too, because no fact we keep is one
    and two languages that print the same float differently would break a proof.
    """
    _refuse_floats(value)
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise ValueError(f"no canonical form: {error}") from error


def salted_digest(salt: bytes, body: bytes) -> str:
    """Hex SHA-256 over the salt's bytes, then the body's: a commitment that tells nothing once the salt is gone."""
    return hashlib.sha256(salt + body).hexdigest()


def _refuse_floats(value: object) -> None:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, float):
            raise ValueError("no canonical form: a fraction; keep amounts as decimal text")
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, (list, tuple)):
            stack.extend(item)

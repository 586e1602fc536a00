"""The Merkle map behind the certificate: exactly one of presence and absence verifies under a root, whoever made it."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publicity.proving.merkle_map import EMPTY, Entry, InvalidProof, Proof, prove, proven, root


def hashed(number: int) -> bytes:
    return sha256(str(number).encode()).digest()


def near(number: int) -> bytes:
    """Keys that share their first 240 bits and more."""
    return bytes(30) + number.to_bytes(2, "big")


KEYS = st.integers(0, 60).map(hashed) | st.integers(0, 60).map(near)
MAPS = st.dictionaries(KEYS, st.integers(0, 5).map(hashed), max_size=40)


@given(MAPS, KEYS)
def test_every_key_is_proven_to_have_its_value_or_none(entries: dict[bytes, bytes], key: bytes) -> None:
    assert proven(root(entries), key, prove(entries, key)) == entries.get(key)


@given(MAPS, KEYS, st.data())
def test_an_altered_proof_proves_nothing_else(
    entries: dict[bytes, bytes], key: bytes, data: st.DataObject
) -> None:
    """Whatever is done to a proof, the root does not open to another answer."""
    siblings, terminal = prove(entries, key)
    done = list(siblings)
    change = data.draw(st.sampled_from(["drop", "add", "swap", "byte", "terminal", "none"]))
    if change == "drop" and done:
        del done[data.draw(st.integers(0, len(done) - 1))]
    elif change == "add":
        done.insert(
            data.draw(st.integers(0, len(done))), data.draw(st.sampled_from([EMPTY, hashed(1), *done]))
        )
    elif change == "swap":
        done = data.draw(st.permutations(done))
    elif change == "byte" and done:
        at = data.draw(st.integers(0, len(done) - 1))
        done[at] = bytes([done[at][0] ^ 1]) + done[at][1:]
    elif change == "terminal":
        terminal = Entry(data.draw(KEYS), data.draw(st.integers(0, 5).map(hashed)))
    elif change == "none":
        terminal = None
    try:
        answer = proven(root(entries), key, Proof(tuple(done), terminal))
    except InvalidProof:
        return
    assert answer == entries.get(key)


@given(MAPS, st.integers(0, 60).map(hashed), st.integers(6, 9).map(hashed))
def test_one_entry_more_changes_the_root(entries: dict[bytes, bytes], key: bytes, value: bytes) -> None:
    assert root({**entries, key: value}) != root(entries)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ({}, "00" * 32),
        ({bytes(32): bytes(32)}, "98ce42deef51d40269d542f5314bef2c7468d401ad5d85168bfab4c0108f75f7"),
        (
            {
                b"\x00" * 32: b"\x01" * 32,
                b"\x80" + b"\x00" * 31: b"\x02" * 32,
                b"\xc0" + b"\x00" * 31: b"\x03" * 32,
            },
            "6db5349e21fdf0ab71ae513ab5c910c2b635f7e27ed3a16b48d58f4ff658a623",
        ),
    ],
    ids=["nobody", "one", "three"],
)
def test_roots_stay_what_they_are(entries: dict[bytes, bytes], expected: str) -> None:
    """Vectors: a certificate in somebody's drawer is checked by these bytes for years."""
    assert root(entries).hex() == expected


def test_a_proof_of_no_sensible_length_is_refused() -> None:
    with pytest.raises(InvalidProof):
        proven(EMPTY, hashed(1), Proof((EMPTY,) * 257, None))
    with pytest.raises(InvalidProof):
        proven(EMPTY, b"short", Proof((), None))
    with pytest.raises(ValueError, match="32 bytes"):
        root({b"short": EMPTY})

"""What is hashed is canonical JSON (RFC 8785), and what has no canonical form is refused before it is signed."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.canon import canonical, salted_digest

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_the_bytes_of_rfc_8785() -> None:
    """RFC 8785 section 3.2.3: members sorted by UTF-16 code units; 3.2.2.2: the shortest escapes."""
    members = {
        "\u20ac": "Euro",
        "\r": "CR",
        "\ufb33": "Dalet",
        "1": "One",
        "\U0001f600": "Smile",
        "\x80": "Ctl",
        "ö": "o",
    }
    order = ["\r", "1", "\x80", "ö", "\u20ac", "\U0001f600", "\ufb33"]
    expected = (
        "{"
        + ",".join(f'"{key if key != chr(13) else chr(92) + "r"}":"{members[key]}"' for key in order)
        + "}"
    )
    assert canonical(members) == expected.encode()
    assert (
        canonical(['\u000f\n/"\\', "中", None, True, 0]) == '["\\u000f\\n/\\"\\\\","中",null,true,0]'.encode()
    )


@given(VALUES)
def test_one_value_has_one_form(value: object) -> None:
    once = canonical(value)
    assert canonical(json.loads(once)) == once


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        {"amount": [0.1]},
        float("nan"),
        2**53 + 1,
        "\ud800",
        {"\udfff": 1},
        {1: "number"},
        {1, 2},
        b"bytes",
    ],
    ids=repr,
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="no canonical form"):
        canonical(value)


def test_a_digest_is_over_the_salt_and_then_the_body() -> None:
    assert salted_digest(b"salt", b"body") == hashlib.sha256(b"saltbody").hexdigest()

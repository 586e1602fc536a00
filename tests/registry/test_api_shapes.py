"""Cursors, and what of a row goes out. Pure."""

from datetime import UTC, date, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, fields

from registry.kernel.secrets import Keyring
from registry.web.api import cursor
from registry.web.api.projection import projection


@given(place=st.one_of(st.integers(0, 2**53), st.text(), st.lists(st.integers(0, 9))), q=st.text(max_size=9))
def test_a_cursor_gives_back_the_place_it_was_made_of(place: object, q: str) -> None:
    keys = Keyring(fields={1: b"1" * 32}, index=b"2" * 32, root=b"3" * 32, origin="x")
    made = cursor.written(keys, {"q": q}, place)
    assert cursor.read(keys, {"q": q}, made) == place
    assert made.isascii()


class InnerSchema(Schema):
    id = fields.String(attribute="public_id")
    since = fields.Date()


class OuterSchema(Schema):
    id = fields.String(attribute="public_id")
    at = fields.AwareDateTime()
    inner = fields.Nested(InnerSchema, allow_none=True)
    inners = fields.List(fields.Nested(InnerSchema))
    more = fields.Nested(InnerSchema, many=True)
    words = fields.List(fields.String())
    number = fields.Integer()


def test_what_goes_out_is_what_the_schema_would_write_and_nothing_more() -> None:
    inner = {"public_id": "b", "since": date(2026, 3, 1), "secret": "x"}
    rows: tuple[dict[str, object], ...] = (
        {"inner": inner, "inners": [inner, inner], "more": [inner], "words": ("a", "b"), "number": 3},
        {"inner": None, "inners": [], "more": [], "words": [], "number": None},
    )
    for row in rows:
        whole = {"public_id": "a", "at": datetime(2026, 3, 1, 9, 30, 0, 5, tzinfo=UTC), "secret": "x", **row}
        written = orjson.loads(orjson.dumps(projection(OuterSchema)(whole)))
        assert written == OuterSchema().dump(whole)
        assert "secret" not in orjson.dumps(written).decode()


def test_a_field_that_nobody_knows_how_to_write_is_found_at_start() -> None:
    class OddSchema(Schema):
        address = fields.IP()

    with pytest.raises(TypeError):
        projection(OddSchema)

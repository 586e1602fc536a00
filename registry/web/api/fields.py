"""Fields read strictly: what a lenient reader guesses, two readers guess differently."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate
from werkzeug.datastructures import MultiDict

LARGEST_PAGE = 200
_ID = re.compile(r"^[a-z2-7]{16}\Z")
EXAMPLE_ID = "mfrggzdfmztwq2lk"


class Count(fields.Integer):
    """A whole number in an address: ASCII digits alone, so neither `1_0` nor `+1`, ` 1` nor full-width digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> int:
        if not (isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value)):
            raise self.make_error("invalid")
        return int(value)


class Flag(fields.Boolean):
    """`true` or `false`: the words in an address, the values in a body."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> bool:
        found = {"true": True, "false": False}.get(value) if isinstance(value, str) else value
        if not isinstance(found, bool):
            raise self.make_error("invalid")
        return found


class Day(fields.Date):
    """A calendar day as `2026-03-01` and in no other of ISO 8601's forms."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> date:
        if not (isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)):
            raise self.make_error("invalid", input=value, obj_type="date")
        try:
            day = date.fromisoformat(value)
        except ValueError as error:
            raise self.make_error("invalid", input=value, obj_type="date") from error
        # As in registry.roster.cells: a year outside is a slip, and terms are counted from what is taken.
        if day.year not in range(1900, 2100):
            raise self.make_error("invalid", input=value, obj_type="date")
        return day


class Typed(fields.Field[list[str]]):
    """What somebody types into a form's field: a text, or several where several may be chosen."""

    def __init__(self, **more: Any) -> None:
        word = {"type": "string", "maxLength": 4000}
        shape = {"oneOf": [word, {"type": "array", "items": word, "maxItems": 50}]}
        super().__init__(metadata=shape, **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> list[str]:
        texts = value if isinstance(value, list) else [value]
        if len(texts) > 50 or not all(isinstance(one, str) and len(one) <= 4000 for one in texts):
            raise ValidationError("应为文字或文字的数组")
        for one in texts:
            writable(one)
        return texts


def writable(given: str) -> None:
    """PostgreSQL stores no NUL, a lone surrogate has no UTF-8, and no text that a person means has either."""
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in given):
        raise ValidationError("含有无法保存的字符")


def text(longest: int, *, shortest: int = 0, **more: Any) -> fields.String:
    """A text of a body, of `shortest` to `longest` characters."""
    return fields.String(validate=(validate.Length(min=shortest or None, max=longest), writable), **more)


def public_id(*, metadata: Mapping[str, Any] | None = None, **more: Any) -> fields.String:
    """The id of a record, as everything here is named."""
    return fields.String(
        validate=validate.Regexp(_ID, error="String does not match expected pattern."),
        metadata={"examples": [EXAMPLE_ID], **(metadata or {})},
        **more,
    )


class Query(Schema):
    """What an address may ask; anything else in it, or anything twice, is refused."""

    class Meta:
        unknown = RAISE

    @pre_load
    def _once(self, given: Mapping[str, Any], **_more: Any) -> Mapping[str, Any]:
        asked: MultiDict[str, str] = getattr(given, "data", None) or MultiDict()
        if twice := [name for name, values in asked.lists() if len(values) > 1]:
            raise ValidationError({name: ["只能出现一次"] for name in twice})
        return given


class PageQuery(Query):
    """A page of a list: `after` is the `next` of the page before."""

    after = fields.String(
        load_default=None,
        validate=validate.Length(min=1, max=400),
        metadata={"description": "上一页的 next；其余条件须与上一页相同"},
    )
    limit = Count(
        load_default=50,
        validate=validate.Range(1, LARGEST_PAGE),
        metadata={"description": "每页条数"},
    )


class Body(Schema):
    """What a request may bring; anything else in it is refused. `example` is one for the OpenAPI document."""

    example: ClassVar[Mapping[str, Any]] = {}

    class Meta:
        unknown = RAISE

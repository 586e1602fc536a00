"""Reads catalogue.toml and refuses it, at start, with the line of each fault. Pure."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from registry.credit.catalogue_fields import TYPES

PATH = Path(__file__).with_name("catalogue.toml")
_HEADING = re.compile(r"^\s*\[\[([a-z_.]+)\]\]", re.M)
_SUBJECTS = validate.OneOf(("practitioner", "organisation"))
_NAME = validate.Regexp(r"^[A-Za-z][A-Za-z0-9_]*$")


class CatalogueInvalid(Exception):
    """`faults` are lines such as `catalogue.toml:31: kind award: months: …`."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class _When(Schema):
    field = fields.String(required=True)
    is_ = fields.List(fields.String(), required=True, data_key="is", validate=validate.Length(min=1))


class _Field(Schema):
    code = fields.String(required=True, validate=_NAME)
    title = fields.String(required=True)
    type = fields.String(required=True, validate=validate.OneOf(TYPES))
    required = fields.Boolean()
    hint = fields.String()
    choices = fields.List(fields.String(), validate=validate.Length(min=1))
    choices_for = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    least = fields.Float()
    most = fields.Float()
    unit = fields.String()
    initial = fields.String()
    subjects = fields.List(fields.String())
    when = fields.Nested(_When)
    once = fields.Boolean()

    @validates_schema
    def _agrees(self, table: Mapping[str, Any], **_: Any) -> None:
        if (table.get("type") in ("choice", "choices")) != ("choices" in table):
            raise ValidationError("choices go with the types choice and choices alone", "choices")
        if table.get("least", 0) > table.get("most", float("inf")):
            raise ValidationError("least is more than most", "least")


class _Kind(Schema):
    code = fields.String(required=True, validate=_NAME)
    title = fields.String(required=True)
    polarity = fields.String(required=True, validate=validate.OneOf(("positive", "negative", "neutral")))
    subjects = fields.List(fields.String(validate=_SUBJECTS), required=True, validate=validate.Length(min=1))
    basis = fields.String(required=True)
    releasable = fields.Boolean(required=True)
    months = fields.List(fields.Integer(validate=validate.Range(0, 600)), validate=validate.Length(equal=2))
    term = fields.String(validate=validate.Equal("class"))
    permission = fields.String(required=True)
    offered = fields.Boolean()
    offered_to = fields.List(fields.String())
    document = fields.String(validate=validate.OneOf(("must", "may", "none")))
    day_title = fields.String()
    authority_title = fields.String()
    summary = fields.String()
    before_licence = fields.Boolean()
    field = fields.List(fields.Nested(_Field))

    @validates_schema
    def _agrees(self, table: Mapping[str, Any], **_: Any) -> None:
        if ("months" in table) == ("term" in table):
            raise ValidationError('either months or term = "class"', "months")
        if "months" in table and 0 < table["months"][1] < table["months"][0]:
            raise ValidationError("the shortest publication is longer than the longest", "months")
        codes = [field["code"] for field in table.get("field", ()) if "code" in field]
        if len(codes) != len(set(codes)):
            raise ValidationError("two fields of one code", "field")
        for place, field in enumerate(table.get("field", ())):
            if field.get("when", {}).get("field", codes[0] if codes else "") not in codes[:place] + codes[:1]:
                raise ValidationError({"field": {place: {"when": ["names no earlier field"]}}})
        if wild := set(re.findall(r"\{(\w+)\}", table.get("summary", ""))) - set(codes):
            raise ValidationError(f"no field {', '.join(sorted(wild))}", "summary")


class _Rule(Schema):
    public = fields.Boolean(required=True)
    months = fields.List(fields.Integer(), required=True, validate=validate.Length(equal=2))


class _Regime(Schema):
    title = fields.String(required=True)
    from_ = fields.Date(data_key="from")
    until = fields.Date()
    light = fields.Nested(_Rule, required=True)
    class_ = fields.Dict(
        keys=fields.String(validate=validate.OneOf(("轻微", "一般", "严重"))),
        values=fields.Nested(_Rule),
        data_key="class",
        required=True,
        validate=validate.Length(equal=3),
    )


class _Catalogue(Schema):
    version = fields.String(required=True)
    kind = fields.List(fields.Nested(_Kind), required=True)
    regime = fields.List(fields.Nested(_Regime), required=True, validate=validate.Length(min=1))
    grades = fields.List(fields.Dict(), required=True)
    classes = fields.List(fields.Dict(), required=True)

    @validates_schema
    def _agrees(self, tables: Mapping[str, Any], **_: Any) -> None:
        codes = [kind["code"] for kind in tables.get("kind", ()) if "code" in kind]
        for place, code in enumerate(codes):
            if code in codes[:place]:
                raise ValidationError({"kind": {place: {"code": ["a kind of this code stands above"]}}})
        regimes = tables.get("regime", ())
        for place, (before, after) in enumerate(pairwise(regimes)):
            if "until" not in before or before["until"] + timedelta(days=1) != after.get("from_"):
                raise ValidationError({"regime": {place + 1: {"from": ["not the day after the one before"]}}})
        if regimes and ("from_" in regimes[0] or "until" in regimes[-1]):
            raise ValidationError({"regime": {0: {"from": ["the first has no from, the last no until"]}}})


def read(text: str) -> dict[str, Any]:
    """The tables of a catalogue. Raises CatalogueInvalid naming the line of every fault."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueInvalid([f"catalogue.toml: {error}"]) from error
    faults = _Catalogue().validate(_plain(tables))
    if faults:
        lines = _lines(text)
        raise CatalogueInvalid(
            [f"catalogue.toml:{lines.get(place, 1)}: {told}" for place, told in _told(faults)]
        )
    return tables


def _plain(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Dates as ISO text, which is how marshmallow reads them."""
    regimes = [
        {name: value.isoformat() if name in ("from", "until") else value for name, value in regime.items()}
        for regime in tables.get("regime", ())
    ]
    return {**tables, "regime": regimes} if regimes else dict(tables)


Place = tuple[str, int, int]


def _lines(text: str) -> dict[Place, int]:
    """The line of each table's heading, by name, number and number of the field within it (-1 for the table)."""
    found: dict[Place, int] = {}
    counts: dict[str, int] = {}
    field = -1
    for heading in _HEADING.finditer(text):
        line = text.count("\n", 0, heading.start(1)) + 1
        name = heading[1]
        if name == "kind.field":
            field += 1
            found["kind", counts.get("kind", 1) - 1, field] = line
        else:
            counts[name] = counts.get(name, 0) + 1
            field = -1
            found[name, counts[name] - 1, -1] = line
    return found


def _told(faults: Mapping[Any, Any], path: tuple[Any, ...] = ()) -> Iterator[tuple[Place, str]]:
    for key, value in faults.items():
        here = (*path, key)
        if isinstance(value, Mapping):
            yield from _told(value, here)
        else:
            number = here[1] if len(here) > 1 and isinstance(here[1], int) else 0
            field = here[3] if len(here) > 3 and here[2] == "field" and isinstance(here[3], int) else -1
            messages = value if isinstance(value, list) else [value]
            yield (str(here[0]), number, field), f"{'.'.join(map(str, here))}: {' '.join(map(str, messages))}"

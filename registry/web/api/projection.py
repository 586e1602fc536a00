"""What of a row goes out: the fields that a schema names, and no other.

`projection(schema)` is `schema.dump` compiled once. A page of 200 rows costs marshmallow more than reading it does.
"""

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter, itemgetter
from typing import Any

from marshmallow import Schema, fields

Projection = Callable[[Any], Any]
# orjson writes these as marshmallow's own fields would.
_PLAIN = (
    fields.String,
    fields.Integer,
    fields.Boolean,
    fields.Date,
    fields.AwareDateTime,
    fields.Dict,
    fields.Constant,
)


def projection(schema: type[Schema]) -> Projection:
    """A function from a row (an object or a mapping) to the dictionary of what the schema shows of it.

    Dates and aware times stay values, which orjson writes in ISO 8601. Raises TypeError for a kind of field that it does
    not know; None stays None.
    """
    declared = schema().fields
    names = tuple(field.data_key or name for name, field in declared.items())
    sources = tuple(field.attribute or name for name, field in declared.items())
    inner = {
        place: within
        for place, field in enumerate(declared.values())
        if (within := _inner(field)) is not None
    }
    of_object, of_mapping = _getter(attrgetter, sources), _getter(itemgetter, sources)

    def project(row: Any) -> Any:
        if row is None:
            return None
        values = of_mapping(row) if isinstance(row, Mapping) else of_object(row)
        if inner:
            shown = list(values)
            for place, show in inner.items():
                shown[place] = show(shown[place])
            values = tuple(shown)
        return dict(zip(names, values, strict=True))

    return project


def _getter(maker: Callable[..., Any], sources: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    get: Callable[[Any], Any] = maker(*sources)
    return get if len(sources) > 1 else lambda row: (get(row),)


def _inner(field: fields.Field[Any]) -> Projection | None:
    if isinstance(field, fields.Nested):
        one = projection(type(field.schema))
        return (lambda rows: [one(row) for row in rows]) if field.many else one
    if isinstance(field, fields.List):
        within = _inner(field.inner)
        return _listed if within is None else lambda rows: [within(row) for row in rows]
    if not isinstance(field, _PLAIN):
        raise TypeError(f"no projection for {type(field).__name__}")
    return None


def _listed(words: Iterable[Any]) -> list[Any]:
    # A set has no order of its own; in that of its words, the same content has the same tag in every process.
    return sorted(words) if isinstance(words, frozenset) else list(words)

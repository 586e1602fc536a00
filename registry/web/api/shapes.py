"""Schemas that several concerns show: periods, places, and whom something is about."""

from marshmallow import Schema, fields, validate

from registry.roster import kinds
from registry.web.api.fields import public_id

SUBJECT_KINDS = ("practitioner", "organisation")


class WorkplaceSchema(Schema):
    """An organisation, named."""

    id = public_id(attribute="public_id", required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(tuple(kinds.ORGANISATION_KINDS)))
    district = fields.String(required=True, metadata={"description": "GB/T 2260 的六位代码"})


class PeriodSchema(Schema):
    """`value` held from `since` up to the day before `until`, which is null while it lasts."""

    value = fields.String(required=True)
    title = fields.String(required=True)
    since = fields.Date(required=True)
    until = fields.Date(required=True, allow_none=True)


class SubjectSchema(Schema):
    """Whom a fact is about. Both are null where nobody registered bears the name."""

    kind = fields.String(required=True, allow_none=True, validate=validate.OneOf(SUBJECT_KINDS))
    id = fields.String(attribute="public_id", required=True, allow_none=True)
    name = fields.String(required=True)

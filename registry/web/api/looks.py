"""Look-ups of personal data: what they must say, and the note they leave."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from registry.accounts import lookups
from registry.kernel.work import WorkSession
from registry.web.api.fields import Query


class LookUp(Query):
    purpose = fields.String(
        required=True,
        validate=validate.OneOf(tuple(lookups.PURPOSES)),
        metadata={"description": "查询事由，记入审计记录（个人信息保护法第六条、第五十四条）"},
    )


def noted(session: WorkSession, asked: Mapping[str, Any], verb: str, subject: str) -> None:
    """Names the look-up `verb` at `subject` (public id) as an act, with the purpose that the address told."""
    lookups.note(session, verb, subject, purpose=asked["purpose"])

"""A phone hands over what it holds: each operation is a unit of work of its own, in the phone's order.

Whatever breaks off in the middle, an operation is stored whole or not at all, and the phone sends the rest again. What was
stored already is known by its id and stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from inspection.visits.fieldwork.figures import FIGURES
from inspection.visits.fieldwork.note import ASIDE, Operation, note
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Fault, Invalid, NotFound
from registry.kernel.problems import schema_faults
from registry.kernel.work import Work

_TODO: Mapping[str, str] = {
    "file_missing": "upload",
    "finding_changed": "compare",
    "id_reused": "enter_again",
}


@dataclass(frozen=True)
class Answer:
    """What became of one operation.

    status     stored · known (it came before) · aside (kept, counts for nothing: `rule`) · conflict (not stored; `todo`:
               upload the file and send again, compare with what a colleague recorded, or wait) · refused (not stored, the
               phone keeps it for its writer)
    errors     the refused fields
    """

    id: str
    status: str
    rule: str | None = None
    message: str = ""
    todo: str | None = None
    position: int | None = None
    errors: Sequence[Mapping[str, str]] = ()


class _Operation(Schema):
    class Meta:
        unknown = RAISE

    id = fields.String(required=True, validate=validate.Regexp(r"\A[A-Za-z0-9-]{16,36}\Z"))
    visit = fields.String(required=True, validate=validate.Regexp(r"\A[a-z2-7]{16}\Z"))
    kind = fields.String(required=True, validate=validate.Length(max=16))
    content = fields.Dict(required=True)
    noted_at = fields.AwareDateTime(required=True)
    base = fields.Integer(strict=True, load_default=0, validate=validate.Range(0, 2**31 - 1))


class _Batch(Schema):
    class Meta:
        unknown = RAISE

    sent_at = fields.AwareDateTime(required=True)
    operations = fields.List(fields.Dict(), required=True, validate=validate.Length(max=FIGURES.batch))


def take(work: Work, actor: Actor, *, batch: object) -> list[Answer]:
    """Takes a batch: `{"sent_at": the phone's clock, "operations": [{id, visit, kind, content, noted_at, base}]}`.

    An operation that is refused holds up no other. Raises Invalid for what is no batch at all, Refused without the permission.
    """
    actor.require("visit.record")
    try:
        told = _Batch().load(batch)  # type: ignore[arg-type]  # anything may have been sent
    except ValidationError as refused:
        raise _invalid(refused) from None
    ahead = told["sent_at"] - work.clock.now()
    return [_one(work, actor, sent, ahead) for sent in told["operations"]]


def _one(work: Work, actor: Actor, sent: Mapping[str, Any], ahead: timedelta) -> Answer:
    name = sent.get("id") if isinstance(sent.get("id"), str) else ""
    try:
        operation = _operation(sent, ahead)
        with work.write(actor) as session:
            outcome = note(session, actor, operation=operation)
    except Conflict as fault:
        todo = _TODO.get(fault.rule)
        return Answer(str(name), "conflict" if todo else "refused", fault.rule, fault.title, todo)
    except NotFound as fault:
        return Answer(str(name), "refused", "unknown_visit", fault.title)
    except Fault as fault:
        told = [{"path": one.path, "rule": one.rule, "message": one.message} for one in fault.fields]
        return Answer(str(name), "refused", fault.rule, fault.title, errors=told)
    message = ASIDE[outcome.rule] if outcome.rule else ""
    return Answer(operation.id, outcome.status, outcome.rule, message, None, outcome.position)


def _operation(sent: Mapping[str, Any], ahead: timedelta) -> Operation:
    try:
        told = _Operation().load(sent)
    except ValidationError as refused:
        raise _invalid(refused) from None
    try:
        noted_at: datetime = told["noted_at"] - ahead
    except OverflowError:
        raise Invalid.field("noted_at", "range", "手机上的时间不对") from None
    return Operation(told["id"], told["visit"], told["kind"], told["content"], noted_at, told["base"])


def _invalid(refused: ValidationError) -> Invalid:
    faults = schema_faults({"": refused.messages}, "zh-CN")
    return Invalid("手机发来的内容无法读取", faults)

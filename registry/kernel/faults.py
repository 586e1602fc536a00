"""What can go wrong, named once. The host translates a fault once: a page for people, RFC 9457 for programs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


class Filled(str):
    """A Chinese sentence with its values in it, which knows both: `Filled("没有第 %(number)s 条", number=7)`. So it can be said
    again in another language, by whoever has its `message` in a catalogue."""

    __slots__ = ("message", "values")
    message: str
    values: Mapping[str, object]

    def __new__(cls, message: str, **values: object) -> "Filled":
        filled = super().__new__(cls, message % values)
        filled.message, filled.values = message, values
        return filled


@dataclass(frozen=True)
class FieldFault:
    """One refused field. `path` as in `columns.CF_WSH` or `rows[3].name`; `rule` is stable English; `message` Chinese."""

    path: str
    rule: str
    message: str


class Fault(Exception):
    """A refusal that its reader can act on. `title` is Chinese and safe to show; `rule` is a stable English code.

    `fields` names what is refused where the refusal is about fields.
    """

    status = 400
    rule = "fault"
    fields: Sequence[FieldFault] = ()

    def __init__(self, title: str, *, rule: str | None = None) -> None:
        super().__init__(title)
        self.title = title
        if rule is not None:
            self.rule = rule


class Unidentified(Fault):
    """Nobody is signed in, or the token is unknown or revoked."""

    status = 401
    rule = "unidentified"


class Refused(Fault):
    """The actor may not do this: permission, four eyes, recusal, authority."""

    status = 403
    rule = "refused"


class NotFound(Fault):
    status = 404
    rule = "not_found"


class Conflict(Fault):
    """The act does not fit the present state: done already, taken by another, changed meanwhile."""

    status = 409
    rule = "conflict"


class Gone(Fault):
    """It was public and lawfully ended."""

    status = 410
    rule = "gone"


class Changed(Fault):
    """What the act was meant for is no longer what its caller read (If-Match)."""

    status = 412
    rule = "changed"


class Invalid(Fault):
    """The input breaks rules; `fields` names each."""

    status = 422
    rule = "invalid"

    def __init__(self, title: str, fields: Iterable[FieldFault] = (), *, rule: str | None = None) -> None:
        super().__init__(title, rule=rule)
        self.fields = tuple(fields)

    @classmethod
    def field(cls, path: str, rule: str, message: str) -> "Invalid":
        return cls(message, [FieldFault(path, rule, message)], rule=rule)

"""Re-running a published record, from the record alone (spec section 6)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from inspection.draw import fields, frame
from inspection.draw import record as records
from inspection.draw.assign import shortage_of
from inspection.draw.frame import Frame
from inspection.draw.inclusion import check_log
from inspection.draw.rules import RULES, Invalid
from inspection.draw.substitute import Course, check_step

_RECORD = frozenset(
    (
        "format", "frame", "frame_sha256", "log", "entropy", "seed", "assurance",
        "selected", "reserves", "assignments", "unassignable", "substitutions",
    )
)  # fmt: skip
_RECOMPUTED = ("format", "frame_sha256", "seed", "assurance", "selected", "reserves")


class Difference(NamedTuple):
    """Where a record is not what it must be. `expected` and `found` are null where the rule says it all."""

    path: str
    rule: str
    expected: object = None
    found: object = None

    @property
    def message(self) -> str:
        """What people read, in Chinese."""
        return f"{self.path}：{RULES[self.rule]}"


def verify(record: object) -> list[Difference]:
    """Everything in which a record differs from its own recomputation; empty means verified.

    Whatever the value is, the answer is a list: a fault that leaves nothing to recompute is its only entry. The texts
    of `why`, `ground` and `note` are the office's own words, and the checkpoint's signature needs the log's key:
    these alone are not recomputed.
    """
    try:
        value = fields.members(record, "", _RECORD, whole="record")
        drawn_from = _frame(value["frame"])
        drawn = records.draw(drawn_from, value["entropy"])
    except Invalid as fault:
        return [Difference(fault.path, fault.rule)]
    return list(_differences(value, drawn, drawn_from))


def _frame(value: object) -> Frame:
    try:
        return frame.check(value)
    except Invalid as fault:
        raise Invalid("frame" if fault.path == "frame" else f"frame.{fault.path}", fault.rule) from None


def _differences(record: dict[str, Any], drawn: dict[str, Any], drawn_from: Frame) -> Iterator[Difference]:
    for key in _RECOMPUTED:
        yield from _compare(drawn[key], record[key], key)
    yield from _assignment_differences(record, drawn, drawn_from)
    yield from _substitution_differences(record["substitutions"], drawn, drawn_from)
    if record["log"] is not None:
        try:
            check_log(record["log"], draw=drawn_from.document["draw"], frame_sha256=drawn["frame_sha256"])
        except Invalid as fault:
            yield Difference(fault.path, fault.rule)


def _assignment_differences(
    record: dict[str, Any], drawn: dict[str, Any], drawn_from: Frame
) -> Iterator[Difference]:
    yield from _compare(drawn["assignments"], record["assignments"], "assignments")
    if drawn["unassignable"] is None or record["unassignable"] is None:
        yield from _compare(drawn["unassignable"], record["unassignable"], "unassignable")
        return
    try:
        _check_unassignable(record["unassignable"], drawn, drawn_from)
    except Invalid as fault:
        yield Difference(fault.path, fault.rule)


def _check_unassignable(value: object, drawn: dict[str, Any], drawn_from: Frame) -> None:
    """The named units need not be those that we would name: any set that can't be served together will do."""
    unassignable = fields.members(value, "unassignable", frozenset(("units", "why")))
    fields.text(unassignable["why"], "unassignable.why")
    named = fields.items(unassignable["units"], "unassignable.units")
    selected = {entry["unit"] for entry in drawn["selected"]}
    for n, unit in enumerate(named):
        if fields.identifier(unit, f"unassignable.units[{n}]") not in selected:
            raise Invalid(f"unassignable.units[{n}]", "not selected")
    fields.ascending(named, "unassignable.units", repeated="repeated id")
    wanted = set(named)
    units = [unit for unit in drawn_from.document["units"] if unit["id"] in wanted]
    max_load = drawn_from.document["team"]["max_load"]
    if shortage_of(units, drawn_from.seating, max_load=max_load) is None:
        raise Invalid("unassignable.units", "can be served together")


def _substitution_differences(
    value: object, drawn: dict[str, Any], drawn_from: Frame
) -> Iterator[Difference]:
    """Step by step up to the first that differs: what comes after it stands on a course that never was."""
    if not isinstance(value, list):
        yield Difference("substitutions", "not a list")
        return
    if not value:
        return
    try:
        course = Course(drawn_from, drawn)
    except Invalid as fault:
        yield Difference("substitutions", fault.rule)
        return
    for n, entry in enumerate(value):
        path = f"substitutions[{n}]"
        try:
            check_step(entry, path)
        except Invalid as fault:
            yield Difference(fault.path, fault.rule)
            return
        try:
            expected = course.step(entry)
        except Invalid as fault:
            yield Difference(f"{path}.{fault.path}", fault.rule)
            return
        differences = list(_compare(expected, entry, path))
        yield from differences
        if differences:
            return


def _compare(expected: object, found: object, path: str) -> Iterator[Difference]:
    """JSON values by type and content: 1 is not true."""
    if type(expected) is not type(found):
        yield Difference(path, "differs", expected, found)
    elif isinstance(expected, dict) and isinstance(found, dict):
        for key in expected.keys() - found.keys():
            yield Difference(f"{path}.{key}", "missing", expected[key])
        if found.keys() - expected.keys():
            yield Difference(path, "unknown key")
        for key in expected.keys() & found.keys():
            yield from _compare(expected[key], found[key], f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            yield Difference(path, "wrong length", len(expected), len(found))
        for n, (ours, theirs) in enumerate(zip(expected, found, strict=False)):
            yield from _compare(ours, theirs, f"{path}[{n}]")
    elif expected != found:
        yield Difference(path, "differs", expected, found)

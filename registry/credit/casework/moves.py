"""The way of a case as a table of moves: what may happen next, who may do it, which term then runs. Pure."""

from collections.abc import Mapping
from typing import Generic, NamedTuple, TypeVar

from registry.kernel.faults import Conflict

Name = TypeVar("Name", bound=str)


class Move(NamedTuple, Generic[Name]):
    """A step from one of the states `before` to `after` ("" to stay); `term` is the term of what then waits, None to keep
    the present one."""

    title: str
    permission: str
    before: tuple[str, ...]
    after: str
    term: Name | None


def move(moves: Mapping[str, Move[Name]], states: Mapping[str, str], state: str, step: str) -> Move[Name]:
    """The move `step` from `state`. Raises Conflict (`out_of_turn`) when the case does not wait for it."""
    found = moves[step]
    if state not in found.before:
        raise Conflict(f"当前状态为“{states[state]}”，不能{found.title}", rule="out_of_turn")
    return found

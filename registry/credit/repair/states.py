"""The way of a request for repair as a table of moves. Pure: what may happen next, and who may do it.

申请 → 受理 → (延期) → 决定. What is declined or refused may be asked for again.
"""

from collections.abc import Mapping
from typing import NamedTuple

from registry.kernel.access import Permission
from registry.kernel.faults import Conflict

STATES: Mapping[str, str] = {
    "applied": "待受理",
    "accepted": "待决定",
    "granted": "准予修复",
    "refused": "不予修复",
    "declined": "不予受理",
}
OPEN = frozenset({"applied", "accepted"})


class Move(NamedTuple):
    """A step from one of the states `before` to `after`."""

    title: str
    permission: str
    before: frozenset[str]
    after: str


READ = "repair.read"
RECEIVE, ACCEPT, DECIDE = "repair.receive", "repair.accept", "repair.decide"
MOVES: Mapping[str, Move] = {
    "apply": Move("登记信用修复申请", RECEIVE, frozenset(), "applied"),
    "pledge": Move("登记信用承诺书", RECEIVE, frozenset({"applied"}), "applied"),
    "accept": Move("受理", ACCEPT, frozenset({"applied"}), "accepted"),
    "decline": Move("不予受理", ACCEPT, frozenset({"applied"}), "declined"),
    "extend": Move("延长办理期限", ACCEPT, frozenset({"accepted"}), "accepted"),
    "grant": Move("准予信用修复", DECIDE, frozenset({"accepted"}), "granted"),
    "refuse": Move("不予信用修复", DECIDE, frozenset({"accepted"}), "refused"),
}
PERMISSIONS = (
    Permission(READ, "查看信用修复", frozenset({"clerk", "head", "legal", "leader", "auditor"})),
    Permission(RECEIVE, "登记信用修复申请和信用承诺书", frozenset({"clerk", "head"})),
    Permission(ACCEPT, "受理信用修复申请、延长办理期限", frozenset({"clerk", "head"})),
    Permission(DECIDE, "作出信用修复决定", frozenset({"leader"})),
)
ACTS: Mapping[str, str] = {f"repair.{step}": f"信用修复：{move.title}" for step, move in MOVES.items()}


def move(state: str, step: str) -> Move:
    """The move `step` from `state`. Raises Conflict (`out_of_turn`) when the request does not wait for it."""
    found = MOVES[step]
    if state not in found.before:
        raise Conflict(f"当前状态为“{STATES[state]}”，不能{found.title}", rule="out_of_turn")
    return found

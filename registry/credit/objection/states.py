"""The way of an objection as a table of moves. Pure: what may happen next, and who may do it.

受理并标注 → 本单位核查 or 转来源单位 → 处理决定 → 告知; within its term 复核 → 复核决定 → 告知 (上海市社会信用条例第三十六条).
"""

from collections.abc import Mapping
from typing import NamedTuple

from registry.credit.objection.terms import Name
from registry.kernel.access import Permission
from registry.kernel.faults import Conflict

STATES: Mapping[str, str] = {
    "marked": "待分办",
    "own": "本单位核查中",
    "transferred": "来源单位核查中",
    "decided": "待告知",
    "told": "已办结",
    "appealed": "复核中",
}
OPEN = frozenset({"marked", "own", "transferred", "appealed", "decided"})
"""Until the subject has been told the answer, and a correction that it brings is made, the record carries its mark in public."""
ASKED: Mapping[str, str] = {"correct": "更正", "supplement": "补充", "delete": "删除"}
OUTCOMES: Mapping[str, str] = {
    "corrected": "异议成立，予以更正",
    "supplemented": "异议成立，予以补充",
    "deleted": "异议成立，予以删除",
    "rejected": "异议不成立，维持原记录",
}
CHANGING = frozenset({"corrected", "supplemented"})
"""Outcomes that a correction of the record must follow before the subject is told."""


class Move(NamedTuple):
    """A step from one of the states `before` to `after`; `term` is the term of the step that then waits, None for none."""

    title: str
    permission: str
    before: tuple[str, ...]
    after: str
    term: Name | None


READ = "objection.read"
RECEIVE, HANDLE, DECIDE, REVIEW = (
    "objection.receive",
    "objection.handle",
    "objection.decide",
    "objection.review",
)
MOVES: Mapping[str, Move] = {
    "receive": Move("受理异议并标注", RECEIVE, (), "marked", "transfer"),
    "own": Move("由本单位核查", HANDLE, ("marked",), "own", "own"),
    "transfer": Move("转来源单位核查", HANDLE, ("marked",), "transferred", "source"),
    "decide": Move("作出处理决定", DECIDE, ("own", "transferred"), "decided", "tell"),
    "tell": Move("告知处理结果", HANDLE, ("decided",), "told", None),
    "appeal": Move("受理复核申请", RECEIVE, ("told",), "appealed", "review"),
    "review": Move("作出复核决定", REVIEW, ("appealed",), "decided", "tell"),
}


def move(state: str, step: str) -> Move:
    """The move `step` from `state`. Raises Conflict (`out_of_turn`) when the objection does not wait for it."""
    found = MOVES[step]
    if state not in found.before:
        raise Conflict(f"当前状态为“{STATES[state]}”，不能{found.title}", rule="out_of_turn")
    return found


PERMISSIONS = (
    Permission(READ, "查看异议", frozenset({"clerk", "head", "legal", "leader", "auditor"})),
    Permission(RECEIVE, "受理异议和复核申请", frozenset({"clerk", "head"})),
    Permission(HANDLE, "分办异议、告知处理结果", frozenset({"clerk", "head"})),
    Permission(DECIDE, "作出异议处理决定", frozenset({"head", "leader"})),
    Permission(REVIEW, "作出异议复核决定", frozenset({"leader"})),
)
ACTS: Mapping[str, str] = {f"objection.{step}": f"异议：{move.title}" for step, move in MOVES.items()}

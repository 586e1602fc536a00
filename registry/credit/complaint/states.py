"""The way of a complaint as a table of moves. Pure: what may happen next, and who may do it.

接收 → 受理 or 不予受理 → 调查 → 处理结果 → 告知. Who decides is never who investigated.
"""

from collections.abc import Mapping

from registry.credit.casework import moves
from registry.credit.casework.moves import Move
from registry.credit.complaint.terms import Name
from registry.kernel.access import Permission

STATES: Mapping[str, str] = {
    "received": "待受理",
    "accepted": "调查中",
    "investigated": "待作出处理结果",
    "concluded": "待告知",
    "refused": "不予受理，待告知",
    "closed": "已办结",
}
OPEN = frozenset(STATES) - {"closed"}
OUTCOMES: Mapping[str, str] = {
    "proven": "投诉查实",
    "not_proven": "投诉不实或者无法查实",
    "withdrawn": "投诉人撤回",
    "mediated": "调解解决",
}
AFTER_INVESTIGATION = frozenset({"proven", "not_proven"})
"""Outcomes that an investigation must come before."""


READ, RECEIVE, HANDLE, DECIDE = (
    "complaint.read",
    "complaint.receive",
    "complaint.handle",
    "complaint.decide",
)
MOVES: Mapping[str, Move[Name]] = {
    "receive": Move("登记投诉", RECEIVE, (), "received", "accept"),
    "accept": Move("受理", HANDLE, ("received",), "accepted", "conclude"),
    "refuse": Move("不予受理", HANDLE, ("received",), "refused", "tell"),
    "investigate": Move("提交调查情况", HANDLE, ("accepted",), "investigated", None),
    "return": Move("退回补充调查", DECIDE, ("investigated",), "accepted", None),
    "extend": Move("延长办理期限", DECIDE, ("accepted", "investigated"), "", "extend"),
    "conclude": Move("作出处理结果", DECIDE, ("accepted", "investigated"), "concluded", "tell"),
    "tell": Move("告知投诉人和被投诉人", HANDLE, ("concluded", "refused"), "closed", None),
}


def move(state: str, step: str) -> Move[Name]:
    """The move `step` from `state`. Raises Conflict (`out_of_turn`) when the complaint does not wait for it."""
    return moves.move(MOVES, STATES, state, step)


PERMISSIONS = (
    Permission(READ, "查看投诉", frozenset({"clerk", "head", "legal", "leader", "inspector", "auditor"})),
    Permission(RECEIVE, "登记投诉", frozenset({"clerk", "head"})),
    Permission(HANDLE, "受理、调查投诉，告知结果", frozenset({"clerk", "head", "inspector"})),
    Permission(DECIDE, "作出投诉处理结果", frozenset({"head", "leader"})),
)
ACTS: Mapping[str, str] = {f"complaint.{step}": f"投诉：{move.title}" for step, move in MOVES.items()}

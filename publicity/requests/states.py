"""The way of a request for disclosure as a table of moves (政府信息公开条例第二十九条至第三十七条). Pure."""

from collections.abc import Mapping

from registry.credit.casework import moves
from registry.credit.casework.moves import Move
from registry.kernel.access import Permission

STATES: Mapping[str, str] = {
    "handling": "办理中",
    "correcting": "待申请人补正",
    "consulting": "征求第三方意见",
    "unpaid": "待缴信息处理费",
    "drafted": "待审签",
    "answered": "已答复",
}
OPEN = frozenset(STATES) - {"answered"}
READ, HANDLE, APPLICANT, DECIDE = (
    "request.read",
    "request.handle",
    "request.applicant",
    "request.decide",
)
MOVES: Mapping[str, Move[str]] = {
    "correct": Move("告知补正", HANDLE, ("handling",), "correcting", "correction"),
    "corrected": Move("收到补正", HANDLE, ("correcting",), "handling", "answer"),
    "consult": Move("征求第三方意见", HANDLE, ("handling",), "consulting", "third_party"),
    "consulted": Move("收到第三方意见", HANDLE, ("consulting",), "handling", "answer"),
    "charge": Move("通知缴纳信息处理费", DECIDE, ("handling",), "unpaid", "pay"),
    "paid": Move("收到信息处理费", HANDLE, ("unpaid",), "handling", "answer"),
    "extend": Move("延长答复期限", DECIDE, ("handling",), "", None),
    "draft": Move("拟写答复", HANDLE, ("handling", "correcting", "unpaid"), "drafted", None),
    "send_back": Move("退回重拟", DECIDE, ("drafted",), "handling", None),
    "answer": Move("审签答复", DECIDE, ("drafted",), "answered", None),
    "convert": Move("研判转主动公开", HANDLE, ("answered",), "", None),
}

PERMISSIONS = (
    Permission(READ, "查看政府信息公开申请", frozenset({"clerk", "head", "legal", "leader", "auditor"})),
    Permission(HANDLE, "办理政府信息公开申请", frozenset({"clerk", "head"})),
    Permission(APPLICANT, "查看政府信息公开申请人", frozenset({"clerk", "head", "leader"})),
    Permission(DECIDE, "审签政府信息公开答复", frozenset({"head", "leader"})),
)
ACTS: Mapping[str, str] = {
    "request.receive": "收到政府信息公开申请",
    **{f"request.{step}": f"依申请公开：{move.title}" for step, move in MOVES.items()},
    "request.purge": "删除满期的申请内容",
}


def move(state: str, step: str) -> Move[str]:
    """The move `step` from `state`. Raises Conflict (`out_of_turn`) when the request does not wait for it."""
    return moves.move(MOVES, STATES, state, step)

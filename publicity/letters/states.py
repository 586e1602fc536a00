"""The way of a letter from the public as a table of moves. Pure.

接收 → 受理 → 办理 → 拟复 → 审签 → 答复; what is not accepted is drafted at once. Who drafts the answer does not sign it.
"""

from collections.abc import Mapping

from registry.credit.casework import moves
from registry.credit.casework.moves import Move
from registry.credit.complaint.terms import Name
from registry.kernel.access import Permission

STATES: Mapping[str, str] = {
    "received": "待受理",
    "handling": "办理中",
    "drafted": "待审签",
    "answered": "已答复",
}
OPEN = frozenset(STATES) - {"answered"}
READ, HANDLE, SENDER, DECIDE, PUBLISH = (
    "letter.read",
    "letter.handle",
    "letter.sender",
    "letter.decide",
    "letter.publish",
)
MOVES: Mapping[str, Move[Name]] = {
    "accept": Move("受理", HANDLE, ("received",), "handling", "conclude"),
    "assign": Move("分办", HANDLE, ("received", "handling"), "", None),
    "recuse": Move("登记回避", HANDLE, ("received", "handling", "drafted"), "", None),
    "complaint": Move("转为投诉案件", HANDLE, ("handling",), "", None),
    "inspection": Move("移交检查", HANDLE, ("handling",), "", None),
    "extend": Move("延长办理期限", DECIDE, ("handling", "drafted"), "", "extend"),
    "draft": Move("拟写答复", HANDLE, ("received", "handling"), "drafted", None),
    "send_back": Move("退回重拟", DECIDE, ("drafted",), "handling", None),
    "answer": Move("审签答复", DECIDE, ("drafted",), "answered", None),
    "summarise": Move("拟写公开摘要", HANDLE, ("answered",), "", None),
    "publish": Move("公开办理结果", PUBLISH, ("answered",), "", None),
    "retract": Move("撤下办理结果", PUBLISH, ("answered",), "", None),
}

PERMISSIONS = (
    Permission(READ, "查看投诉举报", frozenset({"clerk", "head", "leader", "auditor"})),
    Permission(HANDLE, "受理、办理投诉举报", frozenset({"clerk", "head"})),
    Permission(SENDER, "查看投诉举报的来信人", frozenset({"clerk", "head", "leader"})),
    Permission(DECIDE, "审签投诉举报的答复", frozenset({"head", "leader"})),
    Permission(PUBLISH, "公开投诉举报办理结果", frozenset({"head", "leader"})),
)
ACTS: Mapping[str, str] = {
    "letter.receive": "收到投诉举报",
    **{f"letter.{step}": f"投诉举报：{move.title}" for step, move in MOVES.items()},
    "letter.take": "投诉举报：接收移交检查的线索",
    "letter.purge": "删除满期的投诉举报内容",
}


def move(state: str, step: str) -> Move[Name]:
    """The move `step` from `state`. Raises Conflict (`out_of_turn`) when the letter does not wait for it."""
    return moves.move(MOVES, STATES, state, step)

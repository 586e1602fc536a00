"""The procedure of a listing as a table of moves. Pure: what may happen next, who may do it, what it has to say.

Black: 提出 → 事先告知 → 送达 → 陈述申辩 → 法制审核 → 决定 → 移出 (国办发〔2020〕49号; 上海市社会信用条例第二十五条).
Red: 提出 → 公示 → 决定 → 移出. Each step is another person's; entering what came in from outside is no step.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from registry.accounts.roles import EVERYONE
from registry.credit.listing.lists import Colour
from registry.kernel.access import Permission
from registry.kernel.faults import Conflict, Refused

NEW, PROPOSED, WARNED, WINDOW, DEFENDED, ANSWERED, REVIEWED = (
    "new", "proposed", "warned", "window", "defended", "answered", "reviewed",
)  # fmt: skip
LISTED, REMOVING, REMOVED, DISMISSED = "listed", "removing", "removed", "dismissed"
CLOSED = (REMOVED, DISMISSED)
Round = Literal["listing", "removal"]

STATES: Mapping[Colour, Mapping[str, str]] = {
    "black": {
        PROPOSED: "待事先告知",
        WARNED: "待送达",
        WINDOW: "陈述申辩期",
        DEFENDED: "待复核申辩",
        ANSWERED: "申辩已答复",
        REVIEWED: "待决定",
        LISTED: "在列",
        REMOVING: "移出待决定",
        REMOVED: "已移出",
        DISMISSED: "不予列入",
    },
    "red": {
        PROPOSED: "待公示",
        WINDOW: "公示期",
        DEFENDED: "待核实异议",
        ANSWERED: "异议已答复",
        LISTED: "在列",
        REMOVING: "移出待决定",
        REMOVED: "已移出",
        DISMISSED: "不予列入",
    },
}

READ = "listing.read"
PERMISSIONS: tuple[Permission, ...] = (
    Permission(READ, "查看名单和名单案件", EVERYONE - {"witness", "draw", "admin"}),
    Permission("listing.propose", "名单：提出列入、移出", frozenset({"clerk"})),
    Permission("listing.warn", "名单：事先告知、公示", frozenset({"head"})),
    Permission("listing.serve", "名单：登记送达和收到的申辩、异议", frozenset({"clerk"})),
    Permission("listing.answer", "名单：复核申辩、核实异议", frozenset({"clerk", "head"})),
    Permission("listing.legal", "名单：法制审核", frozenset({"legal"})),
    Permission("listing.decide", "名单：决定列入、移出", frozenset({"leader"})),
)

Want = Literal["text", "note", "document", "on", "ground"]
"""What a move has to be told: reasons, an opinion that may stay empty, a document's number, a day, a ground."""


@dataclass(frozen=True)
class Move:
    """From one of the states `before` to `after`. `step` is what four eyes count, None for entries from outside.

    `clock` is the term (of lists.toml) that runs from then on; `window_over` forbids the move before the end of the
    window for statement and defence.
    """

    act: str
    title: str
    permission: str
    before: tuple[str, ...]
    after: str
    step: str | None
    wants: tuple[Want, ...]
    colours: tuple[Colour, ...] = ("black", "red")
    clock: str | None = None
    window_over: bool = False
    round: Round = "listing"


_BLACK: tuple[Colour, ...] = ("black",)
_RED: tuple[Colour, ...] = ("red",)
_HEARD = (WINDOW, ANSWERED)

MOVES: Sequence[Move] = (
    Move("propose", "提出列入", "listing.propose", (NEW,), PROPOSED, "propose", (), clock="warn"),
    Move("warn", "事先告知", "listing.warn", (PROPOSED,), WARNED, "warn", ("document", "note"), _BLACK, "serve"),
    Move("announce", "公示", "listing.warn", (PROPOSED,), WINDOW, "warn", ("on", "text"), _RED, "decide"),
    Move("turn_down", "不予启动", "listing.warn", (PROPOSED,), DISMISSED, "warn", ("text",)),
    Move("serve", "登记送达", "listing.serve", (WARNED,), WINDOW, None, ("on", "text"), _BLACK, "legal"),
    Move("defend", "登记陈述申辩", "listing.serve", _HEARD, DEFENDED, None, ("on", "text"), _BLACK, "answer"),
    Move("object", "登记异议", "listing.serve", _HEARD, DEFENDED, None, ("on", "text"), _RED, "answer"),
    Move("reject", "不予采纳", "listing.answer", (DEFENDED,), ANSWERED, "answer", ("text",), _BLACK, "legal"),
    Move("dismiss", "异议不成立", "listing.answer", (DEFENDED,), ANSWERED, "answer", ("text",), _RED, "decide"),
    Move("accept", "予以采纳，不予列入", "listing.answer", (DEFENDED,), DISMISSED, "answer", ("text",)),
    Move(
        "legal_pass", "法制审核通过", "listing.legal", _HEARD, REVIEWED, "legal", ("note",), _BLACK, "decide",
        window_over=True,
    ),
    Move(
        "legal_refuse", "法制审核不通过", "listing.legal", _HEARD, DISMISSED, "legal", ("text",), _BLACK,
        window_over=True,
    ),
    Move("decide", "决定列入", "listing.decide", (REVIEWED,), LISTED, "decide", ("document", "on", "note"), _BLACK),
    Move(
        "decide", "决定列入", "listing.decide", _HEARD, LISTED, "decide", ("document", "on", "note"), _RED,
        window_over=True,
    ),
    Move("decide_not", "决定不予列入", "listing.decide", (REVIEWED,), DISMISSED, "decide", ("text",), _BLACK),
    Move("decide_not", "决定不予列入", "listing.decide", _HEARD, DISMISSED, "decide", ("text",), _RED),
    Move(
        "seek", "提出移出", "listing.propose", (LISTED,), REMOVING, "propose", ("ground", "text"), clock="removal",
        round="removal",
    ),
    Move("keep", "不予移出", "listing.decide", (REMOVING,), LISTED, "decide", ("text",), round="removal"),
    Move("remove", "决定移出", "listing.decide", (REMOVING,), REMOVED, "decide", ("document", "note"), round="removal"),
)  # fmt: skip
LAPSE = "lapse"
"""What nobody decides: the term is over, or the record behind the entry was repaired or deleted."""

ACTS: Mapping[str, str] = {f"listing.{move.act}": f"名单：{move.title}" for move in MOVES} | {
    "listing.lapse": "名单：期满或者修复移出"
}
GROUNDS: Mapping[str, str] = {"early": "符合条件提前移出", "revoked": "认定依据被撤销或者列入有误"}
"""On what an application for removal rests."""
REMOVALS: Mapping[str, str] = {
    **GROUNDS,
    "term": "列入期满",
    "repaired": "信用修复",
    "deleted": "异议成立，记录删除",
    "removed": "停止公示",
}


class Taken(NamedTuple):
    """A step of the present round that somebody took."""

    step: str
    actor: str


def moves_from(colour: Colour, state: str) -> list[Move]:
    """What may follow on a state, in the order of the procedure."""
    return [move for move in MOVES if state in move.before and colour in move.colours]


def title(colour: Colour, act: str) -> str:
    """What an act is called, for the timeline."""
    return next((move.title for move in MOVES if move.act == act and colour in move.colours), "移出")


def advance(
    colour: Colour,
    state: str,
    act: str,
    *,
    actor: str,
    permissions: Container[str],
    taken: Sequence[Taken],
    window_until: date | None,
    today: date,
) -> Move:
    """The move that `actor` makes.

    Raises Refused (`permission`, `four_eyes`), Conflict `out_of_turn` where the state does not wait for it, and
    `window-open` before the day after the window for statement and defence.
    """
    move = next((one for one in moves_from(colour, state) if one.act == act), None)
    if move is None:
        raise Conflict(f"当前状态为“{STATES[colour].get(state, state)}”，不能办理此项", rule="out_of_turn")
    if move.permission not in permissions:
        raise Refused(f"“{move.title}”不由您办理", rule="permission")
    if barred(move, actor, taken):
        raise Refused(f"您已办理过本件的其他步骤，不能再办理“{move.title}”", rule="four_eyes")
    if move.window_over and not window_is_over(window_until, today):
        until = f"{window_until:%Y-%m-%d}" if window_until else "送达"
        raise Conflict(f"陈述申辩（公示）期限到 {until}，期满后方可{move.title}", rule="window-open")
    return move


def barred(move: Move, actor: str, taken: Sequence[Taken]) -> bool:
    """Whether four eyes forbid the move: the actor took another step of this round. The same step again is theirs."""
    return move.step is not None and any(one.actor == actor and one.step != move.step for one in taken)


def window_is_over(window_until: date | None, today: date) -> bool:
    """The last day of the window is the party's to the end."""
    return window_until is not None and today > window_until

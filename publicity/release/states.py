"""The six steps of a release as a table of moves. Pure: what may happen next, and who may do it.

提出 → 初审 → 保密审查 → 审核 → 公开 → 建档. Each step is another person's: four eyes on every one of them. A step taken
on behalf of somebody who is away counts as both persons': whoever acted and whoever was stood in for.
"""

from collections.abc import Container, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from registry.kernel.access import Permission
from registry.kernel.faults import Conflict, Refused


@dataclass(frozen=True)
class Step:
    """A move from state `before` to state `after`; `permission` is what the one who takes it must hold."""

    name: str
    title: str
    permission: str
    before: str
    after: str
    roles: frozenset[str]


class Taken(NamedTuple):
    """A step that somebody took, sent the release back from or had a hand in; `behalf` is for whom, None in one's own right."""

    step: str
    actor: str
    behalf: str | None = None


DRAFTED, PUBLISHED, ARCHIVED, STOPPED = "drafted", "published", "archived", "stopped"

STEPS: tuple[Step, ...] = (
    Step("propose", "提出", "release.propose", DRAFTED, "proposed", frozenset({"clerk"})),
    Step("first_review", "初审", "release.first_review", "proposed", "reviewed", frozenset({"head"})),
    Step(
        "secrecy_review", "保密审查", "release.secrecy_review", "reviewed", "cleared", frozenset({"secrecy"})
    ),
    Step("approve", "审核", "release.approve", "cleared", "approved", frozenset({"leader"})),
    Step("publish", "公开", "release.publish", "approved", PUBLISHED, frozenset({"clerk", "secrecy"})),
    Step("archive", "建档", "release.archive", PUBLISHED, ARCHIVED, frozenset({"clerk", "admin"})),
)
STATES: dict[str, str] = {step.before: f"待{step.title}" for step in STEPS} | {
    ARCHIVED: "已建档",
    STOPPED: "已终止",
}

# Before publication a reviewer may send a release back. Afterwards a notice is corrected or withdrawn, never unmade.
_RETURNABLE = frozenset(step.before for step in STEPS[1:5])
STOPPABLE = frozenset({DRAFTED}) | _RETURNABLE
"""States in which nothing was published yet."""

_BY_NAME = {step.name: step for step in STEPS}
_BY_STATE = {step.before: step for step in STEPS}

PERMISSIONS: tuple[Permission, ...] = tuple(
    Permission(step.permission, f"公开流程：{step.title}", step.roles) for step in STEPS
)


def step_named(name: str) -> Step:
    """The step of that name. Raises Conflict (`unknown_step`) when there is none."""
    if name not in _BY_NAME:
        raise Conflict("没有这个步骤", rule="unknown_step")
    return _BY_NAME[name]


def step_after(state: str) -> Step | None:
    """The step that a release in `state` waits for; None when it has gone through or was stopped."""
    return _BY_STATE.get(state)


def returnable(state: str) -> bool:
    """Whether a release in `state` may be sent back to the clerk."""
    return state in _RETURNABLE


def advance(
    state: str,
    name: str,
    *,
    actor: str,
    permissions: Container[str],
    taken: Sequence[Taken],
    absent: Sequence[str] = (),
) -> str:
    """The state after `actor` takes the step. `taken` are all steps of this release so far, of every round; `absent` are
    those whom the actor stands in for in this step today.

    Raises Refused (`permission`, `four_eyes`) or Conflict (`out_of_turn`) when the release does not wait for this step.
    """
    step = step_named(name)
    on_behalf(step, actor=actor, permissions=permissions, taken=taken, absent=absent)
    if step.before != state:
        raise Conflict(f"当前状态为“{STATES[state]}”，不能{step.title}", rule="out_of_turn")
    return step.after


def send_back(
    state: str,
    *,
    actor: str,
    permissions: Container[str],
    taken: Sequence[Taken],
    absent: Sequence[str] = (),
) -> tuple[str, Step]:
    """The state after the reviewer of this stage sends the release back, and the step in which that happened.

    Raises Refused or Conflict as `advance` does.
    """
    step = step_after(state)
    if step is None or not returnable(state):
        raise Conflict(f"当前状态为“{STATES[state]}”，不能退回", rule="out_of_turn")
    on_behalf(step, actor=actor, permissions=permissions, taken=taken, absent=absent)
    return DRAFTED, step


def on_behalf(
    step: Step,
    *,
    actor: str,
    permissions: Container[str],
    taken: Sequence[Taken],
    absent: Sequence[str] = (),
) -> str | None:
    """For whom the actor takes the step: None in their own right, else the first of `absent` who has done nothing else here.

    Raises Refused (`permission`, `four_eyes`).
    """
    if step.permission in permissions:
        if not _acted_elsewhere(step, {actor}, taken):
            return None
    elif not absent:
        raise Refused(f"“{step.title}”不由您办理", rule="permission")
    else:
        for person in absent:
            if not _acted_elsewhere(step, {actor, person}, taken):
                return person
    raise Refused(f"您或者您代办的人已办理过本件的其他步骤，不能再办理“{step.title}”", rule="four_eyes")


def may_take(
    step: Step, *, actor: str, permissions: Container[str], taken: Sequence[Taken], absent: Sequence[str] = ()
) -> bool:
    """Whether the step is this person's to take, the state of the release apart."""
    try:
        on_behalf(step, actor=actor, permissions=permissions, taken=taken, absent=absent)
    except Refused:
        return False
    return True


def _acted_elsewhere(step: Step, persons: Set[str], taken: Sequence[Taken]) -> bool:
    # After a send-back the same reviewer looks again: the same step is theirs, any other is not.
    return any(done.step != step.name and (done.actor in persons or done.behalf in persons) for done in taken)

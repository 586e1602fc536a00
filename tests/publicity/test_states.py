"""The six steps as a table: 提出 → 初审 → 保密审查 → 审核 → 公开 → 建档, each by another person."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publicity.release import states
from publicity.release.states import STEPS, Taken, advance, on_behalf, send_back
from registry.kernel.faults import Conflict, Refused

ALL = frozenset(step.permission for step in STEPS)
NAMES = [step.name for step in STEPS]


def test_the_six_steps_follow_each_other_from_draft_to_archive() -> None:
    state = states.DRAFTED
    taken: list[Taken] = []
    for number, step in enumerate(STEPS):
        state = advance(state, step.name, actor=f"p{number}", permissions={step.permission}, taken=taken)
        taken.append(Taken(step.name, f"p{number}"))
    assert state == states.ARCHIVED
    assert states.step_after(state) is None


@pytest.mark.parametrize("step", NAMES)
def test_whoever_lacks_the_steps_own_permission_is_refused(step: str) -> None:
    others = ALL - {f"release.{step}"}
    with pytest.raises(Refused) as refused:
        advance(states.step_named(step).before, step, actor="p", permissions=others, taken=[])
    assert refused.value.rule == "permission"


@pytest.mark.parametrize("step", NAMES)
@pytest.mark.parametrize("state", [*states.STATES])
def test_a_step_out_of_turn_is_refused_and_in_turn_is_not(step: str, state: str) -> None:
    if states.step_named(step).before == state:
        assert advance(state, step, actor="p", permissions=ALL, taken=[]) == states.step_named(step).after
    else:
        with pytest.raises(Conflict) as refused:
            advance(state, step, actor="p", permissions=ALL, taken=[])
        assert refused.value.rule == "out_of_turn"


@given(first=st.sampled_from(NAMES), second=st.sampled_from(NAMES))
def test_nobody_takes_two_different_steps_of_one_release_whatever_they_may(first: str, second: str) -> None:
    taken = [Taken(first, "p")]
    state = states.step_named(second).before
    if first == second:
        assert advance(state, second, actor="p", permissions=ALL, taken=taken)
    else:
        with pytest.raises(Refused) as refused:
            advance(state, second, actor="p", permissions=ALL, taken=taken)
        assert refused.value.rule == "four_eyes"


@pytest.mark.parametrize("state", ["proposed", "reviewed", "cleared", "approved"])
def test_before_publication_its_reviewer_may_send_it_back_to_the_clerk(state: str) -> None:
    after, step = send_back(state, actor="p", permissions=ALL, taken=[])
    assert after == states.DRAFTED
    assert step.before == state


@pytest.mark.parametrize("state", [states.DRAFTED, states.PUBLISHED, states.ARCHIVED, states.STOPPED])
def test_what_is_not_under_review_cannot_be_sent_back(state: str) -> None:
    with pytest.raises(Conflict):
        send_back(state, actor="p", permissions=ALL, taken=[])


def test_after_a_send_back_the_same_people_do_the_same_steps_again() -> None:
    """A reviewer who sent it back reads it again; that is no second step. The clerk who proposed it is still no reviewer."""
    taken = [Taken("propose", "clerk"), Taken("first_review", "head")]
    assert advance(states.DRAFTED, "propose", actor="clerk", permissions=ALL, taken=taken) == "proposed"
    assert advance("proposed", "first_review", actor="head", permissions=ALL, taken=taken) == "reviewed"
    with pytest.raises(Refused):
        advance("proposed", "first_review", actor="clerk", permissions=ALL, taken=taken)


def test_a_step_that_does_not_exist_is_a_conflict() -> None:
    with pytest.raises(Conflict) as refused:
        advance(states.DRAFTED, "delete", actor="p", permissions=ALL, taken=[])
    assert refused.value.rule == "unknown_step"


PEOPLE = ["a", "b", "c", "d"]
MOVES = st.lists(
    st.tuples(
        st.sampled_from([*NAMES, "send_back"]),
        st.sampled_from(PEOPLE),
        st.booleans(),
        st.lists(st.sampled_from(PEOPLE), max_size=2),
    ),
    max_size=40,
)


@given(MOVES)
def test_however_a_release_goes_round_nobody_has_a_hand_in_two_of_its_steps(
    moves: list[tuple[str, str, bool, list[str]]],
) -> None:
    """Four eyes, whoever holds what and stands in for whom, with any number of send-backs. A hand in a step have who took
    it and for whom it was taken."""
    state = states.DRAFTED
    taken: list[Taken] = []
    for name, actor, own, absent in moves:
        who: dict[str, Any] = {
            "actor": actor,
            "permissions": ALL if own else frozenset(),
            "taken": taken,
            "absent": [one for one in absent if one != actor],
        }
        try:
            if name == "send_back":
                after, step = send_back(state, **who)
            else:
                after, step = advance(state, name, **who), states.step_named(name)
        except (Conflict, Refused):
            continue
        taken = [*taken, Taken(step.name, actor, on_behalf(step, **who))]
        state = after
    hands: dict[str, set[str]] = {}
    for done in taken:
        for person in (done.actor, done.behalf):
            if person is not None:
                hands.setdefault(person, set()).add(done.step)
    assert all(len(steps) == 1 for steps in hands.values()), taken


@pytest.mark.parametrize(
    ("taken", "absent", "lawful"),
    [
        ([], ["leader"], True),
        ([Taken("propose", "deputy")], ["leader"], False),
        ([Taken("propose", "leader")], ["leader"], False),
        ([Taken("first_review", "x", behalf="leader")], ["leader"], False),
        ([Taken("secrecy_review", "deputy", behalf="secrecy")], ["leader"], False),
        ([Taken("secrecy_review", "x", behalf="deputy")], ["leader"], False),
        ([Taken("propose", "leader")], ["leader", "leader2"], True),
        ([Taken("approve", "leader")], ["leader"], True),
        ([], [], False),
    ],
)
def test_a_deputy_takes_what_neither_of_the_two_had_a_hand_in(
    taken: list[Taken], absent: list[str], lawful: bool
) -> None:
    who: dict[str, Any] = {
        "actor": "deputy",
        "permissions": frozenset[str](),
        "taken": taken,
        "absent": absent,
    }
    assert states.may_take(states.step_named("approve"), **who) is lawful
    if lawful:
        assert on_behalf(states.step_named("approve"), **who) == absent[-1]


def test_whoever_may_take_a_step_takes_it_in_their_own_right_and_stands_in_for_nobody() -> None:
    step = states.step_named("approve")
    assert on_behalf(step, actor="leader2", permissions=ALL, taken=[], absent=["leader"]) is None

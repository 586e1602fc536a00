"""An officer with every right in the office plays against the draw: whatever is tried, no draw is removed, repeated or
steered (specification section 8)."""

from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.inspection.dishonest import DishonestOfficer
from tests.inspection.office import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    home = tmp_path / "officer"
    home.mkdir()
    return Office(home)


def _play(office: Office, *, examples: int, steps: int) -> None:
    machine = type("Machine", (DishonestOfficer,), {"office": office})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None)
    )


def test_no_sequence_of_acts_removes_repeats_or_steers_a_draw(office: Office) -> None:
    _play(office, examples=10, steps=15)


@pytest.mark.slow
def test_no_long_sequence_of_acts_removes_repeats_or_steers_a_draw(office: Office) -> None:
    _play(office, examples=400, steps=50)

"""Anyone can verify a sealed draw: the scripts of the page and the one-file program find what the pure module finds."""

import copy
import json
import random
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from inspection.draw import door, sealed
from tests.inspection import sealing
from tests.inspection.drawing import Json
from tests.inspection.test_draw_verify import at, others, places
from tests.inspection.test_sealed_document import CLOSED, DOOR, OPEN

STATIC = Path(__file__).parents[2] / "inspection" / "web" / "static"
SCRIPTS = [
    f"draw-{n}.js" for n in ["rules", "hash", "json", "frame", "assign", "record", "log", "verify", "tree"]
]
PROGRAM = STATIC / "verify_draw.py"
program = runpy.run_path(str(PROGRAM))
Found = list[tuple[str, str]]


def by_module(value: Any) -> Found:
    check = door.check if value.get("format") == door.FORMAT else sealed.verify_sealed
    return sorted((one.path, one.rule) for one in check(value))


@pytest.fixture
def in_browser(page: Page) -> Callable[[list[Json]], list[Found]]:
    for script in SCRIPTS:
        page.add_script_tag(path=STATIC / script)

    def found(values: list[Json]) -> list[Found]:
        answers = page.evaluate(
            """texts => texts.map(text => {
              const draw = globalThis.doubleRandomDraw;
              const named = [];
              if (JSON.parse(text).format === "double-random-draw-door/1") {
                try { draw.checkDoor(draw.plainJson ? JSON.parse(text) : JSON.parse(text)); }
                catch (fault) { named.push([fault.path, fault.rule]); }
                return named;
              }
              const work = draw.documentVerification(text);
              for (;;) {
                const { done, value } = work.next();
                if (done) return value.differences.map(d => [d.path, d.rule]);
              }
            })""",
            [json.dumps(value, ensure_ascii=False) for value in values],
        )
        return [sorted((path, rule) for path, rule in answer) for answer in answers]

    return found


def altered(whole: Json, chance: random.Random) -> Json:
    """The document with one of its values another one. A checkpoint's signature is nobody's business here."""
    path = chance.choice([path for path in places(whole) if path[-1] != "checkpoint" and path[0] != "format"])
    changed = copy.deepcopy(whole)
    # JSON.parse of the door's own page cannot tell 2.0 from 2, and no page gives it such a text.
    told = [one for one in others(at(whole, path)) if not isinstance(one, float) and "\ud800" not in str(one)]
    at(changed, path[:-1])[path[-1]] = chance.choice(told)
    return changed


def test_all_three_agree_on_open_and_closed_documents_and_proofs(
    in_browser: Callable[[list[Json]], list[Found]],
) -> None:
    chance = random.Random(9)
    whole = [OPEN, CLOSED, DOOR]
    for seed in range(12):
        drawn = sealing.record(seed, units=chance.randint(3, 18), substitutions=seed % 3)
        whole += [
            sealing.document(drawn, is_open=True),
            sealing.document(drawn, is_open=False),
            sealing.at_the_door(drawn, 2, sealing.visited(drawn, 2)[0]),
        ]
    tampered = [altered(value, chance) for value in whole for _ in range(6)]
    found = [by_module(value) for value in [*whole, *tampered]]
    assert all(one == [] for one in found[: len(whole)])
    assert sum(bool(one) for one in found[len(whole) :]) > 0.8 * len(tampered)
    for value, module, browser in zip(
        [*whole, *tampered], found, in_browser([*whole, *tampered]), strict=True
    ):
        assert sorted(program["verify_document"](value)) == module, json.dumps(value)
        assert browser == module, json.dumps(value)


def test_a_fragment_is_read_in_the_browser_as_here(page: Page) -> None:
    for script in SCRIPTS:
        page.add_script_tag(path=STATIC / script)
    read = "([text, sealed]) => doubleRandomDraw.readFragment(text, sealed)"
    assert page.evaluate(read, [door.fragment(DOOR), CLOSED]) == DOOR
    refused = """([text, sealed]) => {
      try { return doubleRandomDraw.readFragment(text, sealed); } catch (fault) { return fault.rule; }
    }"""
    spelled = door.fragment(DOOR)
    for text in ("", spelled[:-1], spelled + "&x=1", spelled.replace("v=", "v=9", 1), "你好"):
        assert page.evaluate(refused, [text, CLOSED]) in ("not a door proof", "unknown version"), text


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [("open", 0, "核验通过"), ("door", 0, "核验通过"), ("closed", 1, "尚未启封")],
)
def test_the_program_says_it_in_one_line(name: str, code: int, told: str) -> None:
    done = subprocess.run(
        [sys.executable, PROGRAM, sealing.VECTORS / f"{name}.json"], capture_output=True, check=False
    )
    assert done.returncode == code, done.stderr.decode()
    assert told in done.stdout.decode().splitlines()[-1]

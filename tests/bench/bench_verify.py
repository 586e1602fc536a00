"""What it costs a citizen to verify the draw of a large city: `make bench`.

A record of 36,000 firms, 1,800 of them drawn, with 40 and with 200 inspectors: in the browser, by the one-file Python
program, and by our own module. The browser's figure is set beside its own bare hashing with the same functions: the frame's
bytes, a ticket for each firm and a pair for each seat that somebody may take. Wall time of the browser, processor time of
the programs in Python, the best of three.
"""

import json
import runpy
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from inspection.draw import record as records
from inspection.draw.canon import canonical
from inspection.draw.frame import check
from inspection.draw.verify import verify
from inspection.web.verification import PROGRAM, SCRIPTS
from tests.bench.bench_draw import population

STATIC = Path(__file__).parents[2] / "inspection" / "web" / "static"

_VERIFIED = """() => {
  const started = performance.now();
  const report = doubleRandomDraw.verifyNow(recordText);
  const spent = (performance.now() - started) / 1000;
  if (report.differences.length) throw new Error(JSON.stringify(report.differences[0]));
  return spent;
}"""
_HASHED = """() => {
  const { Sha256, ticketsUnder } = doubleRandomDraw;
  const started = performance.now();
  new Sha256().update(frameBytes).digest();
  units.forEach(ticketsUnder(`${seed}|unit|`));
  for (const [unit, people] of pairs) people.forEach(ticketsUnder(`${seed}|pair|${unit}|`));
  return (performance.now() - started) / 1000;
}"""
_LONGEST = """async () => {
  const work = doubleRandomDraw.verification(recordText);
  let longest = 0;
  for (let done = false; !done;) {
    const started = performance.now();
    ({ done } = work.next());
    longest = Math.max(longest, performance.now() - started);
  }
  return longest / 1000;
}"""


def _best(work: Callable[[], object]) -> float:
    spent = []
    for _ in range(3):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return min(spent)


@pytest.mark.bench
def test_figures_of_verifying_a_large_citys_draw(page: Page) -> None:
    program = runpy.run_path(str(STATIC / PROGRAM))
    units = {one["id"]: one for one in population(36_000)["units"]}
    print()
    for people in (40, 200):
        published = _published(people)
        text = canonical(published).decode()
        frame = check(published["frame"])
        pairs = []
        for entry in published["assignments"]:
            may = frame.seating.may_sit(units[entry["unit"]])
            names = [name for n, name in enumerate(frame.seating.inspectors) if may >> n & 1]
            pairs.append([entry["unit"], names])
        for script in SCRIPTS[:-1]:
            page.add_script_tag(path=STATIC / script)
        page.evaluate(
            """([text, frame, seed, units, pairs]) => Object.assign(
                 globalThis, { recordText: text, frameBytes: new TextEncoder().encode(frame), seed, units, pairs })""",
            [
                text,
                canonical(published["frame"]).decode(),
                published["seed"],
                [unit["id"] for unit in published["frame"]["units"]],
                pairs,
            ],
        )
        browser = min(page.evaluate(_VERIFIED) for _ in range(3))
        bare = min(page.evaluate(_HASHED) for _ in range(3))
        longest = page.evaluate(_LONGEST)
        heap = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
        hashes = 36_000 + sum(len(names) for _, names in pairs)
        one_file = _best(lambda text=text: list(program["verify"](json.loads(text))))  # type: ignore[misc]
        module = _best(lambda text=text: verify(json.loads(text)))  # type: ignore[misc]
        print(
            f"verify 36,000 units × {people} inspectors, {len(text) / 1e6:.1f} MB, {hashes:,} hashes: browser "
            f"{browser:.2f} s, bare hashing {bare:.2f} s, {browser / bare:.2f} ×; longest step {1000 * longest:.0f} ms, "
            f"heap {heap:.0f} MB; "
            f"one-file program {one_file:.2f} s, our module {module:.2f} s"
        )


def _published(people: int) -> dict[str, Any]:
    document = population(36_000)
    [*_, last] = document["inspectors"]
    document["inspectors"] = [
        {**last, "id": f"J{n:04}", "lead": n % 2 == 0, "district": f"3101{1 + n % 16:02}"}
        for n in range(people)
    ]
    dice = [{"kind": "dice", "by": "witness", "value": "31415926535897932384"}]
    return records.draw(check(document), dice)

"""The README's tour, as it stands: files in, six people, a draw, a notice, a feed, proofs."""

import json
import os
import re
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from openpyxl import load_workbook

from seed.office import PASSWORD
from tests.commands import Commands
from tests.conftest import ROOT
from tests.journeys import transcript
from tests.journeys.browser import Browser

README = (ROOT / "README.md").read_text("utf-8")
SIX = (
    ("clerk", "propose"),
    ("head", "first_review"),
    ("secrecy", "secrecy_review"),
    ("leader", "approve"),
    ("clerk2", "publish"),
    ("admin", "archive"),
)


@pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True
)
def test_the_tour_of_the_readme(legalcredit: Commands, tmp_path: Path) -> None:
    office, citizen, *_ = transcript.blocks(README)
    environment = {
        **legalcredit.environment,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    assert not transcript.run(office, folder=tmp_path, environment=environment)
    _same_headers_as_the_real_templates(tmp_path / "sheets")

    address = legalcredit.serve()
    people = {name: Browser(address).sign_in(name, PASSWORD) for name, _ in SIX}
    notices = [
        _release(people, title) for title in ("示司许决字〔2026〕第9001号", "示司罚决字〔2026〕第901号")
    ]
    head = people["head"]
    _, visits = head.get("/staff/visits")
    visit = next(
        path
        for path in re.findall(r'href="(/staff/visits/\w+)"', visits)
        if "复核无误" in head.get(f"{path}/review")[1]
    )
    subject = re.search(r"<h1>检查：(.+?)</h1>", head.get(visit)[1])
    assert subject
    assert head.post(f"{visit}/close", {}, page=f"{visit}/review")[0] == 303
    legalcredit("jobs", "once", "intake")
    notices.append(_release(people, subject[1]))
    public = Browser(address)
    for notice in notices:
        assert public.get(f"/notices/{notice}")[0] == 200
    shown = json.loads(public.get(f"/notices/{notices[0]}.json")[1])

    draw = _draw(address)
    environment |= {"URL": address, "DRAW": draw, "POSITION": str(_position(shown))}
    assert not transcript.run(citizen, folder=tmp_path, environment=environment)


def _release(people: dict[str, Browser], title: str) -> str:
    """Takes the release of that title through six people, and gives the id of its notice."""
    path = next(path for path in _work_list(people["clerk"]) if title in people["clerk"].get(path)[1])
    for username, step in SIX:
        person = people[username]
        revision = re.search(r'name="revision" value="(\d+)"', person.get(path)[1])
        assert revision, f"{username} sees no form for {step}"
        status, _ = person.post(f"{path}/steps/{step}", {"revision": revision[1], "note": "同意"}, page=path)
        assert status == 303, f"{username} could not {step}"
    notice = re.search(r'/notices/(\w+)"', people["admin"].get(path)[1])
    assert notice
    return notice[1]


def _work_list(clerk: Browser) -> Iterator[str]:
    """The releases that wait for the clerk, page after page."""
    page = "/staff/releases"
    while page:
        _, listed = clerk.get(page)
        yield from dict.fromkeys(re.findall(r'href="(/staff/releases/\w+)"', listed))
        following = re.search(r'href="([^"]+)" rel="next"', listed)
        page = unescape(following[1]) if following else ""


def _draw(address: str) -> str:
    """The second witness throws, the officer draws; the id of the draw."""
    officer = Browser(address).sign_in("draw", PASSWORD)
    witness = Browser(address).sign_in("witness2", PASSWORD)
    _, overview = officer.get("/staff/inspection")
    page = next(
        path
        for path in re.findall(r'href="(/staff/inspection/draws/\w+)"', overview)
        if "轮到您" in witness.get(path)[1]
    )
    dice = "4162 5361 2435 1643 2516 3452"
    assert (
        witness.post(f"{page}/chance", {"position": "1", "value": dice, "again": dice}, page=page)[0] == 303
    )
    assert officer.post(f"{page}/run", {}, page=page)[0] == 303
    return page.rsplit("/", 1)[1]


def _position(notice: dict[str, object]) -> int:
    versions = notice["versions"]
    assert isinstance(versions, list)
    return int(versions[0]["index"])


def _same_headers_as_the_real_templates(folder: Path) -> None:
    for name in ("permit-organisation.xlsx", "penalty-person.xlsx"):
        real, ours = (
            [cell.value for cell in load_workbook(path).worksheets[0][1] if cell.value]
            for path in (ROOT / "tests/golden/templates" / name, folder / name)
        )
        assert ours == real, name

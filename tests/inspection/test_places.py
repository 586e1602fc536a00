"""Was I in the drum? Anybody finds a firm's place in a frame, its exact chance, and what came of it."""

from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from openapi_spec_validator import validate
from playwright.sync_api import Page, expect

from inspection.ceremony.places import places
from registry.kernel.host import Host
from seed.numbers import uscc
from tests.browser.sessions import fits
from tests.inspection import bureau, generated
from tests.inspection.drawing import frame, unit


@given(st.integers(0, 10**9))
def test_chances_of_a_stratum_add_up_to_its_quota_and_tell_what_the_record_tells(seed: int) -> None:
    record = generated.record(seed)
    document = record["frame"]
    found = places(document, {one["id"] for one in document["units"]}, record)
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for place in found:
        if place.status == "eligible":
            sums[place.stratum] += place.chance
            assert sums[place.stratum] <= place.quota
        else:
            assert place.chance == (place.status == "mandatory")
    assert {name: total for name, total in sums.items() if total} == {
        place.stratum: place.quota for place in found if place.status == "eligible" and place.quota
    }
    drawn = {place.unit for place in found if place.outcome in ("selected", "directed")}
    assert drawn == {one["unit"] for one in record["selected"]}
    standing_by = sorted(
        (place for place in found if place.reserve), key=lambda place: (place.stratum, place.reserve or 0)
    )
    assert [(place.unit, place.ticket) for place in standing_by] == [
        (one["unit"], one["ticket"]) for one in record["reserves"]
    ]
    came_in = {step["unit_in"] for step in record["substitutions"] if step.get("unit_in")}
    assert {place.unit for place in found if place.outcome == "came_in"} == came_in


def test_before_the_draw_a_place_tells_the_chance_and_nothing_of_the_outcome() -> None:
    units = [unit("U1"), unit("U2"), unit("U3"), unit("U4", status="excluded", ground="yearly_cap")]
    strata = [{"id": "A", "rate_bp": 5000, "min": 0, "max": None}]
    found = places(frame(units, strata=strata), {"U1", "U4", "U9"})
    assert [(place.unit, place.chance, place.outcome, place.ticket, place.rank) for place in found] == [
        ("U1", Fraction(2, 3), None, None, None),
        ("U4", Fraction(0), None, None, None),
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_firm_finds_itself_by_name_number_or_id(host: Host, client: FlaskClient) -> None:
    place = bureau.found(host.work)
    draw = bureau.frozen(host.work, place)
    assert client.get(f"/draws/{draw}/places?q=x").status_code == 404  # not public before the commitment
    bureau.commit(host.work, draw)
    firm, name, code = place.firms[4], "示范市第5试验律师事务所", uscc("31", "310101", 80_000_004)
    before = _results(client, draw, name)
    assert before == [
        {
            "unit": firm.public_id,
            "name": name,
            "status": "eligible",
            "ground": None,
            "ground_title": None,
            "stratum": "A",
            "eligible": 12,
            "quota": 3,
            "chance": {"numerator": 1, "denominator": 4},
            "outcome": None,
            "ticket": None,
            "rank": None,
            "reserve": None,
        }
    ]
    bureau.throw(host.work, draw, bureau.DICE, bureau.SECOND_DICE)
    record = bureau.run(host.work, draw)
    for asked in (firm.public_id, code, name):
        [after] = _results(client, draw, asked)
        assert after["unit"] == firm.public_id
    everyone = _results(client, draw, "示范市")
    assert len(everyone) == 12
    ranked = sorted(everyone, key=lambda one: one["rank"])
    assert [one["unit"] for one in ranked[:3]] == [one["unit"] for one in record["selected"]]
    assert [one["ticket"] for one in ranked[:3]] == [one["ticket"] for one in record["selected"]]
    assert _results(client, draw, "没有这一家") == []
    assert "名录里没有找到" in client.get(f"/draws/{draw}/places?q=没有这一家").text
    assert client.get(f"/draws/{draw}/places.json").status_code == 400
    assert client.get("/draws/aaaaaaaaaaaaaaaa/places").status_code == 404
    document = client.get("/api/v1/openapi.json").get_json()
    validate(document)
    assert "/draws/{public_id}/places.json" in document["paths"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_says_it_in_words(
    page: Page, live_server: str, host: Host, screenshot: Callable[[Page, str], Path]
) -> None:
    place = bureau.found(host.work)
    draw = bureau.drawn(host.work, place)
    page.goto(f"{live_server}/draws/{draw}")
    page.get_by_role("link", name="我在名录里吗").click()
    page.get_by_role("searchbox", name="机构名称").fill("示范市第1试验律师事务所")
    page.get_by_role("main").get_by_role("button", name="查询").click()
    expect(page.get_by_role("main")).to_contain_text("3/12（25 %）")
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        fits(page)
        screenshot(page, f"places-{width}")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def _results(client: FlaskClient, draw: str, asked: str) -> list[dict[str, Any]]:
    answer = client.get(f"/draws/{draw}/places.json", query_string={"q": asked})
    assert answer.status_code == 200, answer.text
    return list(answer.get_json()["results"])

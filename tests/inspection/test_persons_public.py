"""What the public learns of a draw from persons: everything about the drawn, nothing about who the others are."""

import json
import logging
import re
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from playwright.sync_api import Page, expect

from inspection.ceremony import find as draws
from inspection.ceremony import persons
from inspection.visits import opening
from registry.kernel.host import Host
from registry.ledger import book
from registry.roster import find
from tests.inspection import bureau, lawyers, sealed_bureau
from tests.inspection.test_persons import owners
from tests.people import Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def look_up(client: FlaskClient, draw: str, number: str) -> list[dict[str, Any]]:
    answer = client.post(f"/draws/{draw}/places.json", json={"q": number})
    assert answer.status_code == 200, answer.text
    return list(answer.get_json()["results"])


def test_nobody_who_was_not_drawn_stands_anywhere_in_public(
    host: Host, app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    place = lawyers.found(host.work)
    draw = bureau.drawn(host.work, place.at)
    known = owners(host.work, draw)
    with host.work.read() as session:
        page = draws.draw_page(session, draw, on=session.today)
        drawn = {chosen.person.subject for chosen in page.chosen if chosen.person}
        others = [person for person in place.people if person.public_id not in drawn]
        told = {
            one.public_id: (person.name, person.licences[0].number)
            for one in place.people
            for person in [find.practitioner(session, one.public_id)]
        }
        bodies = b"".join(
            entry.body or b"" for entry in book.read(session, "public", start=0, limit=1000, on=session.today)
        )
    names = {told[one][0] for one in drawn}
    canaries = {
        canary
        for person in others
        for canary in (person.public_id, told[person.public_id][1], told[person.public_id][0])
        if canary not in names
    }
    assert len(canaries) > 40
    number = told[others[0].public_id][1]
    seen = [bodies.decode()]
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and re.match(r"/draws\b", rule.rule):
            path = re.sub(r"<[^>]*public_id>", draw, rule.rule)
            if "<" not in path:
                seen.append(client.get(path).get_data().decode(errors="replace"))
    assert len(seen) > 10
    asked = client.get(f"/draws/{draw}/places.json", query_string={"q": number})
    assert (asked.status_code, asked.get_json()["rule"]) == (400, "number_in_address")
    seen += [asked.text, json.dumps(look_up(client, draw, number), ensure_ascii=False)]
    # What a reader put into the address stands in its links again; nobody is found by it.
    for path, nobody in (("frame", "名录中没有符合条件的检查对象"), ("places", "输入完整的执业证号")):
        searched = client.get(f"/draws/{draw}/{path}?q={number}").text
        assert nobody in searched
        seen.append(searched.replace(number, ""))
    for text in seen:
        assert not [canary for canary in canaries if canary in text]
    assert not [canary for canary in canaries if canary in caplog.text]
    # And the drawn are there, or the looking above would prove nothing.
    shown = client.get(f"/draws/{draw}").text
    for one in drawn:
        assert all(word in shown for word in told[one])
    assert set(known) == set(re.findall(r"\b[0-9a-f]{64}\b", client.get(f"/draws/{draw}/frame.csv").text))


def test_everybody_finds_their_own_chance_by_number_and_the_chances_add_up(
    host: Host, client: FlaskClient
) -> None:
    place = lawyers.found(host.work, lawyers=16)
    draw = bureau.committed(host.work, place.at)
    numbers = [lawyers.licence(n) for n in range(16)]
    assert look_up(client, draw, numbers[3]) == [
        {
            "unit": None,
            "name": None,
            "status": "eligible",
            "ground": None,
            "ground_title": None,
            "stratum": "A",
            "eligible": 16,
            "quota": 4,
            "chance": {"numerator": 1, "denominator": 4},
            "outcome": None,
            "ticket": None,
            "rank": None,
            "reserve": None,
        }
    ]
    bureau.throw(host.work, draw, bureau.DICE, bureau.SECOND_DICE)
    record = bureau.run(host.work, draw)
    sums: dict[str, Fraction] = defaultdict(Fraction)
    outcomes = defaultdict(list)
    for number in numbers:
        [found] = look_up(client, draw, number)
        chance = found["chance"]
        sums[found["stratum"]] += Fraction(chance["numerator"], chance["denominator"])
        outcomes[found["outcome"]].append(found)
    assert sums == {"A": 4}
    # Who is opened sees the whole; a reserve could be picked out of two, so nobody is told to be one.
    assert {one["unit"] for one in outcomes["selected"]} == {entry["unit"] for entry in record["selected"]}
    assert all(one["ticket"] and one["rank"] and one["name"] for one in outcomes["selected"])
    assert outcomes.keys() == {"selected", "not_selected"}
    hidden = {
        (one["unit"], one["name"], one["ticket"], one["rank"], one["reserve"])
        for one in outcomes["not_selected"]
    }
    assert hidden == {(None, None, None, None, None)}


def test_neither_a_name_nor_an_id_nor_half_a_number_finds_a_person(host: Host, client: FlaskClient) -> None:
    place = lawyers.found(host.work)
    draw = bureau.drawn(host.work, place.at)
    unit = next(iter(owners(host.work, draw)))
    number = lawyers.licence(0)
    for asked in (
        "欧阳清和",
        place.people[0].public_id,
        unit,
        number[:-1],
        number[-6:],
        "示范市第1试验律师事务所",
        "x",
    ):
        assert look_up(client, draw, asked) == []
    assert look_up(client, draw, f" {number[:9]} {number[9:]} ")


def test_whoever_tries_numbers_in_series_is_slowed_down(host: Host, client: FlaskClient) -> None:
    place = lawyers.found(host.work)
    draw = bureau.committed(host.work, place.at)
    answers = [client.post(f"/draws/{draw}/places.json", json={"q": lawyers.licence(n)}) for n in range(24)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429] * 4
    document = client.get("/api/v1/openapi.json").get_json()
    validate(document)
    assert set(document["paths"]["/draws/{public_id}/places.json"]) >= {"get", "post"}


def test_the_health_of_draws_counts_persons_across_their_pseudonyms_and_tells_of_nobody(
    host: Host, client: FlaskClient
) -> None:
    task: dict[str, Any] = {
        "yearly_cap": None,
        "strata": [{"id": name, "rate_bp": 9000, "min": 0, "max": None} for name in "ABCD"],
    }
    place = lawyers.found(host.work, **task)
    bureau.drawn(host.work, place.at)
    second = bureau.drawn(host.work, lawyers.next_task(host.work, place, **task))
    found = client.get("/draws/health.json").get_json()
    # 22 of 24 were drawn each time: 24 people, not 48 units, and nearly all of them twice.
    times = {line["times"]: line["units"] for line in found["times_drawn"]}
    assert sum(times.values()) == 24
    assert times[2] >= 20
    page = client.get("/draws/health").text
    assert f"{found['selections']} 家（人）次" in page, "persons are counted as such"
    how = client.get(f"/draws/{second}/verify").text
    assert "本人凭执业证号" in how
    assert "有没有您知道的机构" not in how, "under pseudonyms nobody finds one"
    named = {
        seen["name"]
        for result in found["results"]
        for seen in result["extremes"]
        if result["test"] == "subjects"
    }
    assert named == {"个人（不公开）"}
    for secret in (*owners(host.work, second), *owners(host.work, second).values(), "person:"):
        assert secret not in page
        assert secret not in str(found)


def test_a_sealed_draw_opens_nobody_before_its_last_visit(
    host: Host, client: FlaskClient, sign_in: Callable[..., Person]
) -> None:
    sealed_bureau.hold(host.work, sign_in("auditor"))
    place = lawyers.found(host.work)
    draw = sealed_bureau.drawn(host.work, place.at)
    to_make = sealed_bureau.visits(host.work, draw)
    with host.work.read() as session:
        assert draws.draw_page(session, draw, on=session.today).chosen == []
        assert persons.opened(session, draw, "lawyer") == {}
    closed = client.post(f"/draws/{draw}/places.json", json={"q": lawyers.licence(0)})
    assert closed.status_code == 404
    for visit in to_make.values():
        sealed_bureau.visit(host.work, visit)
    opening.settle(host.work)
    with host.work.read() as session:
        chosen = draws.draw_page(session, draw, on=session.today).chosen
        assert {one.unit for one in chosen} == set(to_make)
        assert all(one.person and one.person.licence_number for one in chosen)
    assert [one["status"] for one in look_up(client, draw, lawyers.licence(0))] == ["eligible"]


def test_a_lawyer_asks_on_the_phone(page: Page, live_server: str, host: Host) -> None:
    place = lawyers.found(host.work)
    draw = bureau.drawn(host.work, place.at)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server}/draws/{draw}")
    page.get_by_role("link", name="我在名录里吗").click()
    expect(page.get_by_role("searchbox", name="执业证号")).to_be_visible()
    asked = page.url
    for number, answer in ((lawyers.licence(0), "6/24（25 %）"), (lawyers.licence(999), "名录里没有找到")):
        page.get_by_role("searchbox", name="执业证号").fill(number)
        page.get_by_role("main").get_by_role("button", name="查询").click()
        expect(page.get_by_role("main")).to_contain_text(answer)
        assert page.url == asked
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()

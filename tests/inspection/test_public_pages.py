"""What citizens and their programs read of inspections: lists in pages, the same as JSON, all of it documented."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from sqlalchemy import select

from inspection.plan import draft
from inspection.plan.tables import MatterRow
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from registry.kernel.work import Work
from tests.inspection import bureau
from tests.inspection.bureau import DICE, OFFICE


def test_every_draw_is_found_by_turning_the_pages(host: Host, client: FlaskClient) -> None:
    place = bureau.found(host.work)
    draws = [_voided(host.work, place, None)]
    for _ in range(3):
        draws.insert(0, _voided(host.work, place, draws[0]))
    found, following = [], None
    while True:
        page = _json(
            client, "/draws.json", query_string={"limit": 3, **({"before": following} if following else {})}
        )
        found += page["results"]
        following = page["next"]
        if following is None:
            break
    assert [one["id"] for one in found] == draws
    assert found[0] == {
        "id": draws[0],
        "task": "律师事务所双随机抽查",
        "state": "voided",
        "overdue": False,
        "as_of": "2026-11-20",
        "drawn_at": None,
        "sealed": False,
        "opening_overdue": False,
        "url": f"/draws/{draws[0]}",
    }
    shown = client.get("/draws").text
    assert all(draw in shown for draw in draws)


def test_a_draw_as_json_says_what_its_page_says(host: Host, client: FlaskClient, clock: SetClock) -> None:
    place = bureau.found(host.work)
    first = bureau.committed(host.work, place)
    bureau.throw(host.work, first, DICE)
    waiting = _json(client, f"/draws/{first}.json")
    assert [(item["by"], item["value"]) for item in waiting["entropy"]] == [
        ("witness", DICE),
        ("witness2", None),
    ]
    assert (waiting["state"], waiting["record"], waiting["selected"]) == ("committed", None, [])
    assert client.get(waiting["frame"]).status_code == 200
    assert "逾期" not in client.get(f"/draws/{first}").text
    clock.advance(timedelta(days=31))
    assert _json(client, f"/draws/{first}.json")["overdue"]
    assert "逾期未抽取，视为作废" in client.get(f"/draws/{first}").text
    assert _json(client, "/draws.json")["results"][0]["overdue"]

    plan = [{"kind": "dice", "by": "witness"}, {"kind": "dice", "by": "witness3"}]
    second = bureau.committed(host.work, place, plan, supersedes=first)
    bureau.throw(host.work, second, DICE, DICE)
    bureau.run(host.work, second)
    ended = _json(client, f"/draws/{first}.json")
    assert (ended["voided"]["ground"], ended["voided"]["party"]) == ("overdue", "witness2")
    assert ended["superseded_by"] == second
    drawn = _json(client, f"/draws/{second}.json")
    record = _json(client, drawn["record"])
    assert drawn["supersedes"] == first
    assert [one["unit"] for one in drawn["selected"]] == [one["unit"] for one in record["selected"]]
    assert [one["inspectors"] for one in drawn["selected"]] == [
        one["inspectors"] for one in record["assignments"]
    ]
    assert [one["unit"] for one in drawn["reserves"]] == [one["unit"] for one in record["reserves"]]
    assert drawn["strata"][0] == {
        "id": "A", "rate_bp": 2500, "eligible": 12, "excluded": 0, "quota": 3, "selected": 3,
    }  # fmt: skip


def test_the_list_of_matters_holds_what_is_in_force_and_pages_by_code(
    host: Host, client: FlaskClient, clock: SetClock
) -> None:
    bureau.found(host.work)
    with host.work.read() as session:
        known = session.scalars(select(MatterRow)).one()
        texts = {
            name: getattr(known, name)
            for name in ("content", "object_kind", "category", "method", "basis", "rate", "frequency")
        }
    with host.work.write(OFFICE) as session:
        for code, name, day in (
            ("GZ-01", "公证机构抽查", date(2026, 11, 20)),
            ("JD-01", "明年才施行的抽查", date(2027, 1, 1)),
            ("LS-01", "律师事务所抽查（新）", date(2026, 12, 1)),
        ):
            draft.publish_matter(session, OFFICE, code=code, name=name, valid_from=day, **texts)
    first = _json(client, "/matters.json?limit=1")
    assert ([one["code"] for one in first["results"]], first["next"]) == (["GZ-01"], "GZ-01")
    second = _json(client, "/matters.json", query_string={"limit": 1, "after": first["next"]})
    assert ([one["name"] for one in second["results"]], second["next"]) == (["律师事务所执业管理抽查"], None)
    assert second["results"][0]["object"] == "律师事务所"
    clock.advance(timedelta(days=11))
    assert [one["name"] for one in _json(client, "/matters.json")["results"]] == [
        "公证机构抽查",
        "律师事务所抽查（新）",
    ]
    assert "律师事务所抽查（新）" in client.get("/matters").text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_city_that_has_not_begun_says_so(client: FlaskClient) -> None:
    assert "还没有抽取" in client.get("/draws").text
    assert "清单中还没有事项" in client.get("/matters").text
    assert _json(client, "/draws.json") == {"results": [], "next": None}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/draws/aaaaaaaaaaaaaaaa", 404),
        ("/draws/aaaaaaaaaaaaaaaa.json", 404),
        ("/draws/aaaaaaaaaaaaaaaa/record.json", 404),
        ("/draws/aaaaaaaaaaaaaaaa/frame.json", 404),
        ("/draws/short.json", 404),
        ("/draws.json?limit=0", 400),
        ("/draws.json?limit=101", 400),
        ("/draws.json?before=x", 400),
        ("/matters.json?limit=x", 400),
        ("/draws?before=x", 200),
        ("/draws?before=" + "9" * 40, 200),
        ("/draws.json?before=" + "9" * 40, 400),
        ("/draws.json?before=-1", 400),
    ],
)
def test_what_is_not_there_or_not_asked_properly_is_refused(
    client: FlaskClient, path: str, status: int
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    if status >= 400 and ".json" in path:
        assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_answer_about_draws_is_in_the_openapi_document(client: FlaskClient) -> None:
    document = _json(client, "/api/v1/openapi.json")
    validate(document)
    draw = "/draws/{public_id}"
    wanted = {"/matters.json", "/draws.json", f"{draw}.json", f"{draw}/record.json", f"{draw}/frame.json"}
    assert wanted <= document["paths"].keys()


def _json(client: FlaskClient, path: str, **options: Any) -> dict[str, Any]:
    answer = client.get(path, **options)
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


def _voided(work: Work, place: bureau.Bureau, supersedes: str | None) -> str:
    draw = bureau.frozen(work, place, supersedes=supersedes)
    bureau.void(work, draw, "frame_fault")
    return draw

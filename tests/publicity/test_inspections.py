"""/inspections: what random inspections found, by task, in the layout that consumers of the national system know."""

import csv
from datetime import date, timedelta
from io import StringIO

import pytest
from flask.testing import FlaskClient

from inspection.visits import find
from inspection.visits.after import find as after
from publicity.notices import end
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.host import Host
from tests.inspection import followed
from tests.publicity import office

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LEADER = Actor.command("leader")


def _published(host: Host) -> tuple[str, str, str]:
    """Two public results of one task: a visit with problems and its notice, and the notice of one with none."""
    visit = followed.close(host.work, followed.visit(host.work).public_id)
    with host.work.read() as session:
        listed, _ = find.worklist(session, states=["assigned"], limit=1)
    followed.record(host.work, listed[0].public_id, codes=["1"], measure="none")
    other = followed.close(host.work, listed[0].public_id)
    return (
        visit.public_id,
        office.publicise(host, visit.event or ""),
        office.publicise(host, other.event or ""),
    )


def test_results_stand_by_task_in_the_names_of_the_national_system(host: Host, client: FlaskClient) -> None:
    _, notice, other = _published(host)
    told = client.get("/inspections.json").json
    assert told
    assert [one["notice"] for one in told["results"]] == [other, notice]
    first = told["results"][1]
    assert first["raninsTaskId"] == "2026-LS-01"
    assert first["raninsTypeName"] == "不定向"
    assert first["insDate"] == "2026-11-20"
    assert first["details"] == [
        {
            "seqno": 1,
            "raninsItemName": "律师事务所执业管理抽查",
            "raninsCheckResName": "未按规定公示应当公示的信息；违反执业管理其他规定",
        }
    ]
    page = client.get("/inspections")
    assert (page.status_code, f"/notices/{notice}" in page.text) == (200, True)
    lines = list(csv.reader(StringIO(client.get("/inspections.csv").text.lstrip("\ufeff"))))
    assert len(lines) == 3
    assert lines[2][-1] == notice
    assert client.get("/inspections.xlsx").status_code == 200


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("result=problems", ["problems"]),
        ("result=none", ["none"]),
        ("result=other", ["none", "problems"]),
        ("year=2026", ["none", "problems"]),
        ("year=2025", []),
        ("year=²", ["none", "problems"]),
        ("matter=LS-01", ["none", "problems"]),
        ("matter=XX-01", []),
        ("district=999999", []),
        ("before=0", []),
        ("before=99999999999999999999", ["none", "problems"]),
    ],
)
def test_what_is_asked_for_is_what_is_listed(
    host: Host, client: FlaskClient, asked: str, found: list[str]
) -> None:
    _, problems, none = _published(host)
    page = client.get(f"/inspections?{asked}").text
    listed = {"problems": f"/notices/{problems}" in page, "none": f"/notices/{none}" in page}
    assert sorted(name for name, is_there in listed.items() if is_there) == found


def test_pages_follow_each_other_without_a_gap(host: Host, client: FlaskClient) -> None:
    _, problems, none = _published(host)
    first = client.get("/inspections.json?limit=1").json
    assert first
    second = client.get(f"/inspections.json?limit=1&before={first['next']}").json
    assert second
    assert [one["notice"] for part in (first, second) for one in part["results"]] == [none, problems]
    assert second["next"] is None


def test_what_has_ended_is_in_no_list_and_no_file(host: Host, client: FlaskClient, clock: SetClock) -> None:
    visit, notice, _ = _published(host)
    with host.work.write(LEADER) as session:
        end.withdraw(session, LEADER, notice=notice, ground="mistaken")
    name = followed.again(host.work, visit).subject_name
    for form in ("", ".json", ".csv"):
        assert name not in client.get(f"/inspections{form}").text
    clock.advance(timedelta(days=366 * 6))
    assert client.get("/inspections.json").json == {"results": [], "next": None}
    assert clock.now().date() > date(2032, 1, 1)


def test_a_confirmed_recheck_is_a_line_of_its_own_and_marks_the_first(
    host: Host, client: FlaskClient
) -> None:
    visit, notice, _ = _published(host)
    order = followed.ordered(host.work, visit)
    followed.rechecked(host.work, order.public_id, followed.again(host.work, visit))
    followed.confirmed(host.work, order.public_id)
    with host.work.read() as session:
        event = after.one_rectification(session, order.public_id).rechecks[0].event
    recheck = office.publicise(host, event or "")
    told = client.get("/inspections.json").json
    assert told
    lines = {one["notice"]: one for one in told["results"]}
    assert lines[recheck]["recheck"]
    assert lines[recheck]["details"][0]["raninsCheckResName"] == "经复查，已改正"
    assert lines[notice]["marks"] == ["发现的问题已改正"]

"""双公示: permits and penalties together, kept to whom and when, with how many were published month by month."""

import re
from datetime import date, datetime

import pytest
from flask.testing import FlaskClient

from publicity.notices import end
from publicity.notices.chosen import Chosen, by_month, months_until
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.host import Host
from tests.publicity import office


@pytest.fixture
def published(host: Host, clock: SetClock) -> dict[str, str]:
    """A permit in October, at one minute to midnight of its last day, and a penalty in November; a finding beside them."""
    subjects = office.enrol(host.work)
    clock.set(datetime(2026, 10, 31, 23, 59, tzinfo=SHANGHAI))
    permit = office.publicise(host, office.permit(host.work, subjects, decided="2026-10-30"))
    clock.set(datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI))
    penalty = office.publicise(host, office.penalty(host.work, subjects))
    finding = office.publicise(host, office.finding(host.work, subjects))
    return {"permit": permit, "penalty": penalty, "finding": finding}


def test_both_lists_are_kept_to_what_was_chosen_in_every_form(
    client: FlaskClient, published: dict[str, str]
) -> None:
    for query, kept in (
        ("", {"permit", "penalty"}),
        ("kind=penalty", {"penalty"}),
        ("kind=finding", {"permit", "penalty"}),
        ("calling=lawyer", {"permit"}),
        ("calling=law_firm", {"penalty"}),
        ("calling=notary", set()),
        ("district=310106", {"permit", "penalty"}),
        ("district=310115", set()),
        ("district=310106&calling=lawyer", {"permit"}),
        ("first=2026-11-01", {"penalty"}),
        ("last=2026-10-31", {"permit"}),
        ("first=2026-10-31&last=2026-10-31", {"permit"}),
        ("first=x&last=%27", {"permit", "penalty"}),
    ):
        page = client.get(f"/double-publicity?{query}")
        assert page.status_code == (422 if "first=x" in query else 200), "told, and shown all the same"
        assert {name for name, notice in published.items() if f'/notices/{notice}"' in page.text} == kept, (
            query
        )
        if "kind" not in query and "x" not in query:
            both = f"{query}&kind=permit,penalty"
            told = client.get(f"/notices.json?{both}").get_json()["results"]
            assert {notice["kind"] for notice in told} == kept, query
            for path in (f"/notices.csv?{both}", f"/notices.atom?{both}"):
                answer = client.get(path)
                assert {name for name, notice in published.items() if notice in answer.text} == kept, path


def test_months_are_the_offices_and_count_what_has_gone_since(host: Host, published: dict[str, str]) -> None:
    leader = office.person(host.permissions, "leader")
    with host.work.write(leader) as session:
        end.withdraw(session, leader, notice=published["penalty"], ground="quashed")
    months = months_until(date(2026, 11, 20), 3)
    assert months == [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)]
    assert months_until(date(2026, 2, 28), 3)[0] == date(2025, 12, 1)
    with host.work.read() as session:
        assert by_month(session, months, Chosen(("permit", "penalty"))) == {
            "permit": [0, 1, 0],
            "penalty": [0, 0, 1],
        }
        assert by_month(session, months, Chosen(("permit",), calling="notary")) == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_chart_has_its_figures_beside_it(client: FlaskClient, published: dict[str, str]) -> None:
    page = client.get("/double-publicity").text
    assert '<td>2026-11</td><td class="number">0</td><td class="number">1</td>' in page
    assert '<td>2026-10</td><td class="number">1</td><td class="number">0</td>' in page
    assert 'role="img" aria-label="每月公开的行政许可和行政处罚"' in page


def test_days_that_cannot_be_are_told_beside_their_field(
    client: FlaskClient, published: dict[str, str]
) -> None:
    turned = client.get("/double-publicity?first=2026-11-20&last=2026-01-01")
    assert turned.status_code == 422
    assert re.search(r'id="f-last-fault">不能早于起始日期', turned.text)
    assert 'value="2026-11-20"' in turned.text
    none = client.get("/double-publicity?first=2026-99-99")
    assert (none.status_code, "日期无法识别" in none.text) == (422, True)
    assert client.get("/double-publicity?first=2026-01-01&last=2026-11-20").status_code == 200

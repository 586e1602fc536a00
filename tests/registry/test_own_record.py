"""本人信用记录查询: somebody proves who they are, and reads everything that is recorded about them and who looked."""

import logging
from collections.abc import Callable
from datetime import date, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.accounts import audit
from registry.credit.columns import SCOPES
from registry.credit.own_record import issue
from registry.credit.own_record.tables import OwnRecordRow
from registry.credit.record import Subject, annul, record
from registry.kernel.access import Actor
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.faults import Refused
from registry.kernel.host import Host
from tests.papers import pages
from tests.people import Person
from tests.registry import roster_facts as facts

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NUMBER = facts.resident(3)


@pytest.fixture
def lawyer(host: Host) -> dict[str, str]:
    """A lawyer with a penalty that was annulled and an assessment that is never published."""
    with host.work.write(Actor.command("tests")) as session:
        person = facts.advocate(session, facts.firm(session), 3, id_number=NUMBER)
        subject = Subject(practitioner=person.id)
        penalty = record(
            session,
            session.actor,
            kind="penalty",
            subject=subject,
            decided_on=date(2026, 6, 1),
            document_number="沪司罚决字〔2026〕第7号",
            summary="警告",
        )
        record(
            session,
            session.actor,
            kind="annual_assessment",
            subject=subject,
            decided_on=date(2026, 5, 29),
            summary="2025年度考核：称职",
            scope=SCOPES[1],
        )
        annul(session, session.actor, event=penalty.public_id, ground="事实不清", on=date(2026, 7, 1))
    return {"lawyer": person.public_id, "penalty": penalty.public_id}


def test_the_record_holds_what_is_public_and_what_is_not_and_who_looked(
    host: Host, sign_in: Callable[..., Person], lawyer: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    clerk, auditor = sign_in("clerk"), sign_in("auditor")
    auditor.get(f"/staff/roster/practitioners/{lawyer['lawyer']}")
    with caplog.at_level(logging.DEBUG):
        opened = clerk.post("/staff/own-records", number=NUMBER)
    assert opened.status_code == 303
    assert NUMBER not in opened.location
    assert NUMBER not in caplog.text

    page = clerk.get(opened.location).text
    paper = "".join(pages(clerk.get(f"{opened.location}/record.pdf").data))
    for said in (
        "单勇",
        "沪司罚决字〔2026〕第7号",
        "2025年度考核：称职",
        SCOPES[1],
        "已撤销",
        "测试auditor",
        "测试clerk",
    ):
        assert said in page, said
        assert said.replace(" ", "") in paper, said
    assert NUMBER not in page
    assert NUMBER not in paper
    with host.work.read() as session:
        [look] = audit.find(session, verb="record.print", record=lawyer["lawyer"], limit=10)
        assert look.actor_id == clerk.id
        assert session.scalars(select(OwnRecordRow.identified_by)).one() == "identity"


def test_only_whoever_made_sure_opens_it_and_on_that_day_alone(
    host: Host, sign_in: Callable[..., Person], lawyer: dict[str, str], clock: SetClock
) -> None:
    clerk, other = sign_in("clerk"), sign_in("clerk", username="clerk2")
    here = clerk.post("/staff/own-records", number=NUMBER).location
    for suffix in ("", "/record.pdf"):
        assert clerk.get(here + suffix).status_code == 200
        assert other.get(here + suffix).status_code == 403

    def opened() -> str:
        with host.work.read() as session:
            return issue.opened(session, clerk.actor, request=here.rsplit("/", 1)[1])[0].public_id

    clock.set(datetime(2026, 11, 20, 23, 59, tzinfo=SHANGHAI))
    assert opened() == lawyer["lawyer"]
    clock.set(datetime(2026, 11, 21, 0, 0, tzinfo=SHANGHAI))
    with pytest.raises(Refused) as refused:
        opened()
    assert refused.value.rule == "over"


def test_a_number_that_is_nobodys_opens_nothing_and_is_not_sent_back(
    client: FlaskClient, sign_in: Callable[..., Person], lawyer: dict[str, str]
) -> None:
    clerk = sign_in("clerk")
    for number, status in ((facts.resident(5), 404), ("", 422)):
        refused = clerk.post("/staff/own-records", number=number)
        assert refused.status_code == status
        assert not number or number not in refused.text
    assert client.get("/staff/own-records").status_code == 303
    assert sign_in("auditor").get("/staff/own-records").status_code == 403

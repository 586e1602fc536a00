"""What a page costs the database: a few queries, however many rows it has."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from registry.credit.record import NewEvent, Subject, record_many
from registry.kernel.host import Host
from registry.kernel.work import Work
from registry.roster import find
from tests.registry import roster_facts as facts
from tests.registry.programs import COMMAND, Program
from tests.registry.register import Register, filled

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAGES = (
    "/practitioners",
    "/practitioners?q=单",
    "/practitioners/{lawyer}",
    "/organisations",
    "/organisations?q=上海",
    "/organisations/{firm}",
    "/credit-events",
    "/credit-events?subject={firm}",
    "/credit-events/{penalty}",
    "/standings?kind=lawyer&on=2026-11-25",
    "/standing?subject={firm}&on=2026-11-25",
    "/objections",
    "/objections/{objection}",
    "/repairs",
    "/repairs/{repair}",
    "/listings?view=open",
    "/listings/{listing}",
    "/pledges",
    "/pledges/{pledge}",
    "/complaints",
    "/complaints/{complaint}",
    "/event-kinds",
    "/measures/purposes",
    "/working-days?since=2026-01-01&until=2026-06-01",
    "/deadline?since=2026-11-20&days=5",
)
MOST = 14
"""One of them finds the client behind the token."""


@contextmanager
def _counted(host: Host) -> Iterator[list[str]]:
    sent: list[str] = []

    def heard(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("SELECT"):
            sent.append(statement)

    event.listen(host.engine, "before_cursor_execute", heard)
    yield sent
    event.remove(host.engine, "before_cursor_execute", heard)


def _more_of_everything(work: Work, firm: int) -> None:
    with work.write(COMMAND) as session:
        for serial in range(10, 40):
            place = facts.firm(session, f"上海第{serial}律师事务所")
            facts.advocate(session, place, serial, name=f"单勇{serial}")
        record_many(
            session,
            COMMAND,
            [
                NewEvent(
                    kind="penalty",
                    subject=Subject(organisation=firm),
                    decided_on=date(2026, 3, 1),
                    summary="示例",
                    document_number=f"示罚〔2026〕{number}号",
                )
                for number in range(30)
            ],
        )


def test_every_page_takes_few_queries_and_no_more_for_more_rows(client: FlaskClient, host: Host) -> None:
    register: Register = filled(host)
    app_host: Host = client.application.extensions["legalcredit"]
    program = Program(client, host.work, *host.scopes)

    def spent() -> dict[str, int]:
        counts = {}
        for path in PAGES:
            with _counted(app_host) as sent:
                answer = program.get(path.format(**vars(register)))
            assert answer.status_code == 200, answer.text
            counts[path] = len(sent)
        return counts

    few = spent()
    with host.work.read() as session:
        firm = find.organisation(session, register.firm).id
    _more_of_everything(host.work, firm)
    assert spent() == few
    assert max(few.values()) <= MOST, few

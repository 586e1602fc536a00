"""What a page of the interface costs beside the bare query and orjson of the same rows, and beside marshmallow's dump."""

import time
from collections.abc import Callable
from datetime import date

import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from registry.kernel.work import Work
from registry.roster import enrol, listing
from registry.roster.drafts import NewPractitioner
from registry.web.api.projection import projection
from registry.web.api.roster import PractitionerLineSchema
from tests.registry import roster_facts as facts
from tests.registry.programs import COMMAND, Program

PEOPLE = 5_000
PAGE = 200


@pytest.mark.bench
def test_a_page_of_people(client: FlaskClient, engine: Engine, work: Work) -> None:
    with work.write(COMMAND) as session:
        firm = facts.firm(session)
        enrol.enrol_practitioners(
            session,
            COMMAND,
            [
                NewPractitioner(
                    name=f"单勇{serial}",
                    profession="lawyer",
                    licence_number=facts.lawyer(serial),
                    organisation=firm,
                    granted_on=date(2010, 5, 1),
                )
                for serial in range(1, PEOPLE + 1)
            ],
        )
    program = Program(client, work)
    pages = list(program.walked("/practitioners", limit=PAGE))
    assert sum(map(len, pages)) == PEOPLE
    last = program.found("/practitioners", limit=PAGE)["next"]
    for _ in range(len(pages) - 2):
        last = program.found("/practitioners", limit=PAGE, after=last)["next"]
    with work.read() as session:
        rows = listing.people(session, limit=PAGE)
    project, schema = projection(PractitionerLineSchema), PractitionerLineSchema(many=True)
    assert orjson.loads(orjson.dumps([project(row) for row in rows])) == schema.dump(rows)

    first = _seconds(lambda: program.get("/practitioners", limit=PAGE), 20)
    final = _seconds(lambda: program.get("/practitioners", limit=PAGE, after=last), 20)
    bare = _seconds(lambda: _bare(engine), 20)
    shown = _seconds(lambda: orjson.dumps([project(row) for row in rows]), 50)
    plain = orjson.loads(orjson.dumps([project(row) for row in rows]))
    only = _seconds(lambda: orjson.dumps(plain), 50)
    dumped = _seconds(lambda: orjson.dumps(schema.dump(rows)), 20)
    print(
        f"\n{engine.dialect.name}: a page of {PAGE} people of {PEOPLE:,} in {first * 1000:.1f} ms, the last page in "
        f"{final * 1000:.1f} ms ({first / bare:.1f} × the bare query and orjson, {bare * 1000:.1f} ms); projecting and "
        f"writing the rows {shown * 1000:.2f} ms = {shown / only:.1f} × bare orjson, {dumped / shown:.1f} × as fast as marshmallow"
    )
    assert final < first * 2, "a page costs the same however deep it lies"


def _bare(engine: Engine) -> bytes:
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT p.public_id, p.name, l.public_id, l.profession, l.number, l.category, l.state, l.state_since,"
                " l.granted_on, l.ended_on, o.public_id, o.name, o.kind, o.district FROM (SELECT id, public_id, name FROM"
                " reg_practitioners ORDER BY id LIMIT 200) p JOIN reg_licences l ON l.practitioner_id = p.id"
                " LEFT JOIN reg_organisations o ON o.id = l.organisation_id ORDER BY p.id"
            )
        ).all()
    return orjson.dumps([tuple(row) for row in rows])


def _seconds(run: Callable[[], object], times: int) -> float:
    """The best of `times`: whatever else the machine does only ever adds."""
    run()
    return min(_once(run) for _ in range(times))


def _once(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started

"""Name search at a million names against the bare SQL that it stands on.

    python -m tests.bench.bench_search [NAMES] [DATABASE_URL]

For each query: the median of `find.search` (a page of 20) and of the bare statement, which joins the two rarest grams,
already known, and reads twenty names. For exact look-ups by licence number and by name: the median of `find.by_licence` and
`find.people_by_name`, and of the bare SQL that answers the same.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, insert, select, text

from registry.kernel.access import Actor
from registry.kernel.clock import SystemClock
from registry.kernel.secrets import Keyring
from registry.kernel.store import Base, make_engine
from registry.kernel.work import Work, WorkSession
from registry.roster import find
from registry.roster.names import fold, grams, organisation_terms, person_terms, search_key
from registry.roster.narrowing import Narrowed
from registry.roster.search import _rarest
from registry.roster.tables import (
    GramRow,
    LicenceNumberRow,
    LicenceRow,
    NameRow,
    OrganisationRow,
    PractitionerRow,
    TermRow,
)

CHUNK = 10_000
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈单仇翟"
GIVEN = "".join(chr(0x4E00 + step * 7) for step in range(2_500))
QUERIES = (
    "单",
    "张伟",
    "王一",
    "明理",
    "律师事务所",
    "明理律师",
    "zhangs",
    "zs",
    "mlls",
    "不存在的名字",
    "13101",
)


def _names(count: int) -> Iterator[tuple[bool, str]]:
    chance = Random("names")
    for number in range(count):
        if number % 20 == 0:
            word = "".join(chance.choice(GIVEN) for _ in range(2)) if number % 1000 else "明理"
            yield True, f"上海{word}{number:x}律师事务所"
        else:
            yield (
                False,
                chance.choice(SURNAMES)
                + "".join(chance.choice(GIVEN) for _ in range(chance.choice((1, 2, 2)))),
            )


def fill(session: WorkSession, count: int) -> None:
    """Rows that only the search reads, written without the roster's histories."""
    chunk: list[tuple[bool, str]] = []
    for item in _names(count):
        chunk.append(item)
        if len(chunk) == CHUNK:
            _write(session, chunk)
            chunk.clear()
    _write(session, chunk)


def _write(session: WorkSession, chunk: list[tuple[bool, str]]) -> None:
    start = session.scalar(select(func.max(NameRow.id))) or 0
    organisations, people, names, terms, pieces = [], [], [], [], []
    licences, numbers = [], []
    for place, (firm, name) in enumerate(chunk, start + 1):
        key = search_key(name)
        common = {
            "id": place,
            "public_id": f"{place:016d}",
            "name": name,
            "name_key": fold(name),
            "enrolled_at": session.now,
        }
        if firm:
            organisations.append(
                {
                    **common,
                    "kind": "law_firm",
                    "district": "310101",
                    "state": "normal",
                    "state_since": date(2001, 1, 1),
                    "doubts": [],
                }
            )
        else:
            people.append({**common, "id_type": "身份证"})
            number = f"1310120101{place:07d}"
            licences.append(
                {
                    "id": place,
                    "public_id": f"l{place:015d}",
                    "practitioner_id": place,
                    "profession": "lawyer",
                    "number": number,
                    "granted_on": date(2010, 1, 1),
                    "state": "practising",
                    "state_since": date(2010, 1, 1),
                    "doubts": [],
                    "enrolled_at": session.now,
                }
            )
            numbers.append({"licence_id": place, "number": number, "since": date(2010, 1, 1)})
        names.append(
            {
                "id": place,
                "key": key,
                "organisation_id": place if firm else None,
                "practitioner_id": None if firm else place,
            }
        )
        own = organisation_terms(key) if firm else person_terms(key) | {f"1310120101{place:07d}"}
        terms += [{"term": term, "name_id": place} for term in own]
        pieces += [{"gram": gram, "name_id": place} for gram in grams(key)]
    for table, rows in (
        (OrganisationRow, organisations),
        (PractitionerRow, people),
        (LicenceRow, licences),
        (LicenceNumberRow, numbers),
        (NameRow, names),
        (TermRow, terms),
        (GramRow, pieces),
    ):
        if rows:
            session.execute(insert(table.__table__), rows)  # type: ignore[arg-type]


BARE = {
    1: "SELECT n.id, n.key FROM reg_grams g JOIN reg_names n ON n.id = g.name_id WHERE g.gram = :a LIMIT 20",
    2: "SELECT n.id, n.key FROM reg_grams g JOIN reg_grams h ON h.name_id = g.name_id AND h.gram = :b"
    " JOIN reg_names n ON n.id = g.name_id WHERE g.gram = :a AND n.key LIKE :like LIMIT 20",
}


def _median(run: Callable[[], object], times: int = 15) -> float:
    run()
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent) * 1_000


def measure(session: WorkSession) -> list[tuple[str, int, float, float]]:
    """(query, hits, milliseconds of the search, milliseconds of the bare statement) for every query."""
    figures = []
    for query in QUERIES:
        hits = len(find.search(session, query))
        ours = _median(lambda query=query: find.search(session, query))  # type: ignore[misc]
        key = search_key(query)
        rarest = list(_rarest(session, key).values()) or [key[:2]]
        statement = text(BARE[min(len(rarest), 2)])
        bound = {"a": rarest[0], "b": rarest[-1], "like": f"%{key}%"}
        bare = _median(lambda statement=statement, bound=bound: session.execute(statement, bound).all())  # type: ignore[misc]
        figures.append((query, hits, ours, bare))
    return figures


SLIPS = ("王乙丁", "单永义", "zhonguo", "明理律师所事务", "不存在的名字")


def beside(session: WorkSession) -> list[tuple[str, int, float, float]]:
    """As `measure`, for what a public page asks beside its hits: whom a slip meant, and the facets of a query. There is
    no bare statement that answers the same; the ratio is to the search of the same words."""
    figures = []
    for title, words, ours in (
        ("similar", SLIPS, lambda word: find.similar(session, word, Narrowed())),
        (
            "facets",
            ("张伟", "明理", "zs"),
            lambda word: find.facets(session, find.matching(session, word, limit=1_000), Narrowed()),
        ),
    ):
        for word in words:
            found = len(ours(word))
            spent = _median(lambda word=word, ours=ours: ours(word), times=7)  # type: ignore[misc]
            alone = _median(lambda word=word: find.search(session, word), times=7)  # type: ignore[misc]
            figures.append((f"{title} {word}", found, spent, alone))
    return figures


EXACT = {
    "number": "SELECT DISTINCT p.id, p.public_id, p.name FROM reg_licence_numbers n JOIN reg_licences l ON l.id = n.licence_id"
    " JOIN reg_practitioners p ON p.id = l.practitioner_id WHERE n.number = :asked ORDER BY p.id",
    "name": "SELECT id, public_id, name FROM reg_practitioners WHERE name_key = :asked ORDER BY id",
}


def look_ups(session: WorkSession) -> list[tuple[str, int, float, float]]:
    """As `measure`, for whole licence numbers and whole names; the figures are means over fifty of them."""
    chance = Random("look-ups")
    most = session.scalar(select(func.max(PractitionerRow.id))) or 0
    places = [chance.randrange(1, most) for _ in range(50)]
    people = session.execute(
        select(LicenceRow.number, PractitionerRow.name)
        .join(PractitionerRow, PractitionerRow.id == LicenceRow.practitioner_id)
        .where(LicenceRow.id.in_(places))
    ).all()
    numbers, names = [row.number for row in people], [row.name for row in people]
    figures = []
    for title, asked, ours in (
        ("number", numbers, lambda text: find.by_licence(session, text, profession="lawyer")),
        ("name", names, lambda text: find.people_by_name(session, text)),
    ):
        statement = text(EXACT[title])
        found = sum(len(ours(one)) for one in asked)
        spent = _median(lambda: [ours(one) for one in asked])  # noqa: B023
        bare = _median(lambda: [session.execute(statement, {"asked": fold(one)}).all() for one in asked])  # noqa: B023
        figures.append((title, found, spent / len(asked), bare / len(asked)))
    return figures


def run(url: str, count: int, home: Path) -> list[tuple[str, int, float, float]]:
    engine = make_engine(url)
    Base.metadata.create_all(engine)
    work = Work(engine, clock=SystemClock(), keys=Keyring.open(home / "keys", origin="bench"))
    with work.write(Actor.command("bench")) as session:
        fill(session, count)
        session.act("bench", "names")
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("ANALYZE"))
    with work.read() as session:
        figures = look_ups(session) + measure(session) + beside(session)
    engine.dispose()
    return figures


@pytest.mark.bench
def test_a_search_among_many_names_stays_within_milliseconds(tmp_path: Path) -> None:
    for query, hits, ours, bare in run(f"sqlite:///{tmp_path}/names.db", 100_000, tmp_path):
        print(f"{query:12} {hits:3} hits  {ours:7.2f} ms  bare SQL {bare:6.2f} ms")
        assert ours < 100


if __name__ == "__main__":
    names = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory() as folder:
        address = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{folder}/names.db"
        for query, hits, ours, bare in run(address, names, Path(folder)):
            print(f"{query:12} {hits:3} hits  {ours:8.2f} ms  bare SQL {bare:8.2f} ms  × {ours / bare:.1f}")

"""While a draw is sealed nothing gives it away: not one address of the service, to anybody who must not know."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspection.plan import draft
from inspection.plan import find as plan
from inspection.visits import find as visits_read
from inspection.visits import opening, replace
from registry.accounts import clients
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.faults import Fault
from registry.kernel.host import Host
from registry.kernel.work import Work
from registry.ledger import book
from tests.inspection import bureau, sealed_bureau
from tests.inspection.bureau import OFFICE, Bureau
from tests.people import Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NOBODY = "a" * 16
EVERYTHING_BUT_THE_RESULT = ("clerk", "head", "secrecy", "draw", "witness", "inspector", "auditor", "admin")
_BY_ENDPOINT = {
    "site.asset": ["draw-tree.js"],
    "log.tile": ["0/000.p/4", "entries/000.p/4"],
    "standing_rules.sample": ["none"],
    "imports.template": ["organisations"],
}
_BY_ARGUMENT = {
    "code": ["LS-01"],
    "number": ["2026-1"],
    "form": ["csv", "xlsx"],
    "year": ["2026"],
    "key": ["visit:none"],
    "kind": ["none", "notices", "organisations"],
    "part": ["0"],
    "file": [NOBODY],
    "consultation": [NOBODY],
    "token": ["a" * 32],
    "event": [NOBODY],
    "entry": [NOBODY],
    "merge_id": [NOBODY],
    "licence_id": ["1"],
    "position": ["1"],
    "listing": ["powers"],
    "edition": ["1"],
    "colour": ["red"],
    "month": ["2026-10"],
}

Readers = dict[str, Callable[[str], tuple[int, str]]]


def addresses(app: Flask, known: dict[str, list[str]]) -> Iterator[str]:
    """Every address that can be read, with every id that exists where it takes one. An argument that is not known here
    fails the test: whoever adds such a route says what it takes."""
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        found = [rule.rule]
        for argument in sorted(rule.arguments):
            if rule.endpoint in _BY_ENDPOINT:
                values = _BY_ENDPOINT[rule.endpoint]
            elif argument in ("public_id", "draw_id"):
                values = ids_for(rule.rule, known)
            else:
                assert argument in _BY_ARGUMENT, f"{rule.rule}: what does {argument} take?"
                values = _BY_ARGUMENT[argument]
            named = re.compile(rf"<(?:[^<>:]+:)?{argument}>")
            found = [named.sub(value, path) for path in found for value in values]
        yield from found
    yield from ("/search?q=试验", "/search.json?q=试验", "/staff/work/?view=all", "/staff/visits?state=open")
    for draw in known["draws"]:
        for q in known["names"]:
            yield f"/draws/{draw}/places?q={q}"
            yield f"/draws/{draw}/places.json?q={q}"
            yield f"/draws/{draw}/frame?q={q}"


def ids_for(rule: str, known: dict[str, list[str]]) -> list[str]:
    for part in ("visits", "organisations", "draws", "deposits", "tasks"):
        if f"/{part}/" in rule:
            return known["draws"] if part == "deposits" else known[part]
    return [NOBODY]


@pytest.fixture
def readers(host: Host, app: Flask, sign_in: Callable[..., Person]) -> Readers:
    """The public, a program with every scope there is, and a colleague who holds every role but those who must know."""
    colleague = sign_in(*EVERYTHING_BUT_THE_RESULT, username="auditor")
    sealed_bureau.hold(host.work, colleague)
    with host.work.write(OFFICE) as session:
        _, token = clients.add_client(session, OFFICE, name="市平台", scopes=sorted(host.scopes))

    def reading(client: FlaskClient, **headers: str) -> Callable[[str], tuple[int, str]]:
        def get(path: str) -> tuple[int, str]:
            answer = client.get(path, headers=headers)
            return (
                answer.status_code,
                answer.text if "text" in answer.content_type or "json" in answer.content_type else "",
            )

        return get

    return {
        "public": reading(app.test_client()),
        "program": reading(app.test_client(), Authorization=f"Bearer {token}"),
        "colleague": reading(colleague.client),
    }


def known_ids(work: Work, place: Bureau, draws: list[str]) -> dict[str, list[str]]:
    firms = place.firms
    return {
        "draws": draws,
        "visits": [visit for draw in draws for visit in sealed_bureau.visits(work, draw).values()],
        "organisations": [firm.public_id for firm in firms],
        "tasks": [place.task],
        "names": [_name(0), firms[1].public_id],
    }


def mentioned(text: str, place: Bureau) -> set[str]:
    """Which firms of the frame a page names."""
    return {
        firm.public_id for n, firm in enumerate(place.firms) if firm.public_id in text or _name(n) in text
    }


def _readers_of(path: str) -> tuple[str, ...]:
    if path.startswith("/staff"):
        return ("public", "colleague")
    return ("program",) if path.startswith(("/api", "/feed")) else ("public",)


def _name(n: int) -> str:
    """As `bureau.enrol` names the firms."""
    return f"示范市第{n + 1}试验律师事务所"


def test_no_address_gives_a_sealed_draw_away(host: Host, app: Flask, readers: Readers) -> None:
    """After the draw, a replacement and a visit every address is read: no canary comes out, nobody is shown a visit, and no
    page names drawn firms without naming others as well."""
    work = host.work
    place = bureau.found(work, firms=10)
    draw = sealed_bureau.drawn(work, place)
    visits = sealed_bureau.visits(work, draw)
    _replace(work, next(iter(visits.values())), seat=1, ground="recused")
    sealed_bureau.visit(work, list(visits.values())[-1])
    canaries = sealed_bureau.canaries(work, draw)
    assert len(canaries) > 8
    leaks, told = [], 0
    for path in addresses(app, known_ids(work, place, [draw])):
        for name in _readers_of(path):
            status, text = readers[name](path)
            told += status == 200
            # That an inspector recorded something stands in the audit book, under an id that opens nothing.
            hidden = canaries - set(visits.values() if path == "/staff/audit" else ())
            found = [one for one in hidden if one in text and one not in path]
            alone = {unit for unit in mentioned(text, place) if unit not in path}
            if status == 200 and (found or (alone and alone <= set(visits))):
                leaks.append((name, path, found, alone))
    assert not leaks
    assert told > 100


def test_the_feed_hands_out_no_body_of_a_sealed_draw_and_all_of_it_once_open(
    host: Host, readers: Readers, clock: SetClock
) -> None:
    place = bureau.found(host.work)
    draw = sealed_bureau.drawn(host.work, place)
    feed = readers["program"]
    closed = [
        one
        for one in json.loads(feed("/feed/v1/entries?start=0&limit=1000")[1])["entries"]
        if one["record"] == draw
    ]
    assert [(one["action"], one["body"] is None, one["salt"] is None) for one in closed] == [
        ("frame", False, False),
        ("draw", True, True),
    ]
    for visit in sealed_bureau.visits(host.work, draw).values():
        sealed_bureau.visit(host.work, visit)
    opening.settle(host.work)
    opened = [
        one
        for one in json.loads(feed("/feed/v1/entries?start=0&limit=1000")[1])["entries"]
        if one["record"] == draw
    ]
    assert [one["action"] for one in opened] == ["frame", "draw", "open"]
    assert all(one["body"] is not None for one in opened)


def test_whoever_reads_after_the_last_day_finds_it_open(
    host: Host, client: FlaskClient, readers: Readers, clock: SetClock
) -> None:
    place = bureau.found(host.work)
    draw = sealed_bureau.drawn(host.work, place)
    assert "密封" in client.get(f"/draws/{draw}").text
    assert client.get(f"/draws/{draw}/record.json").status_code == 404
    clock.advance(timedelta(days=31))
    assert client.get(f"/draws/{draw}/record.json").status_code == 200
    assert "已启封" in client.get(f"/draws/{draw}").text
    document = json.loads(client.get(f"/draws/{draw}/sealed.json").text)
    assert document["record"] == json.loads(client.get(f"/draws/{draw}/record.json").text)


_ACTS = st.lists(
    st.tuples(st.sampled_from(["seat", "subject", "visit", "settle"]), st.integers(0, 9)), max_size=4
)


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_ACTS)
def test_whatever_happens_while_it_is_sealed_neither_feed_nor_pages_tell(
    host: Host, readers: Readers, acts: list[tuple[str, int]]
) -> None:
    """Replacements and visits in any order, as long as one visit is still to be made."""
    work = host.work
    place = _ground(work)
    draw = sealed_bureau.drawn(work, Bureau(place.firms, _another_task(work)))
    for act, which in acts:
        visits = sorted(sealed_bureau.visits(work, draw).items())
        if not visits:
            return
        visit = visits[which % len(visits)][1]
        try:
            if act in ("seat", "subject"):
                _replace(
                    work,
                    visit,
                    seat=0 if act == "seat" else None,
                    ground="recused" if act == "seat" else "not_operating",
                )
            elif act == "visit" and visit != visits[0][1]:
                sealed_bureau.visit(work, visit)
        except Fault:
            continue
        opening.settle(work)
    with work.read() as session:
        size = book.head(session, "public").size
    canaries = sealed_bureau.canaries(work, draw)
    if not any(_waits(work, visit) for visit in sealed_bureau.visits(work, draw).values()):
        return
    for path in (
        f"/feed/v1/entries?start={max(0, size - 20)}&limit=1000",
        f"/draws/{draw}",
        f"/draws/{draw}.json",
        f"/draws/{draw}/sealed.json",
        f"/draws/{draw}/stage",
        "/draws",
        "/draws.json",
        "/draws/health.json",
    ):
        for name in ("public", "program"):
            _, text = readers[name](path)
            assert not [canary for canary in canaries if canary in text], (name, path)
            if path.startswith((f"/draws/{draw}", "/feed")):
                assert not mentioned(text, place), (name, path)


_grounds: dict[int, Bureau] = {}


def _ground(work: Work) -> Bureau:
    """The same firms for all examples of one database."""
    if id(work.engine) not in _grounds:
        _grounds[id(work.engine)] = bureau.found(work, firms=8, code="2026-LS-00")
    return _grounds[id(work.engine)]


_codes = iter(range(1, 1000))


def _another_task(work: Work) -> str:
    with work.write(OFFICE) as session:
        [matter], _ = plan.matters(session, on=session.today)
        row = draft.create_task(
            session,
            OFFICE,
            matter=matter.public_id,
            code=f"2026-LS-{next(_codes) + 1:03}",
            title="律师事务所双随机抽查",
            strata=[{"id": name, "rate_bp": 2500, "min": 1, "max": None} for name in "ABCD"],
            reserve=1,
            team={"size": 2, "lead_required": True, "cross_district": True, "max_load": None},
            yearly_cap=None,
            deadline=session.today + timedelta(days=30),
        )
        return row.public_id


def _replace(work: Work, visit: str, *, seat: int | None, ground: str) -> None:
    with work.write(OFFICE) as session:
        asked = replace.ask(session, OFFICE, visit=visit, seat=seat, ground=ground, reason="近亲属")
    second = Actor.command("second")
    with work.write(second) as session:
        replace.decide(session, second, substitution=asked.public_id, granted=True)


def _waits(work: Work, visit: str) -> bool:
    with work.read(OFFICE) as session:
        return visits_read.visit(session, visit).state == "assigned"

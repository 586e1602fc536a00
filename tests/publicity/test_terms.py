"""How long a notice stands, by class and regime; how it ends by itself; and that nothing of it is left anywhere."""

import base64
import contextlib
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from publicity.app import PARTS
from publicity.disclosure import decide, find, register
from publicity.notices import end, follow, publish
from publicity.notices.find import Shown, Tombstone, notice
from publicity.notices.tables import Notice
from registry.credit import disclosure
from registry.credit import find as events
from registry.credit import record as credit
from registry.credit.tables import EventRow
from registry.kernel.clock import SHANGHAI, Clock, SetClock
from registry.kernel.faults import Invalid
from registry.kernel.host import Host, build_app
from registry.kernel.settings import Settings
from registry.ledger import book, merkle
from registry.ledger.checkpoint import open_checkpoint
from registry.ledger.note import Verifier
from tests import papers
from tests.publicity import office, routes
from tests.publicity.conftest import Bearer


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def subjects(host: Host) -> office.Subjects:
    return office.enrol(host.work)


def fact(host: Host, subjects: office.Subjects, kind: str, **fields: Any) -> str:
    """A fact of a kind that has no columns of the standard; returns the event's public id."""
    given = {"decided_on": date(2026, 11, 12), "summary": "示例", **fields}
    with host.work.write(office.OFFICE) as session:
        subject = credit.Subject(organisation=subjects.firm.id)
        return credit.record(session, office.OFFICE, kind=kind, subject=subject, **given).public_id


def opened(host: Host, event: str) -> None:
    """The office finds that a light penalty has to be published all the same."""
    register.run(host.work)
    with host.work.read() as session:
        [line] = [
            one for one in find.listed(session, find.Asked(), after=None, limit=9)[0] if one.event == event
        ]
    with host.work.write(office.person(host.permissions, "head")) as session:
        decide.open_(session, session.actor, entry=line.public_id, ground="interest", reason="确有必要")


TERMS = [
    ("令第36号 一般：最短三个月，最长一年", "penalty", "一般", "2026-11-12", "2027-02-12", "2027-11-12"),
    ("令第36号 严重：最短一年，最长三年", "penalty", "严重", "2026-11-12", "2027-11-12", "2029-11-12"),
    (
        "令第36号 轻微：原则上不公示；确有必要的不超过三个月",
        "penalty",
        "轻微",
        "2026-11-12",
        None,
        "2027-02-12",
    ),
    ("令第36号 自第一日起", "penalty", "一般", "2026-04-01", "2026-07-01", "2027-04-01"),
    ("令第58号 最后一日：最短三个月，最长三年", "penalty", "一般", "2026-03-31", "2026-06-30", "2029-03-31"),
    ("令第58号 不分轻重", "penalty", "严重", "2026-03-31", "2026-06-30", "2029-03-31"),
    ("行政许可法第四十条：许可没有期限", "permit", None, "2026-11-16", None, None),
    ("抽查结果：目录定为五年", "finding", None, "2026-11-18", None, "2031-11-18"),
    ("表彰奖励：目录定为五年", "award", None, "2026-11-12", None, "2031-11-12"),
    ("年度考核：目录定为一年", "annual_assessment", None, "2026-11-12", None, "2027-11-12"),
    ("信用承诺：目录定为三年", "pledge", None, "2026-11-12", None, "2029-11-12"),
]


@pytest.mark.parametrize(("article", "kind", "severity", "decided", "shortest", "longest"), TERMS)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_class_and_regime_give_the_shortest_and_the_longest_publication(
    host: Host,
    client: FlaskClient,
    clock: SetClock,
    subjects: office.Subjects,
    article: str,
    kind: str,
    severity: str | None,
    decided: str,
    shortest: str | None,
    longest: str | None,
) -> None:
    """自认定之日起计算；公示期满自动停止公示（信用修复管理办法）。"""
    if kind == "penalty":
        event = office.penalty(host.work, subjects, severity=severity or "", decided=decided)
    elif kind in ("permit", "finding"):
        event = {"permit": office.permit, "finding": office.finding}[kind](host.work, subjects)
    else:
        event = fact(host, subjects, kind)
    if severity == "轻微":
        opened(host, event)
    public_id = office.publicise(host, event)
    with host.work.read() as session:
        term = events.event(session, event).term
        shown = notice(session, public_id)
    assert isinstance(shown, Shown)
    assert shown.until == (date.fromisoformat(longest) if longest else None), article
    assert term.min_until == (date.fromisoformat(shortest) if shortest else None), article
    if longest is None:
        clock.set(at(date(2099, 12, 31)))
        assert client.get(f"/notices/{public_id}").status_code == 200
        return
    last = date.fromisoformat(longest)
    clock.set(at(last, 23, 59))
    assert follow.nightly(host.work)["expired"] == 0
    assert client.get(f"/notices/{public_id}").status_code == 200
    clock.set(at(last + timedelta(days=1)))
    gone = client.get(f"/notices/{public_id}")
    assert gone.status_code == 410, "by itself, before any job has run"
    assert "公示期满" in gone.text
    assert follow.nightly(host.work)["expired"] == 1


@pytest.mark.parametrize(
    ("said", "until"),
    [("2027-05-31", date(2027, 5, 31)), ("2031-01-01", date(2027, 11, 12))],
    ids=["an earlier day of the decision's own is kept", "a later one than the law allows is not"],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_decision_may_shorten_its_term_and_never_lengthen_it(
    host: Host, subjects: office.Subjects, said: str, until: date
) -> None:
    with host.work.write(office.OFFICE) as session:
        event = credit.record(
            session,
            office.OFFICE,
            kind="penalty",
            subject=credit.Subject(organisation=subjects.firm.id),
            decided_on=date(2026, 11, 12),
            summary="罚款",
            severity="一般",
            document_number="沪司罚决字〔2026〕第70号",
            columns={"CF_WSH": "沪司罚决字〔2026〕第70号", "CF_CFLB": "罚款", "CF_GSJZQ": said},
        ).public_id
    public_id = office.publicise(host, event)
    with host.work.read() as session:
        shown = notice(session, public_id)
        assert isinstance(shown, Shown)
        assert (shown.until, shown.columns["CF_GSJZQ"]) == (until, until.isoformat())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("ground", ["repaired", "removed", "deleted", "expired"])
def test_nobody_ends_a_notice_by_saying_what_only_a_decision_or_the_day_can_bring(
    host: Host, subjects: office.Subjects, ground: str
) -> None:
    """令第36号：最短公示期内不得申请信用修复。A repair said by hand would end the notice before its shortest term."""
    public_id = office.publicise(host, office.penalty(host.work, subjects))
    leader = office.person(host.permissions, "leader")
    with pytest.raises(Invalid), host.work.write(leader) as session:
        end.withdraw(session, leader, notice=public_id, ground=ground)
    with host.work.read() as session:
        assert isinstance(notice(session, public_id), Shown)


WAYS = ("late", "expired", "repaired", "removed", "deleted", "quashed", "mistaken")


@pytest.fixture
def canaries(host: Host, subjects: office.Subjects) -> dict[str, tuple[str, str]]:
    """For each way of ending a notice: its public id, and a word that stands nowhere but in it."""
    found = {}
    for number, way in enumerate(WAYS):
        word = f"私自收费之{'甲乙丙丁戊己庚'[number]}字案"
        decided = "2026-11-09" if way in ("late", "expired") else "2026-11-12"
        event = office.penalty(host.work, subjects, number=f"沪罚{word}", decided=decided)
        found[way] = (office.publicise(host, event), word)
    return found


def revealed(answer: TestResponse) -> str:
    """What somebody can get out of an answer: escaped, in base64, in a PDF, in a worksheet."""
    if answer.content_type == "application/pdf":
        return "".join(papers.pages(answer.data))
    if answer.data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
            return "".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    text = answer.data.decode("utf-8", "replace")
    if not answer.is_json:
        return text
    found, left = [text], [answer.get_json()]
    while left:
        one = left.pop()
        if isinstance(one, dict | list):
            left.extend(one.values() if isinstance(one, dict) else one)
        elif isinstance(one, str):
            found.append(one)
            with contextlib.suppress(ValueError):
                found.append(base64.b64decode(one, validate=True).decode("utf-8", "replace"))
    return "\n".join(found)


def ended(host: Host, clock: SetClock, canaries: dict[str, tuple[str, str]]) -> None:
    """Each notice ends in its own way; `late` is past its last day, and no job has run since."""
    leader = office.person(host.permissions, "leader")
    for way in ("repaired", "removed", "deleted"):
        with host.work.write(office.OFFICE) as session:
            event = session.scalars(
                select(EventRow.id).where(EventRow.document_number == f"沪罚{canaries[way][1]}")
            ).one()
            disclosure.end(session, event=event, ground=way)
    for way in ("quashed", "mistaken"):
        with host.work.write(leader) as session:
            end.withdraw(session, leader, notice=canaries[way][0], ground=way)
    clock.set(at(date(2027, 11, 10), 9))
    with host.work.write(office.OFFICE) as session:
        rows = session.scalars(select(Notice).where(Notice.public_id != canaries["late"][0])).all()
        assert len(rows) == len(WAYS) - 1
        end.expire(session, session.actor, limit=1)
    with host.work.read() as session:
        states = dict(session.execute(select(Notice.public_id, Notice.state)).all())
    expired = [public_id for public_id, state in states.items() if state == "expired"]
    assert len(expired) == 1
    if expired == [canaries["late"][0]]:
        canaries["late"], canaries["expired"] = canaries["expired"], canaries["late"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_after_every_kind_of_end_no_public_address_holds_a_byte_of_the_content(
    host: Host,
    app: Flask,
    client: FlaskClient,
    clock: SetClock,
    bearer: Bearer,
    subjects: office.Subjects,
    canaries: dict[str, tuple[str, str]],
) -> None:
    """终止公示、停止共享和使用. The number of a quashed decision alone stays, with the reason (行政处罚法第四十八条)."""
    ids: routes.Ids = {
        "notices": [public_id for public_id, _ in canaries.values()],
        "practitioners": [subjects.lawyer.public_id],
        "organisations": [subjects.firm.public_id],
    }
    searched = [f"/search.json?q={word}" for _, word in canaries.values()]
    before = "".join(revealed(client.get(f"/notices/{public_id}.json")) for public_id in ids["notices"])
    assert all(word in before for _, word in canaries.values()), "the words would be found where they stand"
    paths = [*routes.public_paths(app, ids), *searched]
    reader = bearer("feed:read", "feed:restricted")
    entries = "/feed/v1/entries?limit=1000"
    kept = {entries: client.get(entries, headers=reader).headers["ETag"]}
    for path in paths:
        answer = client.get(path)
        if "ETag" in answer.headers and any(word in revealed(answer) for _, word in canaries.values()):
            kept[path] = answer.headers["ETag"]
    assert any(path.endswith(".atom") for path in kept)
    ended(host, clock, canaries)
    for path in paths:
        # As somebody asks who has kept what was there before.
        answer = client.get(path, headers={"If-None-Match": kept.get(path, "")})
        assert answer.status_code != 304, path
        assert answer.status_code < 500, path
        told = revealed(answer)
        for way, (_, word) in canaries.items():
            if way != "quashed" and word not in path:
                assert word not in told, (way, path)
        assert "罚款二万元" not in told, path
    again = client.get(entries, headers={**reader, "If-None-Match": kept[entries]})
    assert again.status_code == 200
    feed = revealed(again)
    for way, (_, word) in canaries.items():
        assert (word in feed) is (way == "quashed"), way
    assert "明理" not in feed


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_form_of_an_ended_notice_is_410_with_its_reason_and_of_one_that_never_was_404(
    host: Host, app: Flask, client: FlaskClient, clock: SetClock, canaries: dict[str, tuple[str, str]]
) -> None:
    ended(host, clock, canaries)
    reasons = {"late": "公示期满", "expired": "公示期满", "repaired": "信用修复", "removed": "移出名单",
               "deleted": "异议成立", "quashed": "依法撤销", "mistaken": "公示有误"}  # fmt: skip
    grounds = {way: "expired" if way == "late" else way for way in WAYS}
    rules = [
        rule.rule for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/notices/<") and "GET" in (rule.methods or ())
    ]  # fmt: skip
    assert len(rules) >= 4
    for way, (public_id, _) in canaries.items():
        for rule in rules:
            for form in ("csv", "xlsx") if "form" in rule else ("",):
                path = _address(rule, public_id, form)
                answer = client.get(path)
                assert answer.status_code == 410, (way, path)
                coded = answer.is_json and answer.get_json()["ground"] == grounds[way]
                assert coded or reasons[way] in answer.get_data(as_text=True), (way, path)
                assert client.get(_address(rule, "a" * 16, form)).status_code == 404, path


def _address(rule: str, public_id: str, form: str) -> str:
    head, _, tail = rule.partition("<")
    return head + public_id + tail.partition(">")[2].replace("<any(csv, xlsx):form>", form)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_proof_that_somebody_kept_still_verifies_after_the_end(
    host: Host, client: FlaskClient, clock: SetClock, canaries: dict[str, tuple[str, str]]
) -> None:
    """RFC 6962: the leaf stays where it was, the old head is the beginning of the new one, and the kept body is still its own."""
    kept = {
        way: client.get(f"/notices/{public_id}.json").get_json()["ledger"]
        for way, (public_id, _) in canaries.items()
    }
    ended(host, clock, canaries)
    key = Verifier(host.keys.origin("public"), host.keys.signing_key("public").public_key())
    with host.work.read() as session:
        head = book.head(session, "public")
        for proof in kept.values():
            leaf = base64.b64decode(proof["leaf"])
            old = open_checkpoint(proof["checkpoint"], [key])
            path = [base64.b64decode(node) for node in proof["inclusion"]]
            assert merkle.includes(merkle.leaf_hash(leaf), proof["index"], old.size, path, old.root)
            assert book.entry(session, "public", proof["index"], on=session.today).leaf == leaf
            grown = book.consistency(session, "public", old.size, head.size)
            assert merkle.consistent(old.size, head.size, grown, old.root, head.root)
            salted = bytes.fromhex(proof["salt"]) + base64.b64decode(proof["body"])
            assert f'"digest":"{sha256(salted).hexdigest()}"'.encode() in leaf


class Striking(Clock):
    """A clock that strikes midnight after it has been read `left` times: in the middle of whatever is being made."""

    def __init__(self, midnight: datetime) -> None:
        self._midnight, self.left = midnight, 0

    def now(self) -> datetime:
        self.left -= 1
        moment = self._midnight - timedelta(seconds=1) if self.left >= 0 else self._midnight
        return moment.astimezone(UTC)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_page_that_is_being_made_at_midnight_is_whole_or_gone(
    host: Host, settings: Settings, subjects: office.Subjects
) -> None:
    public_id = office.publicise(host, office.penalty(host.work, subjects))
    clock = Striking(at(date(2027, 11, 13)))
    app = build_app(settings, PARTS, clock=clock)
    paths: dict[str, Callable[[int], bool]] = {
        f"/notices/{public_id}": lambda status: status in (200, 410),
        f"/notices/{public_id}.json": lambda status: status in (200, 410),
        f"/notices/{public_id}.csv": lambda status: status in (200, 410),
        "/notices": lambda status: status == 200,
        "/notices.json": lambda status: status == 200,
        f"/organisations/{subjects.firm.public_id}": lambda status: status == 200,
    }
    seen = set()
    for readings in range(5):
        for path, lawful in paths.items():
            clock.left = readings
            answer = app.test_client().get(path)
            assert lawful(answer.status_code), (path, readings)
            told = office.FIRM_CODE in answer.get_data(as_text=True)
            if path.startswith("/notices/"):
                assert told is (answer.status_code == 200), (path, readings)
            seen.add((path, told))
    app.extensions["legalcredit"].engine.dispose()
    assert seen >= {(f"/notices/{public_id}", told) for told in (True, False)}


def test_a_reader_who_has_begun_reads_on_while_the_notice_ends(
    host: Host, clock: SetClock, subjects: office.Subjects
) -> None:
    """One snapshot from the first statement to the last: what is shown is whole, and the next reader sees the end."""
    public_id = office.publicise(host, office.penalty(host.work, subjects))
    with host.work.read() as session:
        assert isinstance(notice(session, public_id), Shown)
        clock.set(at(date(2027, 11, 13), 0, 5))
        assert end.run(host.work)["expired"] == 1
        session.expunge_all()
        again = notice(session, public_id)
        assert isinstance(again, Shown)
        assert again.columns["CF_NR"] == "罚款二万元"
    with host.work.read() as session:
        assert isinstance(notice(session, public_id), Tombstone)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_objection_marks_the_notice_for_as_long_as_it_is_open_and_no_longer_than_the_notice(
    host: Host, client: FlaskClient, clock: SetClock, subjects: office.Subjects
) -> None:
    """上海市社会信用条例第三十六条."""
    public_id = office.publicise(host, office.penalty(host.work, subjects))
    head = office.person(host.permissions, "head")
    with host.work.write(head) as session:
        publish.mark(session, head, notice=public_id, marks=["objection"])
    assert "异议处理中" in client.get(f"/notices/{public_id}").text
    assert "异议处理中" in client.get("/notices").text
    clock.set(at(date(2027, 11, 13)))
    assert "异议处理中" not in client.get(f"/notices/{public_id}").text

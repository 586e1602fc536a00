"""A list from the clerk's draft to its published versions: four eyes, days, revisions, files, the public log."""

import hashlib
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from publicity.catalogue import draft, find
from publicity.catalogue.intake import cells, headings, importer
from publicity.catalogue.schema import SCHEMAS
from registry.kernel.access import Actor
from registry.kernel.canon import canonical
from registry.kernel.clock import SetClock
from registry.kernel.delimited import csv_lines
from registry.kernel.faults import Conflict, Gone, Invalid, NotFound, Refused
from registry.kernel.host import Host
from registry.ledger import book
from registry.roster.intake import run
from registry.roster.sheet import read_sheets
from registry.roster.uploads import find as uploads
from tests.people import Person
from tests.publicity import catalogues, office
from tests.publicity.catalogues import GUIDE, MINOR, PERMIT, POWER, ROW

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = date(2026, 11, 20)


def test_a_version_holds_from_its_day_until_the_next_and_every_one_stays(host: Host, clock: SetClock) -> None:
    catalogues.publish(host, "guides", GUIDE)
    later = TODAY + timedelta(days=10)
    catalogues.publish(host, "guides", {**GUIDE, "promised_limit": "5 个工作日"}, on=later, reason="提速")
    with host.work.read() as session:
        held = find.current(session, "guides")
        assert held is not None
        assert (held.number, held.until, held.entries[0]["promised_limit"]) == (1, later - timedelta(days=1), "10 个工作日")  # fmt: skip
    clock.advance(timedelta(days=10))
    with host.work.read() as session:
        held = find.current(session, "guides")
        assert held is not None
        assert (held.number, held.until, held.entries[0]["promised_limit"]) == (2, None, "5 个工作日")
        assert find.version(session, "guides", 1).entries[0]["promised_limit"] == "10 个工作日"
        assert [one.number for one in find.versions(session, "guides")] == [2, 1]
        with pytest.raises(NotFound):
            find.version(session, "guides", 3)


def test_the_digest_of_a_version_stands_in_the_public_log(host: Host) -> None:
    catalogues.publish(host, "powers", POWER, PERMIT)
    with host.work.read() as session:
        held = find.version(session, "powers", 1)
        digest = hashlib.sha256(canonical(held.document())).hexdigest()
        assert held.log_index is not None
        entry = book.entry(session, "public", held.log_index, on=session.today)
    assert held.sha256 == digest
    assert digest in (entry.body or b"").decode()


def test_nobody_who_had_a_hand_in_it_publishes_it(host: Host) -> None:
    """Four eyes: whoever entered a row, changed or submitted it, all of them."""
    every = frozenset(permission.name for permission in draft.PERMISSIONS)
    first, second, third = (Actor("staff", name, name, every) for name in ("a", "b", "c"))
    with host.work.write(first) as session:
        public_id = draft.begin(session, first, listing="guides")
        draft.put(session, first, draft=public_id, revision=1, entry=GUIDE)
    with host.work.write(second) as session:
        submit = {
            "draft": public_id,
            "revision": 2,
            "effective_on": TODAY,
            "reason": "首次",
            "answers": lambda _: True,
        }
        draft.submit(session, second, **submit)  # type: ignore[arg-type]
    for author in (first, second):
        with pytest.raises(Refused, match="没有参与") as refused, host.work.write(author) as session:
            draft.publish(session, author, draft=public_id, revision=3, answers=lambda _: True)
        assert refused.value.rule == "four_eyes"
    with host.work.write(third) as session:
        assert draft.publish(session, third, draft=public_id, revision=3, answers=lambda _: True) == 1


def test_what_was_published_is_not_published_twice(host: Host) -> None:
    head = office.person(host.permissions, "head")
    draft_id = catalogues.prepare(host, "guides", GUIDE)
    with pytest.raises(Conflict, match="没有提交"), host.work.write(head) as session:
        draft.publish(session, head, draft=draft_id, revision=2, answers=lambda _: True)
    catalogues.submit(host, draft_id)
    with host.work.write(head) as session:
        draft.publish(session, head, draft=draft_id, revision=3, answers=lambda _: True)
    with pytest.raises(Conflict, match="已公布"), host.work.write(head) as session:
        draft.publish(session, head, draft=draft_id, revision=3, answers=lambda _: True)
    with host.work.read() as session:
        assert len(find.versions(session, "guides")) == 1


def test_a_change_takes_a_submitted_draft_back_and_the_old_page_publishes_nothing(host: Host) -> None:
    draft_id = catalogues.prepare(host, "guides", GUIDE)
    catalogues.submit(host, draft_id)
    seen = catalogues.revision(host, draft_id)
    catalogues.prepare(host, "guides", {**GUIDE, "fee": "每件十元"})
    head = office.person(host.permissions, "head")
    with pytest.raises(Conflict) as refused, host.work.write(head) as session:
        draft.publish(session, head, draft=draft_id, revision=seen, answers=lambda _: True)
    assert refused.value.rule == "changed"
    with pytest.raises(Conflict) as unready, host.work.write(head) as session:
        draft.publish(session, head, draft=draft_id, revision=seen + 1, answers=lambda _: True)
    assert unready.value.rule == "not_ready"


@pytest.mark.parametrize(
    ("entries", "on", "reason", "rules"),
    [
        ([GUIDE], TODAY - timedelta(days=1), "首次", {"backdated"}),
        ([GUIDE], TODAY, " ", {"required"}),
        ([GUIDE], TODAY, "长" * 1001, {"too-long"}),
        ([{**GUIDE, "power": "XK-99"}], TODAY, "首次", {"unknown-reference"}),
    ],
)
@one_database
def test_a_draft_that_is_not_fit_is_not_submitted(
    host: Host, entries: list[dict[str, str]], on: date, reason: str, rules: set[str]
) -> None:
    catalogues.publish(host, "powers", POWER, PERMIT)
    draft_id = catalogues.prepare(host, "guides", *entries)
    with pytest.raises(Invalid) as refused:
        catalogues.submit(host, draft_id, on=on, reason=reason)
    assert {fault.rule for fault in refused.value.fields} == rules


@one_database
def test_a_draft_that_has_come_back_to_what_is_published_is_not_submitted(
    host: Host, clock: SetClock
) -> None:
    catalogues.publish(host, "powers", POWER)
    clock.advance(timedelta(days=1))
    catalogues.prepare(host, "powers", PERMIT)
    draft_id = catalogues.prepare(host, "powers", removed=(PERMIT["code"],))
    with pytest.raises(Invalid) as refused:
        catalogues.submit(host, draft_id, reason="没有变更")
    assert [fault.rule for fault in refused.value.fields] == ["unchanged"]


@one_database
def test_a_day_that_passed_meanwhile_has_to_be_set_again(host: Host, clock: SetClock) -> None:
    draft_id = catalogues.prepare(host, "guides", GUIDE)
    catalogues.submit(host, draft_id)
    clock.advance(timedelta(days=1))
    head = office.person(host.permissions, "head")
    with pytest.raises(Invalid, match="重新核对"), host.work.write(head) as session:
        draft.publish(session, head, draft=draft_id, revision=3, answers=lambda _: True)


@one_database
def test_two_versions_do_not_begin_on_one_day(host: Host) -> None:
    catalogues.publish(host, "powers", POWER)
    with pytest.raises(Invalid) as refused:
        catalogues.publish(host, "powers", PERMIT)
    assert [fault.rule for fault in refused.value.fields] == ["valid_from"]


@one_database
def test_an_entry_that_left_the_list_is_gone_and_says_where_it_stood(
    host: Host, clock: SetClock, client: FlaskClient
) -> None:
    catalogues.publish(host, "powers", POWER, PERMIT)
    clock.advance(timedelta(days=1))
    catalogues.publish(host, "powers", removed=("CF-01",), reason="职权下放")
    with host.work.read() as session, pytest.raises(Gone):
        find.entry(session, "powers", "CF-01")
    page = client.get("/catalogues/powers/CF-01")
    assert page.status_code == 410
    assert "第 1 版" in page.text
    assert client.get("/catalogues/powers/CF-01.json").status_code == 410
    assert client.get("/catalogues/powers/CF-77").status_code == 404
    assert POWER["name"] in client.get("/catalogues/powers/versions/1").text
    changes = client.get("/catalogues/powers/versions/2/changes").text
    assert "移出" in changes
    assert "职权下放" in changes


@one_database
def test_a_clerk_takes_the_list_to_excel_and_back(host: Host, sign_in: Callable[..., Person]) -> None:
    """Row by row: one changed, one new, one taken out, one that breaks a rule, one code twice."""
    catalogues.publish(host, "powers", POWER, PERMIT)
    clerk, head = sign_in("clerk"), sign_in("head")
    begun = clerk.post("/staff/catalogues/powers/begin")
    assert begun.status_code == 303
    taken = clerk.get(f"{begun.location}.xlsx").data
    [sheet] = read_sheets(io.BytesIO(taken), "powers.xlsx")
    rows = [cells for _, cells in sheet.rows()]
    assert rows[0] == headings(SCHEMAS["powers"])
    assert [row[0] for row in rows[1:]] == ["CF-01", "XK-01"]
    place = {title: number for number, title in enumerate(rows[0])}
    changed, gone = list(rows[1]), list(rows[2])
    changed[place["责任处室"]] = "执法监督处"
    gone[place["变动"]] = "移出"
    new = list(changed)
    new[0] = "CF-02"
    bad = list(changed)
    bad[0], bad[place["实施依据"]] = "CF-03", "《律师法》"
    file = b"".join(csv_lines(rows[0], [changed, gone, new, bad, new]))

    def handed(content: bytes, name: str = "powers.csv") -> str:
        sent = clerk.post("/staff/imports", kind="catalogue-powers", file=(io.BytesIO(content), name))
        assert sent.status_code == 303, sent.text
        return clerk.get(sent.location).text

    preview = handed(file)
    assert "没有写明法律、法规名称和第几条" in preview
    assert "编码 CF-02 在文件中重复" in preview
    assert "第 5 行" in preview or ">5<" in preview
    good = b"".join(csv_lines(rows[0], [changed, gone, new]))
    sent = clerk.post("/staff/imports", kind="catalogue-powers", file=(io.BytesIO(good), "powers.csv"))
    with host.work.read() as session:
        signature = uploads.upload(session, clerk.actor, sent.location.rsplit("/", 1)[1]).signature
    stored = clerk.post(f"{sent.location}/confirm", signature=signature or "")
    assert stored.status_code == 303
    page = clerk.get(begun.location).text
    assert re.search("<del>.*律师工作.*</del><ins>.*执法监督.*</ins>处", page)
    with host.work.read() as session:
        [waiting] = find.drafts(session)
    assert [entry["code"] for entry in waiting.entries] == ["CF-01", "CF-02"]
    assert waiting.entries[0]["tiers"] == POWER["tiers"], "lines survive the way through a spreadsheet"

    reason = {"effective_on": "2026-11-21", "reason": "处室调整", "revision": str(waiting.revision)}
    assert clerk.post(f"{begun.location}/submit", **reason).status_code == 303
    assert "公布权责清单的新版本" in head.get("/staff").text
    assert clerk.post(f"{begun.location}/publish", revision=str(waiting.revision + 1)).status_code == 403
    done = head.post(f"{begun.location}/publish", revision=str(waiting.revision + 1))
    assert done.status_code == 303, done.text
    again = head.post(f"{begun.location}/publish", revision=str(waiting.revision + 1))
    assert again.status_code in (404, 409)


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"PK\x03\x04rubbish", "甲,乙\n1,2".encode(), b"%PDF-1.4"]
)
@one_database
def test_rubbish_for_a_list_is_refused_in_words(sign_in: Callable[..., Person], content: bytes) -> None:
    clerk = sign_in("clerk")
    sent = clerk.post("/staff/imports", kind="catalogue-guides", file=(io.BytesIO(content), "x.xlsx"))
    told = sent.text if sent.status_code != 303 else clerk.get(sent.location).text
    assert sent.status_code in (303, 422)
    assert "Traceback" not in told
    assert clerk.get("/staff/catalogues").text.count("的拟稿（") == 0


@one_database
def test_a_form_comes_back_with_what_is_wrong_and_the_old_page_overwrites_nothing(
    sign_in: Callable[..., Person],
) -> None:
    clerk = sign_in("clerk")
    place = clerk.post("/staff/catalogues/guides/begin").location
    bare = clerk.post(f"{place}/entries/new", **{**GUIDE, "basis": "律师法", "revision": "1"})
    assert bare.status_code == 422
    assert "没有写明第几条" in bare.text
    assert GUIDE["name"] in bare.text
    assert clerk.post(f"{place}/entries/new", **GUIDE, revision="1").status_code == 303
    assert clerk.post(f"{place}/entries/new", **GUIDE, revision="2").status_code == 422, "the code is taken"
    assert clerk.post(f"{place}/entries/ZN-01", **{**GUIDE, "code": "ZN-09"}, revision="2").status_code == 422
    stale = clerk.post(f"{place}/entries/ZN-01", **{**GUIDE, "fee": "十元"}, revision="1")
    assert stale.status_code == 409
    assert "刚被改动" in stale.text
    assert clerk.post(f"{place}/entries/ZN-01/remove", revision="9" * 40).status_code == 409
    assert clerk.post(f"{place}/submit", effective_on="下周", reason="x", revision="2").status_code == 422
    assert clerk.post(f"{place}/entries/ZN-01/remove", revision="2").status_code == 303
    empty = clerk.post(f"{place}/submit", effective_on="2026-11-20", reason="x", revision="3")
    assert empty.status_code == 422
    assert "还没有内容" in empty.text
    assert clerk.post(f"{place}/discard").status_code == 303
    assert clerk.get(place).status_code == 404
    auditor = sign_in("auditor")
    assert auditor.get("/staff/catalogues").status_code == 200
    assert auditor.post("/staff/catalogues/guides/begin").status_code == 403


@one_database
def test_an_address_that_this_site_does_not_answer_is_not_submitted(sign_in: Callable[..., Person]) -> None:
    clerk = sign_in("clerk")
    place = clerk.post("/staff/catalogues/disclosure/begin").location
    wrong = {**ROW, "code": "GK-02", "link": "/nowhere"}
    inner = {**ROW, "code": "GK-03", "link": "/staff/reports"}
    for number, entry in enumerate((ROW, wrong, inner), start=1):
        assert clerk.post(f"{place}/entries/new", **entry, revision=str(number)).status_code == 303
    refused = clerk.post(f"{place}/submit", effective_on="2026-11-20", reason="首次", revision="4")
    assert refused.status_code == 422
    assert "GK-02：本站没有 /nowhere" in refused.text
    assert "GK-03：本站没有 /staff/reports" in refused.text, "a page of the office is no public page"
    assert "GK-01" not in refused.text.split("没有办成")[1].split("</ul>")[0]


def test_a_hundred_entries_cost_as_many_statements_as_one(
    host: Host, client: FlaskClient, clock: SetClock, statements: Callable[[], int]
) -> None:
    catalogues.publish(host, "powers", POWER)
    client.get("/catalogues/powers")
    before = statements()
    client.get("/catalogues/powers")
    one = statements() - before
    many = [{**PERMIT, "code": f"XK-{number:03}"} for number in range(100)]
    catalogues.publish(host, "powers", *many, on=TODAY + timedelta(days=1))
    clock.advance(timedelta(days=1))
    before = statements()
    assert "共 101 项" in client.get("/catalogues/powers").text
    assert statements() - before == one


@pytest.fixture
def statements(client: FlaskClient) -> Callable[[], int]:
    """How many statements the application has sent so far."""
    sent = [0]

    def count(*_args: object) -> None:
        sent[0] += 1

    event.listen(client.application.extensions["legalcredit"].engine, "before_cursor_execute", count)
    return lambda: sent[0]


@one_database
def test_an_import_of_a_file_begins_the_draft_and_again_changes_nothing(host: Host, tmp_path: Path) -> None:
    """What `legalcredit import catalogue-no-penalty FILE` runs."""
    file = tmp_path / "minor.csv"
    wanted = SCHEMAS["no-penalty"]
    file.write_bytes(b"".join(csv_lines(headings(wanted), [cells(wanted, MINOR)])))
    clerk = office.person(host.permissions, "clerk")
    for expected in ((1, 0), (0, 1)):
        done = run(host.work, clerk, importer(wanted), file, kind="catalogue-no-penalty")
        assert (done.new, done.unchanged) == expected
    with host.work.read() as session:
        [waiting] = find.drafts(session)
    assert waiting.authors == ["clerk"]

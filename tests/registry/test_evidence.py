"""Evidence: what may be attached, how it is kept, who opens it, and what the nightly check finds."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from registry.credit import evidence
from registry.credit.evidence_store import Store
from registry.credit.evidence_types import LIMIT, recognised, safe_name
from registry.credit.tables import EvidenceRow
from registry.kernel.access import Actor
from registry.kernel.faults import Invalid, NotFound, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work
from registry.ledger import book
from registry.roster.tables import OrganisationRow
from tests.people import Person
from tests.registry.evidence_files import DOCX, JPG, OFD, PDF, PNG, XLSX, office, packed
from tests.registry.roster_facts import firm

CLERK = Actor.command("clerk")
SignIn = Callable[..., Person]
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def owner(work: Work) -> str:
    with work.write(CLERK) as session:
        return firm(session).public_id


def _attach(work: Work, owner: str, content: bytes, name: str = "决定书.pdf") -> evidence.Evidence:
    with work.write(CLERK) as session:
        return evidence.attach(
            session, session.actor, store=Store.of(work), owner=owner, name=name, stream=io.BytesIO(content)
        )


def _files(home: Path) -> list[Path]:
    return [path for path in (home / "evidence").glob("*/*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "code"),
    [(PDF, "pdf"), (JPG, "jpg"), (PNG, "png"), (OFD, "ofd"), (DOCX, "docx"), (XLSX, "xlsx")],
)
def test_a_file_is_known_by_its_content(content: bytes, code: str) -> None:
    assert recognised(content).code == code


@pytest.mark.parametrize(
    ("what", "content", "rule"),
    [
        ("nothing", b"", "required"),
        ("a program", b"MZ\x90\x00" + bytes(100), "file-type"),
        ("a page", b"<!doctype html><script>alert(1)</script>", "file-type"),
        ("a picture that is a script", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "file-type"),
        ("a PDF cut off on its way", PDF[:20], "file-type"),
        ("some zip", packed(readme=b"x"), "file-type"),
        ("no zip at all", b"PK\x03\x04" + bytes(50), "file-type"),
        ("a workbook with macros", office("xl/workbook.xml", **{"xl/vbaProject.bin": b"x"}), "macros"),
        (
            "a document that says it has macros",
            packed(**{"[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled", "word/document.xml": b"x"}),
            "macros",
        ),
        ("too much", b"%PDF-" + bytes(LIMIT) + b"%%EOF", "too-large"),
    ],
)  # fmt: skip
def test_what_is_refused(what: str, content: bytes, rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        recognised(content)
    assert refused.value.fields[0].rule == rule, what


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("决定书.pdf", "决定书.pdf"),
        (r"C:\证据\决定书.PDF", "决定书.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("照片.jpg", "照片.pdf"),
        ("a\u202egnp.exe", "agnp.exe.pdf"),
        ('"; rm -rf .pdf', "; rm -rf.pdf"),
        ("", "证据.pdf"),
        ("...", "证据.pdf"),
        ("长" * 500, "长" * 120 + ".pdf"),
    ],
)
def test_a_name_can_do_no_harm(written: str, kept: str) -> None:
    assert safe_name(written, recognised(PDF)) == kept


def test_a_decision_is_attached_and_read_again(work: Work, owner: str, home: Path) -> None:
    made = _attach(work, owner, PDF)
    with work.read() as session:
        listed = evidence.of(session, owner)
        row = session.scalars(select(EvidenceRow)).one()
    assert [(one.public_id, one.name, one.size) for one in listed] == [
        (made.public_id, "决定书.pdf", len(PDF))
    ]
    assert Store.of(work).get(made.digest) == PDF
    # Neither the file nor the row tells what it is to somebody without the key.
    assert "决定书".encode() not in row.name
    [file] = _files(home)
    assert file.name == made.digest
    assert b"%PDF" not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_same_content_is_one_file_and_for_one_record_one_row(work: Work, owner: str, home: Path) -> None:
    with work.write(CLERK) as session:
        other = firm(session, name="上海另一律师事务所").public_id
    first, again = _attach(work, owner, PDF), _attach(work, owner, PDF, "又一份.pdf")
    _attach(work, other, PDF)
    assert first.public_id == again.public_id
    assert len(_files(home)) == 1
    with work.read() as session:
        assert session.scalar(select(func.count(EvidenceRow.id))) == 2


def test_nothing_is_attached_to_what_is_not_there_or_by_whom_may_not(work: Work, owner: str) -> None:
    with pytest.raises(NotFound):
        _attach(work, "aaaaaaaaaaaaaaaa", PDF)
    stranger = Actor("staff", "x", "x")
    with pytest.raises(Refused), work.write(stranger) as session:
        evidence.attach(
            session, stranger, store=Store.of(work), owner=owner, name="a", stream=io.BytesIO(PDF)
        )
    made = _attach(work, owner, PDF)
    with pytest.raises(Refused), work.write(stranger) as session:
        evidence.open_one(session, stranger, evidence=made.public_id)


@one_database
def test_a_file_whose_row_never_came_is_swept_once_it_is_old(work: Work, owner: str, home: Path) -> None:
    """The transaction failed after the file was on the disk: a crash, or a fault of the caller."""
    kept = _attach(work, owner, JPG)
    Store.of(work).put(PDF)
    left = next(file for file in _files(home) if file.name != kept.digest)
    now = work.clock.now().timestamp()
    os.utime(left, (now, now))
    assert evidence.check(work)["removed"] == 0
    for file in _files(home):
        os.utime(file, (now - 25 * 3600,) * 2)
    assert evidence.check(work) == {"checked": 1, "removed": 1, "missing": 0, "altered": 0}
    assert [file.name for file in _files(home)] == [kept.digest]


def test_the_check_tells_which_files_are_lost_or_altered_and_when_they_are_back(
    work: Work, owner: str, home: Path
) -> None:
    lost, altered = _attach(work, owner, PDF), _attach(work, owner, PNG)
    (home / "evidence" / lost.digest[:2] / lost.digest).unlink()
    path = home / "evidence" / altered.digest[:2] / altered.digest
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert evidence.check(work) == {"checked": 2, "removed": 0, "missing": 1, "altered": 1}
    evidence.check(work)
    with work.read() as session:
        assert [one.fault for one in evidence.of(session, owner)] == ["文件缺失", "文件已被改动"]
        assert [one.digest for one in evidence.faulty(session, limit=10)] == [lost.digest, altered.digest]
        assert len(evidence.duties(session, 10)) == 2
        verbs = [leaf.action for leaf in book.read(session, "audit", start=0, limit=100, on=session.today)]
        assert verbs.count("evidence.fault") == 2
    # Uploaded once more, the file heals; the next check says so.
    _attach(work, owner, PDF)
    assert evidence.check(work)["missing"] == 0
    with work.read() as session:
        assert [one.fault for one in evidence.of(session, owner)] == [None, "文件已被改动"]


@one_database
def test_a_clerk_attaches_on_the_page_and_every_opening_is_on_record(
    host: Host, sign_in: SignIn, owner: str
) -> None:
    clerk, auditor = sign_in("clerk"), sign_in("auditor")
    sent = clerk.post(
        f"/staff/evidence/of/{owner}", file=(io.BytesIO(PDF), "决定书.pdf"), back="/staff/roster"
    )
    assert (sent.status_code, sent.location) == (303, "/staff/roster")
    with host.work.read() as session:
        [made] = evidence.of(session, owner)
    opened = auditor.get(f"/staff/evidence/{made.public_id}")
    assert opened.data == PDF
    assert opened.headers["Content-Disposition"].startswith("attachment; ")
    assert "%E5%86%B3" in opened.headers["Content-Disposition"]
    assert opened.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in opened.headers["Content-Security-Policy"]
    assert opened.headers["Cache-Control"] == "no-store"
    with host.work.read() as session:
        size = book.head(session, "audit").size
        [last] = book.read(session, "audit", start=size - 1, limit=1, on=session.today)
        assert (last.action, last.record) == ("evidence.open", owner)
    assert sign_in("witness").get(f"/staff/evidence/{made.public_id}").status_code == 403
    assert "都在" in sign_in("admin").get("/staff/evidence/faults").text
    assert auditor.post(f"/staff/evidence/of/{owner}", file=(io.BytesIO(PDF), "a.pdf")).status_code == 403


@one_database
def test_a_refused_file_is_told_and_nobody_is_sent_away_from_the_service(
    host: Host, sign_in: SignIn, owner: str
) -> None:
    clerk = sign_in("clerk")
    told = clerk.post(f"/staff/evidence/of/{owner}", file=(io.BytesIO(b"MZ"), "a.exe"), back="//evil.example")
    assert told.status_code == 422
    assert "只接受这些类型的文件" in told.text
    assert "evil" not in told.text
    assert clerk.post(f"/staff/evidence/of/{owner}", back="/staff/roster").status_code == 422
    with host.work.read() as session:
        assert session.scalar(select(func.count(EvidenceRow.id))) == 0
        assert session.scalar(select(func.count(OrganisationRow.id))) == 1


@one_database
def test_a_forgotten_file_that_is_wanted_again_stays(work: Work, home: Path) -> None:
    """The row that will name it is on its way while the check runs."""
    store = Store.of(work)
    store.put(PDF)
    [file] = _files(home)
    old = work.clock.now().timestamp() - 25 * 3600
    os.utime(file, (old, old))
    store.put(PDF)
    now = work.clock.now()
    assert file.stat().st_mtime > old
    os.utime(file, (now.timestamp(),) * 2)
    assert evidence.check(work)["removed"] == 0
    assert store.get(file.name) == PDF

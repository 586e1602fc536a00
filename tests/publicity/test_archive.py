"""What was published is filed under a number, searched by it, and taken out as a file that checks itself."""

import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from publicity.archive import check, export, find
from publicity.archive.find import Asked
from publicity.archive.verify import judged
from publicity.notices import publish
from publicity.release.archive import RETENTION, class_of
from publicity.release.draft import NOTICE_KINDS
from registry.credit import disclosure
from registry.credit.catalogue import KINDS
from registry.credit.tables import EventRow
from registry.kernel.clock import SetClock
from registry.kernel.faults import NotFound, Refused
from registry.kernel.host import Host
from registry.ledger.merkle import inclusion_proof, leaf_hash, root
from registry.ledger.note import Signer, parse_vkey, sign_note
from registry.ledger.tables import EntryRow
from tests import papers
from tests.commands import Commands
from tests.people import Person
from tests.publicity import office


@pytest.fixture
def subjects(host: Host) -> office.Subjects:
    return office.enrol(host.work)


def taken_out(host: Host, *, archive_class: str = "处罚", year: int = 2026) -> bytes:
    auditor = office.person(host.permissions, "auditor")
    with host.work.write(auditor) as session:
        wanted = export.class_and_year(session, auditor, archive_class=archive_class, year=year)
    return b"".join(
        export.stream(host.work, wanted, bureau="示范市司法局", public_url="https://example.test")
    )


def told(packed: zipfile.ZipFile, name: str) -> Any:
    return json.loads(packed.read(name))


def test_an_archived_penalty_is_found_by_number_and_taken_out_whole(
    host: Host, sign_in: Callable[..., Person], subjects: office.Subjects
) -> None:
    notice = office.publicise(host, office.penalty(host.work, subjects))
    head = office.person(host.permissions, "head")
    with host.work.write(head) as session:
        publish.mark(session, head, notice=notice, marks=["litigation"])
    auditor = sign_in("auditor")
    for query, found in (
        ("", True),
        ("?number=处罚-2026-0001", True),
        ("?number=1", True),
        ("?class=处罚&year=2026", True),
        ("?class=许可", False),
        ("?year=2025", False),
        ("?number=%27--", False),
        (f"?number={'9' * 40}", False),
        ("?year=99999999999999999999", True),
    ):
        page = auditor.get(f"/staff/archive{query}")
        assert page.status_code == 200
        assert ("处罚-2026-0001</a>" in page.text) is found, query
    listed = auditor.get("/staff/archive").text
    assert RETENTION["处罚"] in listed
    [address] = re.findall(r'action="(/staff/archive/[a-z2-7]{16})"', listed)
    answer = auditor.post(address)
    assert answer.status_code == 200
    assert answer.content_type == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        here = "处罚-2026-0001"
        assert packed.namelist()[-2:] == ["manifest.json", "manifest.sig"]
        assert told(packed, f"{here}/notice.json")["record"]["marks"] == ["litigation"]
        steps = told(packed, f"{here}/steps.json")
        assert [(step["title"], step["by"]) for step in steps] == [
            ("提出", "clerk"),
            ("初审", "head"),
            ("保密审查", "secrecy"),
            ("审核", "leader"),
            ("公开", "clerk2"),
            ("建档", "admin"),
        ]
        assert steps[2]["roles"] == ["保密审查员"]
        assert {f"{here}/versions/{n}.json" for n in (1, 2)} <= set(packed.namelist())
        assert "沪司罚决字〔2026〕第7号" in "".join(papers.pages(packed.read(f"{here}/notice.pdf")))
        everything = b"".join(packed.read(name) for name in packed.namelist())
        assert not any(private.encode() in everything for private in office.PRIVATE)
    with host.work.read() as session:
        acts = session.scalars(select(EntryRow.record).where(EntryRow.action == "archive.export")).all()
        assert acts == [address.rsplit("/", 1)[1]], "taking out is an act"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_may_not_take_out_and_what_is_not_there(
    host: Host, sign_in: Callable[..., Person], subjects: office.Subjects
) -> None:
    release = office.release_of(host.work, office.penalty(host.work, subjects))
    auditor, head = office.person(host.permissions, "auditor"), sign_in("head")
    assert "还没有档案" in head.get("/staff/archive").text
    assert head.post(f"/staff/archive/{release}").status_code == 403
    with pytest.raises(NotFound), host.work.write(auditor) as session:
        export.release(session, auditor, public_id=release)
    with pytest.raises(NotFound), host.work.write(auditor) as session:
        export.class_and_year(session, auditor, archive_class="处罚", year=2026)
    leader = office.person(host.permissions, "leader")
    with pytest.raises(Refused), host.work.write(leader) as session:
        export.class_and_year(session, leader, archive_class="处罚", year=2026)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_same_archive_has_the_same_bytes_while_the_log_grows(
    host: Host, subjects: office.Subjects
) -> None:
    office.publicise(host, office.penalty(host.work, subjects))
    first = taken_out(host)
    office.publicise(host, office.permit(host.work, subjects))
    assert taken_out(host) == first


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_after_the_end_no_byte_of_the_content_is_taken_out_and_every_proof_still_holds(
    host: Host, subjects: office.Subjects, tmp_path: Path
) -> None:
    """信用修复管理办法：终止公示、停止共享和使用。"""
    event = office.penalty(host.work, subjects)
    office.publicise(host, event)
    before = taken_out(host)
    with host.work.write(office.OFFICE) as session:
        row = session.scalars(select(EventRow.id).where(EventRow.public_id == event)).one()
        disclosure.end(session, event=row, ground="repaired")
    after = taken_out(host)
    for content, holds in ((before, True), (after, False)):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            everything = b"".join(packed.read(name) for name in packed.namelist())
            for word in ("明理", "沪司罚决字", "罚款二万元"):
                assert (word.encode() in everything) is holds, word
            assert ("处罚-2026-0001/notice.pdf" in packed.namelist()) is holds
        file = tmp_path / "archive.zip"
        file.write_bytes(content)
        keys = [parse_vkey(vkey) for vkey in export.vkeys(host.keys)]
        assert {one.verdict for one in judged(file, keys)} == {"OK"}, "what was kept earlier still verifies"
    with zipfile.ZipFile(io.BytesIO(after)) as packed:
        first, last = (told(packed, f"处罚-2026-0001/versions/{n}.json") for n in (1, 2))
        assert (first["salt"], first["body"], last["action"]) == (None, None, "withdraw")
        assert told(packed, "处罚-2026-0001/notice.json")["ground"] == "repaired"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_check_in_the_archive_names_what_was_altered_and_so_does_the_command(
    host: Host, subjects: office.Subjects, tmp_path: Path, legalcredit: Commands
) -> None:
    office.publicise(host, office.penalty(host.work, subjects))
    sound = tmp_path / "sound.zip"
    sound.write_bytes(taken_out(host))
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(sound) as packed:
        packed.extractall(unpacked)

    def checked() -> "subprocess.CompletedProcess[str]":
        # -I: nothing of this project, nothing installed.
        command = [sys.executable, "-I", "-X", "utf8", str(unpacked / "check.py")]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    run = checked()
    assert run.returncode == 0, run.stderr
    assert "OK\t处罚-2026-0001/notice.pdf" in run.stdout
    paper = unpacked / "处罚-2026-0001" / "notice.json"
    paper.write_text(paper.read_text("utf-8").replace("罚款二万元", "罚款二千元"), "utf-8")
    (unpacked / "extra.txt").write_text("x")
    run = checked()
    assert run.returncode == 1
    assert "altered\t处罚-2026-0001/notice.json" in run.stdout
    assert "not in the manifest\textra.txt" in run.stdout
    assert run.stdout.count("OK\t") > 6

    keys = tmp_path / "vkeys.txt"
    keys.write_text("\n".join(export.vkeys(host.keys)))
    verified = legalcredit("archive", "verify", sound, "--vkey", keys)
    assert (verified.returncode, verified.stdout.splitlines()[-1]) == (0, "verified"), verified.stderr
    refused = legalcredit("archive", "verify", unpacked, "--vkey", keys)
    assert refused.returncode == 1
    assert json.loads(refused.stderr)["error"] == "altered"
    assert "altered\t处罚-2026-0001/notice.json" in refused.stdout
    other = tmp_path / "none.zip"
    other.write_text("x")
    assert json.loads(legalcredit("archive", "verify", other, "--vkey", keys).stderr)["error"] == "unreadable"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_manifest_made_to_fit_is_found_by_its_signature_alone(
    host: Host, subjects: office.Subjects, tmp_path: Path
) -> None:
    """Whoever alters a file and the manifest with it deceives check.py, which says so; not whoever has the key."""
    office.publicise(host, office.penalty(host.work, subjects))
    contents = {}
    with zipfile.ZipFile(io.BytesIO(taken_out(host))) as packed:
        contents = {name: packed.read(name) for name in packed.namelist()}
    other = Signer(host.keys.origin(export.KEY), host.keys.signing_key("someone else"))
    note = sign_note(contents["manifest.sig"].decode().split("\n\n")[0] + "\n", [other])
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(forged, "w") as made:
        for name, content in contents.items():
            made.writestr(name, note.encode() if name == "manifest.sig" else content)
    names, read = check.opened(forged)
    assert {verdict for _, verdict in check.judged(names, read)} == {"OK"}
    keys = [parse_vkey(vkey) for vkey in export.vkeys(host.keys)]
    assert [one.name for one in judged(forged, keys) if not one.sound] == ["manifest.json"]


@pytest.fixture(scope="module")
def any_archive() -> dict[str, bytes]:
    """An archive of files that need no database."""
    files = {"a.txt": b"one", "b/c.bin": bytes(range(256))}
    listed = [
        {"path": name, "size": len(content), "sha256": sha256(content).hexdigest()}
        for name, content in files.items()
    ]
    manifest = json.dumps({"format": check.FORMAT, "of": "x", "files": listed}).encode()
    digest = sha256(manifest).hexdigest()
    return {
        **files,
        "manifest.json": manifest,
        "manifest.sig": f"{check.FORMAT}\nx\n{digest}\n\n— k AAAA\n".encode(),
    }


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_changed_byte_is_found(any_archive: dict[str, bytes], data: st.DataObject) -> None:
    assert {verdict for _, verdict in check.judged(list(any_archive), any_archive.__getitem__)} == {"OK"}
    name = data.draw(st.sampled_from(sorted(set(any_archive) - {"manifest.sig"})))
    place = data.draw(st.integers(0, len(any_archive[name]) - 1))
    altered = bytearray(any_archive[name])
    altered[place] ^= data.draw(st.integers(1, 255))
    changed = {**any_archive, name: bytes(altered)}
    verdicts = dict(check.judged(list(changed), changed.__getitem__))
    assert verdicts[name] != "OK"


@given(st.integers(1, 40), st.data())
def test_the_proofs_of_any_tree_hold_and_no_other_place_does(size: int, data: st.DataObject) -> None:
    hashes = [leaf_hash(bytes([number])) for number in range(size)]
    index = data.draw(st.integers(0, size - 1))

    def node(height: int, number: int) -> bytes:
        return root(hashes[number << height : (number + 1) << height])

    path = inclusion_proof(index, size, node)
    assert check._root(hashes[index], index, size, path) == root(hashes)
    if size > 1:
        assert check._root(hashes[index], (index + 1) % size, size, path) != root(hashes)


def test_every_kind_of_notice_has_a_class_and_every_class_its_period() -> None:
    for code, kind in KINDS.items():
        if kind.releasable:
            assert class_of(NOTICE_KINDS.get(code, code)) in RETENTION


def test_numbers_are_gapless_within_class_and_year(
    host: Host, clock: SetClock, subjects: office.Subjects
) -> None:
    for number in ("甲", "乙"):
        office.publicise(host, office.penalty(host.work, subjects, number=number))
    office.publicise(host, office.permit(host.work, subjects))
    with host.work.read() as session:
        shelves = [tuple(shelf) for shelf in find.shelves(session)]
        assert shelves == [("许可", 2026, 1), ("处罚", 2026, 2)]
        listed, following = find.listed(session, Asked(archive_class="处罚"), before=None, limit=1)
        assert [one.number for one in listed] == ["处罚-2026-0002"]
        rest, none = find.listed(session, Asked(archive_class="处罚"), before=following, limit=1)
        assert ([one.number for one in rest], none) == (["处罚-2026-0001"], None)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_visitor_reaches_the_archive(client: FlaskClient) -> None:
    assert client.get("/staff/archive").status_code == 303

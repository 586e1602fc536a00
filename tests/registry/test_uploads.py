"""A file handed in at the browser: previewed without storing anything, then stored exactly as previewed, or not at all."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select

from registry.accounts import audit
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, NotFound
from registry.kernel.host import Host
from registry.kernel.part import Import
from registry.kernel.work import Work
from registry.roster import find as roster
from registry.roster.importers import ORGANISATIONS
from registry.roster.intake import Importer
from registry.roster.sheet import read_sheets
from registry.roster.tables import OrganisationRow
from registry.roster.uploads import conduct, examine, find
from registry.roster.uploads.headers import survey
from registry.roster.uploads.staging import Staging
from tests.people import Person
from tests.registry.roster_facts import code, firm

SignIn = Callable[..., Person]
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HEADERS = ("机构名称", "统一社会信用代码", "所在区", "联系电话")
ALLOWED = frozenset({"import.run", "roster.edit"})


def book(rows: Sequence[Sequence[str]], headers: Sequence[str] = HEADERS) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for cells in (headers, *rows):
        sheet.append(list(cells))
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def office(number: int, *, uscc: str | None = None, phone: str = "021-5555") -> tuple[str, ...]:
    return (
        f"上海第{number}律师事务所",
        code("31", number) if uscc is None else uscc,
        "黄浦区",
        f"{phone}{number:04}",
    )


@pytest.fixture
def clerk(sign_in: SignIn) -> Person:
    return sign_in("clerk")


def handed_in(work: Work, clerk: Person, content: bytes, kind: str = "organisations", **mapping: str) -> str:
    imports = {"organisations": Import("organisations", "执业机构", ORGANISATIONS)}
    return _handed_in(work, clerk, content, imports, kind, mapping)


def _handed_in(
    work: Work,
    clerk: Person,
    content: bytes,
    imports: Mapping[str, Import],
    kind: str,
    mapping: Mapping[str, str],
) -> str:
    with work.write(clerk.actor) as session:
        upload = conduct.hand_in(
            session,
            clerk.actor,
            staging=Staging(work),
            imports=imports,
            kind=kind,
            name="名册.xlsx",
            content=content,
        )
        conduct.ask_for_check(session, clerk.actor, upload=upload, mapping=mapping, permissions=ALLOWED)
    conduct.preview(work, imports, upload=upload)
    return upload


def shown(work: Work, clerk: Person, upload: str) -> find.Upload:
    with work.read() as session:
        return find.upload(session, clerk.actor, upload)


def approved(work: Work, clerk: Person, upload: str) -> None:
    signature = shown(work, clerk, upload).signature or ""
    with work.write(clerk.actor) as session:
        conduct.approve(session, clerk.actor, upload=upload, signature=signature, permissions=ALLOWED)


def firms(work: Work) -> int:
    with work.read() as session:
        return session.scalar(select(func.count()).select_from(OrganisationRow)) or 0


IMPORTS = {"organisations": Import("organisations", "执业机构", ORGANISATIONS)}


def test_nothing_is_stored_before_somebody_says_so_and_then_exactly_what_was_shown(
    work: Work, clerk: Person
) -> None:
    with work.write(clerk.actor) as session:
        firm(session, "上海第1律师事务所", uscc=code("31", 1), established_on=None)
    content = book(
        [("上海第1律师事务所", code("31", 1), "黄浦区", ""), office(2), office(3, uscc="123"), office(4)]
    )
    upload = handed_in(work, clerk, content)
    found = shown(work, clerk, upload)
    assert (found.state, dict(found.counts)) == (
        "previewed",
        {"new": 2, "changed": 0, "same": 1, "rejected": 1},
    )
    assert firms(work) == 1
    preview = find.preview(Staging(work), found)
    assert preview is not None
    assert [line.row for line in preview.samples["new"]] == [3, 5]
    assert [(fault.row, fault.column, fault.value) for fault in preview.faults] == [
        (4, "统一社会信用代码", "123")
    ]
    assert set(preview.samples["new"][0].cells.values()) & {office(2)[3]} == set()
    approved(work, clerk, upload)
    assert conduct.store(work, IMPORTS, upload=upload)
    assert conduct.store(work, IMPORTS, upload=upload)  # a second click
    assert firms(work) == 3
    assert shown(work, clerk, upload).state == "stored"
    with work.read() as session:
        [entry] = audit.find(session, verb="import", limit=9)
        assert (entry.actor_id, entry.detail) == (
            clerk.id,
            {"kind": "organisations", "new": 2, "changed": 0},
        )


@SQLITE
def test_a_number_that_is_kept_with_a_doubt_is_told_by_its_row_before_it_is_stored(
    work: Work, clerk: Person
) -> None:
    """A code issued with a wrong check character (GB 32100) is kept: warned of, not hidden."""
    wrong = code("31", 2)[:-1] + ("0" if code("31", 2)[-1] != "0" else "1")
    upload = handed_in(work, clerk, book([office(1), office(2, uscc=wrong)]))
    preview = find.preview(Staging(work), shown(work, clerk, upload))
    assert preview is not None
    assert len(preview.notes) == 1
    assert "第 3 行：统一社会信用代码校验" in preview.notes[0]
    approved(work, clerk, upload)
    conduct.perform(work, IMPORTS)
    assert firms(work) == 2


@SQLITE
def test_what_lies_on_disk_tells_nothing_and_goes_with_the_import(
    work: Work, clerk: Person, home: Path
) -> None:
    upload = handed_in(work, clerk, book([office(7)]))
    files = list((home / "staging").iterdir())
    assert files
    for path in files:
        assert path.stat().st_mode & 0o077 == 0 or path.name.endswith("progress")
        assert "第7律师".encode() not in path.read_bytes()
        assert not path.read_bytes().startswith(b"PK")
    approved(work, clerk, upload)
    conduct.store(work, IMPORTS, upload=upload)
    assert list((home / "staging").iterdir()) == []


def test_a_register_that_changed_since_the_preview_is_previewed_again(work: Work, clerk: Person) -> None:
    upload = handed_in(work, clerk, book([office(1), office(2)]))
    approved(work, clerk, upload)
    with work.write(clerk.actor) as session:
        firm(session, "上海第2律师事务所", uscc=code("31", 2), established_on=None)
    assert not conduct.store(work, IMPORTS, upload=upload)
    found = shown(work, clerk, upload)
    assert firms(work) == 1
    assert found.state == "previewed"
    assert "有了变化" in found.note
    assert found.counts["new"] == 1
    approved(work, clerk, upload)
    assert conduct.store(work, IMPORTS, upload=upload)
    assert firms(work) == 2


class PowerCut(BaseException):
    pass


@SQLITE
def test_a_server_that_dies_in_the_middle_has_stored_nothing_and_the_job_goes_on(
    work: Work, clerk: Person
) -> None:
    upload = handed_in(work, clerk, book([office(1), office(2)]))
    approved(work, clerk, upload)

    def dies(session: Any, actor: Any, rows: Any) -> Any:
        ORGANISATIONS.store(session, actor, rows)
        raise PowerCut

    broken: Importer[Any] = Importer(ORGANISATIONS.layouts, ORGANISATIONS.check, dies)
    with pytest.raises(PowerCut):
        conduct.store(work, {"organisations": Import("organisations", "", broken)}, upload=upload)
    assert firms(work) == 0
    assert shown(work, clerk, upload).state == "approved"
    assert conduct.perform(work, IMPORTS)["stored"] == 1
    assert firms(work) == 2


@SQLITE
def test_a_file_that_cannot_be_worked_on_is_put_aside_and_the_next_one_goes_on(
    work: Work, clerk: Person
) -> None:
    first = handed_in(work, clerk, book([office(1)]))
    second = handed_in(work, clerk, book([office(2)]))
    approved(work, clerk, first)
    approved(work, clerk, second)
    Staging(work).remove(first)
    assert conduct.perform(work, IMPORTS) == {"checked": 0, "stored": 1, "failed": 1, "removed": 0}
    assert shown(work, clerk, first).state == "refused"
    assert firms(work) == 1


@SQLITE
def test_another_preview_than_the_one_seen_is_not_approved(
    work: Work, clerk: Person, sign_in: SignIn
) -> None:
    upload = handed_in(work, clerk, book([office(1)]))
    with work.write(clerk.actor) as session, pytest.raises(Conflict) as refused:
        conduct.approve(session, clerk.actor, upload=upload, signature="0" * 64, permissions=ALLOWED)
    assert refused.value.rule == "preview-changed"
    colleague = sign_in("clerk", username="colleague")
    with work.write(colleague.actor) as session, pytest.raises(NotFound):
        conduct.discard(session, colleague.actor, staging=Staging(work), upload=upload)


@SQLITE
def test_files_that_nobody_comes_back_for_are_removed(
    work: Work, clerk: Person, clock: SetClock, home: Path
) -> None:
    upload = handed_in(work, clerk, book([office(1)]))
    clock.advance(timedelta(days=7))
    assert conduct.perform(work, IMPORTS)["removed"] == 0
    clock.advance(timedelta(minutes=1))
    assert conduct.perform(work, IMPORTS)["removed"] == 1
    assert shown(work, clerk, upload).state == "discarded"
    assert list((home / "staging").iterdir()) == []


@pytest.mark.parametrize("tells", [True, False], ids=["tells", "counts-only"])
def test_an_importer_that_only_counts_is_asked_in_halves_and_gives_the_same(
    work: Work, clerk: Person, *, tells: bool
) -> None:
    rows = [office(number) for number in range(1, 14)]
    with work.write(clerk.actor) as session:
        for number in (2, 3, 5, 8, 13):
            firm(session, rows[number - 1][0], uscc=rows[number - 1][1], established_on=None)

    def counts_only(session: Any, actor: Any, accepted: Any) -> Any:
        stored = ORGANISATIONS.store(session, actor, accepted)
        return type(stored)(stored.new, stored.unchanged, stored.changed, stored.faults)

    importer = Importer(
        ORGANISATIONS.layouts, ORGANISATIONS.check, ORGANISATIONS.store if tells else counts_only
    )
    imports = {"organisations": Import("organisations", "", importer)}
    upload = _handed_in(work, clerk, book([(*row[:3], "") for row in rows]), imports, "organisations", {})
    found = shown(work, clerk, upload)
    preview = find.preview(Staging(work), found)
    assert preview is not None
    assert [line.row - 1 for line in preview.samples["same"]] == [2, 3, 5, 8, 13]
    assert found.counts["new"] == 8
    approved(work, clerk, upload)
    assert conduct.store(work, imports, upload=upload)
    assert firms(work) == 13


@SQLITE
def test_a_clerk_names_a_column_corrects_a_row_and_imports_both(clerk: Person, work: Work) -> None:
    content = book([office(1), office(2, uscc="99")], ("单位全名", "统一社会信用代码", "所在区", "联系电话"))
    sent = clerk.post("/staff/imports", kind="organisations", file=(io.BytesIO(content), "表.xlsx"))
    page = clerk.get(sent.location).text
    assert "还缺必填的：机构名称" in page
    fields = {"header": "单位全名", "field.0": "name"}
    clerk.post(f"{sent.location}/check", **fields)
    page = clerk.get(sent.location).text
    assert "只导入无误的 1 行" in page
    assert "联系电话" in page
    assert "55550001" not in page
    rejected = clerk.get(f"{sent.location}/rejects.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(rejected.data)).worksheets[0]
    rows = [list(cells) for cells in sheet.iter_rows(values_only=True)]
    assert rows[0] == ["单位全名", "统一社会信用代码", "所在区", "联系电话", "原行号", "错误说明"]
    assert rows[1][:2] == ["上海第2律师事务所", "99"]
    assert rows[1][4] == 3
    assert "统一社会信用代码" in str(rows[1][5])
    confirmed = clerk.post(f"{sent.location}/confirm", signature=_signature(page))
    assert "新增 1 行" in clerk.get(confirmed.location).text
    # Corrected in the very sheet that was downloaded, the row goes in; its two more columns are passed over.
    corrected = [list(map(str, cells)) for cells in rows]
    corrected[1][1] = code("31", 2)
    again = clerk.post(
        "/staff/imports",
        kind="organisations",
        file=(io.BytesIO(book(corrected[1:], ["机构名称", *corrected[0][1:]])), "更正.xlsx"),
    )
    page = clerk.get(again.location).text
    assert "全部导入（1 行）" in page
    clerk.post(f"{again.location}/confirm", signature=_signature(page))
    assert firms(work) == 2
    assert clerk.post(f"{again.location}/discard").status_code == 409


def _signature(page: str) -> str:
    found = re.search(r'name="signature" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


@SQLITE
def test_what_is_refused_at_the_door(clerk: Person, sign_in: SignIn) -> None:
    assert clerk.post("/staff/imports", kind="", file=(io.BytesIO(b"a,b\n"), "x.csv")).status_code == 422
    assert clerk.post("/staff/imports", kind="organisations").status_code == 422
    broken = clerk.post(
        "/staff/imports", kind="organisations", file=(io.BytesIO(b"PK\x03\x04nothing"), "x.xlsx")
    )
    assert broken.status_code == 422
    assert "文件已损坏" in broken.text or "不是" in broken.text
    assert sign_in("auditor").get("/staff/imports").status_code == 403
    sent = clerk.post("/staff/imports", kind="organisations", file=(io.BytesIO(book([office(1)])), "x.xlsx"))
    assert sign_in("clerk", username="other").get(sent.location).status_code == 404
    assert clerk.get("/staff/imports/templates/none.xlsx").status_code == 404


@SQLITE
def test_a_large_file_is_left_to_the_job_and_the_page_shows_how_far_it_is(
    clerk: Person, host: Host, work: Work
) -> None:
    lines = [",".join(HEADERS), *(",".join(office(number)) for number in range(1, 1_500))]
    content = "\n".join(lines).encode()
    assert len(content) > conduct.AT_ONCE
    sent = clerk.post("/staff/imports", kind="organisations", file=(io.BytesIO(content), "大表.csv"))
    page = clerk.get(sent.location).text
    assert "正在核对" in page
    assert "没有进程执行定时任务" in page
    told = clerk.get(f"{sent.location}/progress.json").get_json()
    assert told == {"state": "queued", "step": None, "done": None, "total": None}
    assert conduct.perform(work, host.imports)["checked"] == 1
    page = clerk.get(sent.location).text
    assert "全部导入（1499 行）" in page
    clerk.post(f"{sent.location}/confirm", signature=_signature(page))
    assert "正在入库" in clerk.get(sent.location).text
    assert conduct.perform(work, host.imports)["stored"] == 1
    assert firms(work) == 1499
    assert "新增 1499 行" in clerk.get(sent.location).text
    with work.read() as session:
        assert roster.by_uscc(session, code("31", 1_499)) is not None


@SQLITE
def test_every_kind_of_import_has_a_template_that_its_importer_knows(clerk: Person, host: Host) -> None:
    for kind, item in host.imports.items():
        sheet = clerk.get(f"/staff/imports/templates/{kind}.xlsx")
        assert sheet.status_code == 200
        layouts = item.importer.layouts  # type: ignore[attr-defined]
        known = survey(read_sheets(io.BytesIO(sheet.data), "t.xlsx"), layouts, {})
        assert [headers.missing for headers in known] == [[] for _ in layouts], kind
        assert [headers.unknown for headers in known] == [[] for _ in layouts], kind


@SQLITE
def test_what_differs_stands_side_by_side_and_what_is_personal_is_covered(work: Work, clerk: Person) -> None:
    with work.write(clerk.actor) as session:
        firm(
            session,
            "上海第1律师事务所",
            uscc=code("31", 1),
            head="钟明",
            phone="021-1111",
            established_on=None,
        )
    rows = book(
        [("上海第1律师事务所", "黄浦区", "仇英", "021-2222")], ("机构名称", "所在区", "负责人", "联系电话")
    )
    upload = handed_in(work, clerk, rows)
    preview = find.preview(Staging(work), shown(work, clerk, upload))
    assert preview is not None
    assert [(fault.column, fault.value, fault.held) for fault in preview.faults] == [
        ("负责人", "仇英", "钟明"),
        ("联系电话", "********", "********"),
    ]


def test_codes_of_ours_are_no_text_for_people() -> None:
    assert examine._texts({"state": "practising", "on": "2026-01-02"}) == {"on": "2026-01-02"}

"""Permits, penalties and other events come in from real files, and are found as credit events."""

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select, text

from registry.credit import find, record
from registry.credit.importers import EVENTS, PENALTIES, PERMITS
from registry.credit.layouts import LAYOUTS
from registry.credit.record import Subject
from registry.credit.tables import EventRow
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, Invalid, NotFound
from registry.kernel.work import Work
from registry.ledger import book
from registry.ledger.verify import verify
from registry.roster import enrol, intake
from registry.roster.intake import Importer, Outcome, Rejected, RowFault
from tests.commands import Commands

TEMPLATES = Path(__file__).parents[1] / "golden" / "templates"
ACTOR = Actor.command("import")
USCC = "91110000600037341L"
PERSON = "360426199101010071"
OTHER_PERSON = "11010519491231002X"


def penalty(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "CF_XDR_MC": "上海明衡律师事务所", "CF_XDR_SHXYM": USCC, "CF_FRDB": "沈立", "CF_FR_ZJLX": "身份证",
        "CF_FR_ZJHM": PERSON, "CF_CFMC": "未按规定统一收费", "CF_WSH": "沪司罚决字〔2026〕第12号", "CF_JDRQ": "2026/05/08",
        "CF_CFJG": "上海市司法局", "CF_CFLB1": "罚款", "CF_SY": "私自收费", "CF_YJ": "律师法第五十条第一款第（一）项",
        "CF_NR": "罚款二千元", "CF_SYFW": "公示", "CF_CFDJ": "较重", "CF_ZT": "正常", "CF_NR_FK": 0.2,
    }  # fmt: skip
    return {**row, **changes}


def penalty_of_person(**changes: object) -> dict[str, object]:
    row = {**penalty(), "CF_XDR_MC": "李文", "CF_XDR_ZJLX": "身份证", "CF_XDR_ZJHM": PERSON}
    return {
        code: value
        for code, value in {**row, **changes}.items()
        if not code.startswith(("CF_FR", "CF_XDR_SHXYM"))
    }


def permit(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "XK_XDR_MC": "上海明衡律师事务所", "XK_XDR_SHXYM": USCC, "XK_XKLB": "普通", "XK_FRDB": "沈立", "XK_FR_ZJLX": "身份证",
        "XK_FR_ZJHM": PERSON, "XK_XMMC": "律师事务所设立许可", "XK_WSH": "沪司许决字〔2026〕第3号", "XK_JDRQ": date(2026, 5, 8),
        "XK_XKJG": "上海市司法局", "XK_NR": "准予设立", "XK_SYFW": "公示", "XK_ZT": "正常",
    }  # fmt: skip
    return {**row, **changes}


def permit_of_person(**changes: object) -> dict[str, object]:
    row = {
        **permit(),
        "XK_XDR_MC": "李文",
        "XK_XDR_ZJLX": "身份证",
        "XK_XDR_ZJHM": PERSON,
        "XK_XKBH": "13101200810000003",
    }
    return {
        code: value
        for code, value in {**row, **changes}.items()
        if not code.startswith(("XK_FR", "XK_XDR_SHXYM"))
    }


def filled(path: Path, name: str, *rows: Mapping[str, object]) -> Path:
    """The county's own spreadsheet with rows typed in below its headers."""
    kind, subject = name.split("-")
    layout = next(one for one in LAYOUTS[kind] if one.name == f"template-{kind}-{subject}")
    workbook = openpyxl.load_workbook(TEMPLATES / f"{name}.xlsx")
    for number, row in enumerate(rows, 2):
        for place, column in enumerate(layout.columns, 1):
            workbook.worksheets[0].cell(number, place, row.get(column.field))
    workbook.save(path)
    return path


def sheet(path: Path, rows: Sequence[Mapping[str, object]], *, encoding: str = "utf-8-sig") -> Path:
    """A csv with the codes as headers."""
    codes = list(dict.fromkeys(code for row in rows for code in row))
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, codes)
        writer.writeheader()
        writer.writerows(rows)
    return path


def take(work: Work, importer: Importer[Any], path: Path, **options: bool) -> tuple[Outcome, list[RowFault]]:
    faults: list[RowFault] = []
    try:
        return intake.run(work, ACTOR, importer, path, kind="test", report=faults.append, **options), faults  # type: ignore[arg-type]
    except Rejected as rejected:
        return rejected.outcome, faults


def events(work: Work) -> list[find.Event]:
    with work.read() as session:
        ids = session.scalars(select(EventRow.public_id).order_by(EventRow.id)).all()
        return [find.event(session, public_id) for public_id in ids]


def firm(work: Work, **changes: str) -> enrol.Organisation:
    with work.write(ACTOR) as session:
        draft = {
            "kind": "law_firm",
            "name": "上海明衡律师事务所",
            "uscc": USCC,
            "district": "310101",
            **changes,
        }
        return enrol.enrol_organisation(session, ACTOR, authoritative=True, **draft)


def lawyer(work: Work) -> enrol.Practitioner:
    with work.write(ACTOR) as session:
        organisation = enrol.enrol_organisation(
            session, ACTOR, kind="law_firm", name="上海和润律师事务所", district="310101"
        )
        return enrol.enrol_practitioner(
            session, ACTOR, name="李文", profession="lawyer", licence_number="13101200810000003",
            organisation=organisation, id_number=PERSON, category="专职", granted_on=date(2008, 3, 1),
        )  # fmt: skip


TEMPLATE_ROWS = {
    "permit-organisation": (PERMITS, permit),
    "permit-person": (PERMITS, permit_of_person),
    "penalty-organisation": (PENALTIES, penalty),
    "penalty-person": (PENALTIES, penalty_of_person),
}


@pytest.mark.parametrize("name", TEMPLATE_ROWS)
def test_the_countys_own_template_filled_by_a_clerk_goes_in_once(
    work: Work, tmp_path: Path, name: str
) -> None:
    importer, row = TEMPLATE_ROWS[name]
    prefix = "XK" if name.startswith("permit") else "CF"
    path = filled(tmp_path / "a.xlsx", name, row(), row(**{f"{prefix}_WSH": "沪司字〔2026〕第9号"}))
    outcome, faults = take(work, importer, path)
    assert (outcome.new, outcome.unchanged, faults) == (2, 0, [])
    again, faults = take(work, importer, path)
    assert (again.new, again.unchanged, faults) == (0, 2, [])
    stored = events(work)
    assert len(stored) == 2
    assert stored[0].columns[f"{prefix}_JDRQ"] == "2026-05-08"
    assert f"{prefix}_XDR_LB" in stored[0].missing
    with work.read() as session:
        assert find.count_incomplete(session) == 2
        assert find.incomplete(session, limit=1)[0].public_id == stored[0].public_id
        assert session.scalar(select(func.count()).select_from(EventRow)) == 2


def test_numbers_of_papers_are_encrypted_and_come_back_only_when_asked_for(
    work: Work, tmp_path: Path
) -> None:
    take(work, PENALTIES, filled(tmp_path / "a.xlsx", "penalty-person", penalty_of_person()))
    event = events(work)[0]
    assert PERSON not in repr(event)
    with work.read() as session:
        assert find.restricted(session, event.public_id) == {"CF_XDR_ZJLX": "身份证", "CF_XDR_ZJHM": PERSON}
        rows = session.execute(text("SELECT * FROM reg_credit_events")).all()
        # As plain tuples: a row's own text leaves out the middle of long values.
        assert PERSON not in repr([tuple(row) for row in rows])
        assert PERSON.encode() not in b"".join(
            bytes(cell) for row in rows for cell in row if isinstance(cell, bytes | memoryview)
        )


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-8"])
def test_a_csv_of_2018_in_the_encodings_of_the_office(work: Work, tmp_path: Path, encoding: str) -> None:
    row = {
        "XK_XDR_MC": "李文", "XK_XDR_ZJLX": "身份证", "XK_XDR_ZJHM": PERSON, "XK_XKWS": "准予行政许可决定书",
        "XK_WSH": "沪司许决字〔2026〕第3号", "XK_XKLB": "普通", "XK_NR": "准予执业", "XK_JDRQ": "20260508", "XK_YXQZ": "2026.05.08",
        "XK_YXQZI": "长期", "XK_XKJG": "上海市司法局", "XK_XKJGDM": USCC, "XK_ZT": "1", "XK_LYDW": "上海市司法局", "XK_LYDWDM": USCC,
    }  # fmt: skip
    outcome, faults = take(work, PERMITS, sheet(tmp_path / "a.csv", [row], encoding=encoding))
    assert (outcome.new, faults) == (1, [])
    assert events(work)[0].columns["XK_YXQZI"] == "2099-12-31"


def test_a_csv_of_2015_is_the_same_record_as_its_row_in_the_template(work: Work, tmp_path: Path) -> None:
    """Subject, document number and day make the record; another layout of it differs in content and overwrites nothing."""
    take(work, PENALTIES, filled(tmp_path / "a.xlsx", "penalty-person", penalty_of_person()))
    old = {
        "CF_WSH": "沪司罚决字[2026]第12号", "CF_CFMC": "未按规定统一收费", "CF_CFLB1": "罚款", "CF_XDR_MC": "李文",
        "CF_XDR_SFZ": PERSON, "CF_JG": "罚款三千元", "CF_JDRQ": "2026.05.08", "CF_XZJG": "上海市司法局", "CF_ZT": "0",
    }  # fmt: skip
    outcome, faults = take(work, PENALTIES, sheet(tmp_path / "b.csv", [old]))
    assert outcome.new == 0
    assert [(fault.row, fault.column, fault.rule) for fault in faults] == [
        (2, "CF_WSH", "known-record-differs")
    ]
    assert "处罚内容" in faults[0].message
    assert events(work)[0].columns["CF_NR"] == "罚款二千元"


def test_records_find_their_registered_subject_and_others_keep_their_name(work: Work, tmp_path: Path) -> None:
    organisation, practitioner = firm(work), lawyer(work)
    take(work, PENALTIES, filled(tmp_path / "a.xlsx", "penalty-organisation", penalty(), penalty(
        CF_XDR_MC="上海远山律师事务所", CF_XDR_SHXYM="", CF_XDR_ZZJG="123456789"
    )))  # fmt: skip
    take(work, PENALTIES, filled(tmp_path / "b.xlsx", "penalty-person", penalty_of_person(), penalty_of_person(
        CF_XDR_ZJHM=OTHER_PERSON, CF_WSH="沪司罚决字〔2026〕第15号"
    ), penalty_of_person(CF_XDR_MC="李雯", CF_WSH="沪司罚决字〔2026〕第16号")))  # fmt: skip
    take(
        work,
        PERMITS,
        filled(tmp_path / "c.xlsx", "permit-person", permit_of_person(XK_XDR_ZJHM=OTHER_PERSON)),
    )
    subjects = [event.subject for event in events(work)]
    assert subjects[0] == ("organisation", organisation.public_id, "上海明衡律师事务所")
    assert subjects[1] == (None, None, "上海远山律师事务所")
    assert subjects[2] == ("practitioner", practitioner.public_id, "李文")
    assert subjects[3] == (None, None, "李文"), "another identity number is another person"
    assert subjects[4] == (None, None, "李雯"), "the name must agree too"
    assert subjects[5] == ("practitioner", practitioner.public_id, "李文"), "known by the licence number"
    with work.read() as session:
        of_the_firm = find.events_of(session, organisation=organisation.id)
        assert [event.subject.public_id for event in of_the_firm] == [organisation.public_id]
        assert len(find.events_of(session, practitioner=practitioner.id)) == 2
        assert find.events_of(session) == []


def test_a_firm_without_a_code_in_the_file_is_known_by_its_whole_name_alone(
    work: Work, tmp_path: Path
) -> None:
    organisation = firm(work, name="上海明衡（浦东）律师事务所")
    take(work, PENALTIES, filled(tmp_path / "a.xlsx", "penalty-organisation", penalty(
        CF_XDR_MC="上海明衡(浦东)律师事务所", CF_XDR_SHXYM="", CF_XDR_ZZJG="123456789"
    )))  # fmt: skip
    assert events(work)[0].subject.public_id == organisation.public_id


def test_a_code_with_a_wrong_check_character_is_taken_only_from_the_register(
    work: Work, tmp_path: Path
) -> None:
    """Some codes were issued so; a slip of the clerk looks the same."""
    wrong = "91350211M0000XUF46"
    path = filled(
        tmp_path / "a.xlsx", "penalty-organisation", penalty(CF_XDR_SHXYM=wrong), penalty(CF_WSH="")
    )
    outcome, faults = take(work, PENALTIES, path)
    assert {(fault.row, fault.rule) for fault in faults} == {(2, "uscc-checksum"), (3, "required")}
    assert (outcome.rejected, events(work)) == (2, [])
    firm(work, uscc=wrong)
    outcome, _ = take(work, PENALTIES, path, accept_good=True)
    assert (outcome.new, outcome.rejected) == (1, 1)


def test_one_bad_row_keeps_the_whole_file_out(work: Work, tmp_path: Path, clock: SetClock) -> None:
    tomorrow = (clock.now().date() + timedelta(days=1)).isoformat()
    path = filled(
        tmp_path / "a.xlsx",
        "penalty-person",
        penalty_of_person(),
        penalty_of_person(CF_WSH="乙", CF_JDRQ=tomorrow),
        penalty_of_person(CF_WSH="丙", CF_XDR_ZJHM="360426199101010072"),
        penalty_of_person(CF_NR="罚款九千元"),
    )
    outcome, faults = take(work, PENALTIES, path)
    assert events(work) == []
    assert [(fault.row, fault.rule, fault.value) for fault in faults] == [
        (4, "id-checksum", "*" * 18),
        (3, "decision-in-future", tomorrow),
        (5, "known-record-differs", "沪司罚决字〔2026〕第12号"),
    ]
    assert outcome.rejected == 3
    outcome, _ = take(work, PENALTIES, path, accept_good=True)
    assert (outcome.new, outcome.rejected) == (1, 3)


def test_who_may_see_a_record_and_its_state_come_with_the_row(work: Work, tmp_path: Path) -> None:
    rows = [
        penalty(CF_WSH="一"),
        penalty(CF_WSH="二", CF_SYFW="仅政府部门内部共享"),
        penalty(CF_WSH="三", CF_ZT="撤销"),
        penalty(CF_WSH="四", CF_ZT="异议"),
        penalty(CF_WSH="五", CF_CFLB1="警告"),
    ]
    take(work, PENALTIES, filled(tmp_path / "a.xlsx", "penalty-organisation", *rows))
    stored = events(work)
    assert [event.releasable for event in stored] == [True, False, False, True, False]
    assert [event.state for event in stored] == ["有效", "有效", "撤销", "异议", "有效"]
    assert {event.severity for event in stored} == {"一般"}, "较重 of the template is 一般 today"
    assert (stored[0].term.min_until, stored[0].term.max_until) == (date(2026, 8, 8), date(2027, 5, 8))


def test_a_workbook_with_all_four_sheets_gives_each_import_its_own(work: Work, tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    for name, (_, row) in TEMPLATE_ROWS.items():
        path = filled(tmp_path / f"{name}.xlsx", name, row())
        worksheet = workbook.create_sheet(name)
        for cells in openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True):
            worksheet.append(cells)
    workbook.save(tmp_path / "all.xlsx")
    permits, _ = take(work, PERMITS, tmp_path / "all.xlsx")
    penalties, _ = take(work, PENALTIES, tmp_path / "all.xlsx")
    assert (permits.new, penalties.new) == (2, 2)
    assert len([note for note in permits.notes if "penalty" in note]) == 2


def test_other_events_come_from_one_plain_sheet(work: Work, tmp_path: Path) -> None:
    practitioner = lawyer(work)
    rows = [
        {"事件类别": "行业处分", "姓名": "李文", "执业证号": "13101200810000003", "决定日期": "2026/4/1", "文书号": "沪律处〔2026〕1号",
         "内容": "训诫", "备注": "书面"},
        {"事件类别": "award", "姓名": "李文", "身份证号": PERSON, "决定日期": "2026/4/2", "内容": "全市优秀律师"},
        {"事件类别": "表扬信", "姓名": "李文", "决定日期": "2026/4/3", "内容": "某"},
        {"事件类别": "行政处罚", "姓名": "李文", "身份证号": "360426199101010072", "决定日期": "2026/4/4", "内容": "某"},
    ]  # fmt: skip
    outcome, faults = take(work, EVENTS, sheet(tmp_path / "a.csv", rows), accept_good=True)
    assert [(fault.row, fault.rule) for fault in faults] == [
        (4, "unknown-kind"),
        (5, "unknown-kind"),
        (5, "id-checksum"),
    ]
    assert outcome.new == 2
    sanction, award = events(work)
    assert (sanction.kind.code, award.kind.code) == ("bar_sanction", "award")
    assert sanction.subject == award.subject == ("practitioner", practitioner.public_id, "李文")
    assert (sanction.releasable, award.releasable) == (False, True)
    assert sanction.severity == "一般"
    again, _ = take(work, EVENTS, sheet(tmp_path / "a.csv", rows), accept_good=True)
    assert (again.new, again.unchanged) == (0, 2)


# Recording by hand


def test_an_event_recorded_twice_is_one_and_with_other_content_a_conflict(work: Work) -> None:
    organisation = firm(work)
    facts = {
        "kind": "inspection_finding",
        "subject": Subject(organisation=organisation.id),
        "decided_on": date(2026, 10, 1),
    }
    with work.write(ACTOR) as session:
        first = record.record(session, ACTOR, **facts, summary="未发现问题", document_number="A-1")  # type: ignore[arg-type]
        second = record.record(session, ACTOR, **facts, summary="未发现问题", document_number="A-1")  # type: ignore[arg-type]
        assert (first.created, second.created, first.id) == (True, False, second.id)
        with pytest.raises(Conflict):
            record.record(session, ACTOR, **facts, summary="发现问题", document_number="A-1")  # type: ignore[arg-type]
    with work.read() as session:
        acts = [
            entry
            for entry in book.read(session, "audit", start=0, limit=100, on=session.today)
            if entry.action == "credit.record"
        ]
        assert [entry.record for entry in acts] == [first.public_id]
        assert find.event(session, first.public_id).subject.name == "上海明衡律师事务所"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"kind": "gossip"}, "unknown-kind"),
        ({"severity": "很严重"}, "enum"),
        ({"decided_on": date(2026, 11, 21)}, "decision-in-future"),
        ({"summary": " "}, "required"),
        ({"scope": "全世界"}, "enum"),
        ({"columns": {"CF_XDR_ZJHM": PERSON}}, "restricted-column"),
        ({"subject": Subject(name="某", practitioner=1, organisation=1)}, "two-subjects"),
    ],
)
def test_an_event_that_breaks_a_rule_is_refused_by_field(
    work: Work, changes: dict[str, object], rule: str
) -> None:
    facts = {
        "kind": "award",
        "subject": Subject(name="沈立"),
        "decided_on": date(2026, 10, 1),
        "summary": "表彰",
        **changes,
    }
    with work.write(ACTOR) as session:
        with pytest.raises(Invalid) as refused:
            record.record(session, ACTOR, **facts)  # type: ignore[arg-type]
        assert [field.rule for field in refused.value.fields] == [rule]
        with pytest.raises(NotFound):
            record.record(
                session,
                ACTOR,
                kind="award",
                subject=Subject(organisation=99),
                decided_on=date(2026, 10, 1),
                summary="表彰",
            )


def test_an_annulment_answers_the_first_event_and_leaves_it_as_it_was(work: Work, tmp_path: Path) -> None:
    """行政处罚法 art. 48: the first record stays, the second names it."""
    take(work, PENALTIES, filled(tmp_path / "a.xlsx", "penalty-organisation", penalty()))
    before = events(work)[0]
    with work.write(ACTOR) as session:
        made = record.annul(session, ACTOR, event=before.public_id, ground="复议撤销", on=date(2026, 11, 1))
    first, second = events(work)
    assert (first.annulled_by, first.releasable, first.columns) == (made.public_id, False, before.columns)
    assert (second.kind.code, second.target, second.detail["ground"]) == (
        "annulment",
        before.public_id,
        "复议撤销",
    )
    with work.read() as session:
        adverse = find.adverse(session, after=date(2026, 1, 1), until=session.today)
        assert adverse == []
    with work.write(ACTOR) as session:
        with pytest.raises(Conflict):
            record.annul(session, ACTOR, event=before.public_id, ground="又撤销", on=date(2026, 11, 2))
        with pytest.raises(Conflict):
            record.annul(session, ACTOR, event=second.public_id, ground="某", on=date(2026, 11, 2))
        with pytest.raises(NotFound):
            record.annul(session, ACTOR, event="nothing", ground="某", on=date(2026, 11, 1))


# The command


def test_the_command_imports_and_says_what_it_did(legalcredit: Commands, work: Work, tmp_path: Path) -> None:
    path = filled(tmp_path / "a.xlsx", "permit-organisation", permit())
    first = legalcredit("import", "permits", path)
    assert (first.returncode, first.stderr) == (0, "")
    assert "新增 1" in first.stdout
    second = legalcredit("import", "permits", path)
    assert "新增 0，未变 1" in second.stdout
    assert len(events(work)) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_command_tells_every_bad_row_and_stores_nothing(
    legalcredit: Commands, work: Work, tmp_path: Path
) -> None:
    path = filled(
        tmp_path / "a.xlsx", "penalty-person", penalty_of_person(), penalty_of_person(CF_WSH="=1+1", CF_XDR_ZJHM="1" * 18, CF_JDRQ="某日")
    )  # fmt: skip
    workbook = openpyxl.load_workbook(path)
    workbook.worksheets[0]["F3"].data_type = "s"
    workbook.save(path)
    done = legalcredit("import", "penalties", path, "--report", tmp_path / "faults.csv")
    assert done.returncode == 1
    assert json.loads(done.stderr.splitlines()[-1]) == {"error": "rejected", "rows": 1, "faults": 2, "of": 2}
    assert "date-form" in done.stdout
    assert "1" * 18 not in done.stdout + done.stderr
    with (tmp_path / "faults.csv").open(encoding="utf-8-sig", newline="") as file:
        told = list(csv.DictReader(file))
    assert [(row["行"], row["规则"]) for row in told] == [("3", "id-checksum"), ("3", "date-form")]
    assert events(work) == []
    taken = legalcredit("import", "penalties", path, "--accept-good")
    assert (taken.returncode, "新增 1" in taken.stdout, "拒绝 1" in taken.stdout) == (0, True, True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_command_takes_a_mapping_and_knows_what_it_cannot_do(
    legalcredit: Commands, tmp_path: Path
) -> None:
    path = sheet(
        tmp_path / "a.csv", [{"种类": "表彰奖励", "谁": "沈立", "决定日期": "2026/4/1", "内容": "优秀"}]
    )
    refused = legalcredit("import", "events", path)
    assert (refused.returncode, json.loads(refused.stderr)["error"]) == (1, "missing-column")
    taken = legalcredit("import", "events", path, "--map", "种类=kind", "--map", "谁=name")
    assert (taken.returncode, "新增 1" in taken.stdout) == (0, True)
    assert legalcredit("import", "gossip", path).returncode == 2
    assert legalcredit("import", "events", path, "--map", "种类").returncode == 2
    assert legalcredit("import", "events", tmp_path / "none.csv").returncode == 2


IMPORTER = """
import os, sys
from pathlib import Path
from publicity.app import PARTS
from registry.credit.importers import PENALTIES
from registry.kernel.access import Actor
from registry.kernel.host import Host
from registry.kernel.settings import Settings
from registry.roster import intake

def progress(step, done, total):
    if step == "store":
        print("storing", done, flush=True)
        sys.stdin.readline()

work = Host(Settings.load(os.environ), PARTS).work
intake.run(work, Actor.command("import"), PENALTIES, Path(sys.argv[1]), kind="penalties", progress=progress)
print("done", flush=True)
"""


def test_a_process_killed_in_the_middle_of_an_import_leaves_nothing(
    environment: dict[str, str], work: Work, tmp_path: Path
) -> None:
    """SIGKILL while the first thousand of three thousand rows are in the transaction; then the same file goes in whole."""
    rows = [penalty(CF_WSH=f"沪司罚决字〔2026〕第{n}号") for n in range(3 * intake.CHUNK)]
    path = sheet(tmp_path / "a.csv", rows)
    running = subprocess.Popen(
        [sys.executable, "-c", IMPORTER, str(path)],
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdin is not None
    assert running.stdout is not None
    with running.stdin, running.stdout:
        assert running.stdout.readline() == f"storing {intake.CHUNK}\n"
        running.send_signal(signal.SIGKILL)
        assert running.wait(timeout=60) == -signal.SIGKILL
    with work.read() as session:
        assert session.scalar(select(func.count()).select_from(EventRow)) == 0
        assert book.head(session, "audit").size == 0
    outcome, faults = take(work, PENALTIES, path)
    assert (outcome.new, faults) == (len(rows), [])
    with work.read() as session:
        assert verify(session, "audit") == []
        assert book.head(session, "audit").size == len(rows) + 1

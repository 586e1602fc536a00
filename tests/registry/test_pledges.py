"""信用承诺: on the national template, numbered without gaps, followed until somebody says whether it was kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path
from threading import Thread

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.credit import find as credit
from registry.credit.pledge import find, template
from registry.credit.pledge.give import Pledge, assess, give
from registry.credit.pledge.importer import PLEDGES, workbook
from registry.credit.record import Subject
from registry.kernel.access import Actor
from registry.kernel.clock import SetClock
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work, WorkSession
from registry.roster import intake
from registry.roster.find import Found
from tests.people import Person
from tests.registry.roster_facts import advocate, code, firm, resident

CLERK = Actor.command("clerk")
BUREAU = {"accepted_by": "示范市司法局", "accepted_by_code": code("11", 9)}
SignIn = Callable[..., Person]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def pledged(session: WorkSession, subject: Subject, **more: object) -> Pledge:
    written = {
        "kind": "主动型",
        "reason": "年度诚信执业承诺",
        "content": "依法诚信执业，按期报送材料。",
        "liability": "愿意接受公开通报。",
        "given_on": date(2026, 3, 2),
        "valid_until": date(2026, 11, 10),
        **BUREAU,
        **more,
    }
    return give(session, session.actor, subject=subject, **written)  # type: ignore[arg-type]


@contextmanager
def refused(fault: type[Exception], rule: str, path: str = "") -> Iterator[None]:
    with pytest.raises(fault) as caught:
        yield
    fields = {(field.path, field.rule) for field in getattr(caught.value, "fields", ())}
    assert (path, rule) in fields if path else caught.value.rule == rule  # type: ignore[attr-defined]


def complete(**changes: str) -> dict[str, str]:
    """A row of the template in which everything is right."""
    return {
        "promiser_name": "上海明理律师事务所",
        "promiser_kind": "法人及非法人组织",
        "promiser_code": code(),
        "kind": "容缺受理型",
        "reason": "变更负责人",
        "content": "十日内补交材料",
        "liability": "撤销许可",
        "given_on": "2026-03-02",
        "disclosure": "可向社会公开",
        **BUREAU,
        **changes,
    }


@pytest.mark.parametrize(
    ("field", "text", "rule"),
    [
        ("promiser_name", "", "required"),
        ("promiser_name", "某" * 201, "too-long"),
        ("promiser_kind", "企业", "enum"),
        ("promiser_code", "", "required"),
        ("promiser_code", "31310000000000000A", "uscc-checksum"),
        ("kind", "口头型", "enum"),
        ("reason", "某" * 513, "too-long"),
        ("content", "", "required"),
        ("content", "某" * 4001, "too-long"),
        ("liability", "", "required"),
        ("given_on", "2026-02-30", "date-range"),
        ("valid_until", "2026-03-01", "date-order"),
        ("accepted_by_code", "123", "uscc-length"),
        ("disclosure", "公开", "enum"),
        ("remark", "某" * 513, "too-long"),
        ("code", "31000020260302", "pledge-code"),
        ("code", "31000020261302000001", "date-range"),
    ],
)
def test_every_field_is_held_to_the_template(field: str, text: str, rule: str) -> None:
    assert template.promise(complete())[1] == ()
    promise, faults = template.promise(complete(**{field: text}))
    assert promise is None
    assert (field, rule) in {(name, found) for name, found, _ in faults}


def test_a_person_pledges_under_an_identity_number_that_checks() -> None:
    person = complete(promiser_name="单勇", promiser_kind="自然人", promiser_code=resident(1))
    assert template.promise(person)[1] == ()
    wrong = resident(1)[:-1] + ("0" if resident(1)[-1] != "0" else "1")
    assert template.promise({**person, "promiser_code": wrong})[1][0][:2] == ("promiser_code", "id-checksum")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({}, None),
        ({"performance": "全部履行"}, set()),
        ({"performance": "全部履行", "unkept": "材料"}, {("unkept", "kept")}),
        (
            {"performance": "部分履行"},
            {("unkept", "required-unless-kept"), ("pursued", "required-unless-kept")},
        ),
        ({"performance": "全部未履行", "unkept": "材料", "pursued": "撤销"}, set()),
        ({"performance": "履行"}, {("performance", "enum")}),
        ({"unkept": "材料", "pursued": "撤销"}, {("performance", "required")}),
    ],
)
def test_what_was_not_kept_and_what_follows_must_be_told_unless_all_was_kept(
    written: dict[str, str], expected: set[tuple[str, str]] | None
) -> None:
    found, faults = template.outcome(written)
    assert {(name, rule) for name, rule, _ in faults} == (expected or set())
    assert (found is None) == (expected is None or bool(expected))


@given(st.dictionaries(st.sampled_from([field.name for field in template.TEMPLATE]), st.text(max_size=30)))
def test_whatever_is_typed_is_told_by_field_and_never_breaks(values: dict[str, str]) -> None:
    for found, faults in (template.promise(values), template.outcome(values)):
        assert found is None or not faults
        assert {name for name, *_ in faults} <= set(template.FIELDS)


def test_codes_are_region_day_and_serial_without_a_gap(work: Work) -> None:
    with work.write(CLERK) as session:
        subject = Subject(organisation=firm(session, uscc=code()).id)
        first = pledged(session, subject)
        again = pledged(session, subject)
        second = pledged(session, subject, reason="补充材料")
        other_day = pledged(session, subject, given_on=date(2026, 3, 3))
    assert (first.code, second.code) == ("31000020260302000001", "31000020260302000002")
    assert other_day.code == "31000020260303000001"
    assert (first.created, again.created, again.code) == (True, False, first.code)
    with refused(Invalid, "future", "given_on"), work.write(CLERK) as session:
        pledged(session, subject, reason="随同整件撤回")
        pledged(session, subject, given_on=date(2027, 1, 1), valid_until=None)
    with work.write(CLERK) as session:
        assert pledged(session, subject, reason="再一份").code == "31000020260302000003"


def test_clerks_who_register_at_once_get_neighbouring_codes(work: Work) -> None:
    with work.write(CLERK) as session:
        subject = Subject(organisation=firm(session, uscc=code()).id)
    taken: list[str] = []

    def register(number: int) -> None:
        with work.write(CLERK) as session:
            given = pledged(session, subject, reason=f"第 {number} 份")
        taken.append(given.code[-6:])

    threads = [Thread(target=register, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [f"{number:06d}" for number in range(1, 7)]


def test_a_form_sent_twice_at_once_is_one_pledge(work: Work) -> None:
    with work.write(CLERK) as session:
        subject = Subject(organisation=firm(session, uscc=code()).id)
    outcomes: list[str] = []

    def send() -> None:
        try:
            with work.write(CLERK) as session:
                outcomes.append("made" if pledged(session, subject).created else "known")
        except Conflict as refused_:
            outcomes.append(refused_.rule)

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("made") == 1
    assert set(outcomes) <= {"made", "known", "given"}
    with work.read() as session:
        assert len(find.pledges(session, limit=9)) == 1


def test_a_registered_promiser_bears_the_name_and_number_of_the_roster(work: Work) -> None:
    with work.write(CLERK) as session:
        place = firm(session, uscc=code())
        person = advocate(session, place, id_number=resident(1))
        nameless = advocate(session, place, 2, name="何人")
        given = pledged(session, Subject(practitioner=person.id), promiser_code="冒充")
        with refused(Invalid, "required", "promiser_code"):
            pledged(session, Subject(practitioner=nameless.id))
        assert pledged(session, Subject(practitioner=nameless.id), promiser_code=resident(3)).created
    with work.read() as session:
        shown = find.pledge(session, given.public_id)
    assert (shown.listed.promiser_name, shown.promiser_kind) == ("单勇", "自然人")
    assert shown.promiser_hint == f"{resident(1)[:6]}{'*' * 10}{resident(1)[-2:]}"


def test_a_broken_pledge_becomes_an_adverse_record_and_a_correction_answers_it(
    work: Work, clock: SetClock
) -> None:
    broken = {
        "performance": "全部未履行",
        "unkept": "未报送材料",
        "pursued": "通报",
        "assessed_on": "2026-11-16",
    }
    with work.write(CLERK) as session:
        place = firm(session, uscc=code())
        given = pledged(session, Subject(organisation=place.id))
    with work.read() as session:
        assert [duty.values["public_id"] for duty in find.due(session, 10)] == [given.public_id]
        # ten working days after 10 November 2026
        assert find.due(session, 10)[0].due == date(2026, 11, 24)
    with work.write(CLERK) as session:
        with refused(Invalid, "date-range", "assessed_on"):
            assess(session, CLERK, pledge=given.public_id, values={**broken, "assessed_on": "2026-03-01"})
        event = assess(session, CLERK, pledge=given.public_id, values=broken)
        with refused(Conflict, "assessed"):
            assess(session, CLERK, pledge=given.public_id, values=broken)
        with refused(Invalid, "required", "correction"):
            assess(session, CLERK, pledge=given.public_id, values={"performance": "全部履行"})
    with work.read() as session:
        recorded = credit.event(session, event)
        assert (recorded.kind.code, recorded.severity, recorded.document_number) == (
            "pledge",
            "一般",
            given.code,
        )
        assert recorded.detail["performance"] == "全部未履行"
        assert find.due(session, 10) == []
    with work.write(CLERK) as session:
        assess(
            session, CLERK, pledge=given.public_id, values={"performance": "全部履行"}, reason="材料后来找到"
        )
    with work.read() as session:
        kinds = {
            (one.detail.get("performance"), one.annulled_by is None)
            for one in credit.events_of(session, organisation=place.id)
            if one.kind.code == "pledge"
        }
        assert kinds == {("全部未履行", False), ("全部履行", True)}
        assert [one.corrected for one in find.pledge(session, given.public_id).outcomes] == [False, True]


@pytest.mark.parametrize(
    ("disclosure", "releasable"), [("可向社会公开", True), ("特定范围内公开", False), ("不可公开", False)]
)
@on_sqlite
def test_only_what_may_be_public_is_ever_proposed_for_publication(
    work: Work, disclosure: str, releasable: bool
) -> None:
    with work.write(CLERK) as session:
        place = firm(session, uscc=code())
        given = pledged(session, Subject(organisation=place.id), disclosure=disclosure)
        event = assess(session, CLERK, pledge=given.public_id, values={"performance": "全部履行"})
    with work.read() as session:
        assert credit.event(session, event).releasable is releasable


def test_a_table_of_pledges_goes_in_once_and_comes_out_the_same(work: Work, tmp_path: Path) -> None:
    rows = [
        complete(code="31000020260302000007"),
        complete(reason="补交证明"),
        complete(
            promiser_name="单勇", promiser_kind="自然人", promiser_code=resident(1), performance="部分履行",
            unkept="第二项", pursued="约谈", assessed_on="2026-09-01", valid_until="2026-08-01",
        ),
    ]  # fmt: skip
    path = tmp_path / "pledges.xlsx"
    path.write_bytes(
        workbook([{field.name: row.get(field.name, "") for field in template.TEMPLATE} for row in rows])
    )
    with work.write(CLERK) as session:
        place = firm(session, uscc=code())
    first = intake.run(work, CLERK, PLEDGES, path, kind="pledges")
    again = intake.run(work, CLERK, PLEDGES, path, kind="pledges")
    assert (first.new, first.unchanged, again.new, again.unchanged) == (3, 0, 0, 3)
    with work.read() as session:
        written = find.written(session, after=date(2026, 1, 1), until=date(2026, 12, 31))
        assert len(find.pledges_of(session, Found("organisation", place.id, place.public_id, ""))) == 2
    # a code of ours that came in a file is not given out again
    assert [row["code"][-6:] for row in written] == ["000007", "000008", "000009"]
    for given_, kept in zip(rows, written, strict=True):
        differing = {name for name, text in given_.items() if kept[name] != text} - {"code"}
        assert not differing
    out = tmp_path / "again.xlsx"
    out.write_bytes(workbook(written))
    headings = [cell.value for cell in next(openpyxl.load_workbook(out).active.iter_rows(max_row=1))]
    assert headings == [field.title for field in template.TEMPLATE]
    assert intake.run(work, CLERK, PLEDGES, out, kind="pledges").unchanged == 3


@on_sqlite
def test_a_table_tells_each_bad_row_and_hides_identity_numbers(work: Work, tmp_path: Path) -> None:
    rows = [
        complete(given_on="2026-12-01"),
        complete(promiser_name="单勇", promiser_kind="自然人", promiser_code="310000198504120019"),
        complete(performance="部分履行"),
        complete(code="31000020260302000007"),
        complete(code="31000020260302000007", content="别的内容"),
    ]
    path = tmp_path / "pledges.xlsx"
    path.write_bytes(
        workbook([{field.name: row.get(field.name, "") for field in template.TEMPLATE} for row in rows])
    )
    faults: list[intake.RowFault] = []
    with pytest.raises(intake.Rejected):
        intake.run(work, CLERK, PLEDGES, path, kind="pledges", report=faults.append)
    assert {(fault.row, fault.rule) for fault in faults} == {
        (2, "future"),
        (3, "id-checksum"),
        (4, "required-unless-kept"),
        (6, "known-record-differs"),
    }
    assert not [fault for fault in faults if "1985" in fault.value]
    with work.read() as session:
        assert find.pledges(session, limit=10) == []


@on_sqlite
def test_a_clerk_registers_prints_assesses_and_exports_a_pledge(sign_in: SignIn, host: Host) -> None:
    with host.work.write(CLERK) as session:
        place = firm(session, uscc=code())
        person = advocate(session, place, id_number=resident(1))
    clerk, inspector = sign_in("clerk"), sign_in("inspector")
    page = clerk.get(f"/staff/roster/practitioners/{person.public_id}").text
    assert f"/staff/pledges/new?practitioner={person.public_id}" in page
    assert "没有信用承诺" in page
    form = {
        "practitioner": person.public_id, "kind": "信用修复型", "reason": "申请信用修复", "content": "不再违规",
        "liability": "接受联合惩戒", "given_on": "2026-11-02", "valid_until": "2026-11-13", "disclosure": "可向社会公开",
        **BUREAU,
    }  # fmt: skip
    assert inspector.post("/staff/pledges", **form).status_code == 403
    wrong = clerk.post("/staff/pledges", **{**form, "content": "", "given_on": "2026-12-24"})
    assert wrong.status_code == 422
    assert "请填写承诺内容" in wrong.text
    assert "接受联合惩戒" in wrong.text
    made = clerk.post("/staff/pledges", **form)
    twice = clerk.post("/staff/pledges", **form)
    assert (made.status_code, twice.headers["Location"]) == (303, made.headers["Location"])
    shown = clerk.get(made.headers["Location"]).text
    assert "31000020261102000001" in shown
    assert resident(1) not in shown
    assert "到期待认定" in clerk.get("/staff/pledges?state=due").text
    paper = clerk.get(made.headers["Location"] + ".pdf")
    assert paper.data.startswith(b"%PDF")
    assess_at = made.headers["Location"] + "/performance"
    assert clerk.post(assess_at, performance="全部未履行").status_code == 422
    kept = clerk.post(assess_at, performance="全部履行", assessed_on="2026-11-18")
    assert kept.status_code == 303
    assert "全部履行" in clerk.get(made.headers["Location"]).text
    assert (
        "信用承诺（信用修复型）全部履行" in clerk.get(f"/staff/roster/practitioners/{person.public_id}").text
    )
    export = clerk.post("/staff/pledges/export", after="2026-01-01", until="2026-12-31")
    sheet = openpyxl.load_workbook(BytesIO(export.data)).active
    assert [cell.value for cell in sheet[2]][3] == resident(1)
    assert inspector.post("/staff/pledges/export", after="2026-01-01", until="2026-12-31").status_code == 403


@on_sqlite
def test_who_may_not_register_is_refused_whatever_calls(work: Work) -> None:
    with work.write(CLERK) as session:
        place = firm(session, uscc=code())
    nobody = Actor("staff", "x", "某人")
    with refused(Refused, "permission"), work.write(nobody) as session:
        pledged(session, Subject(organisation=place.id))

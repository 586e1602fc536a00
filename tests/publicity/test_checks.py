"""What a platform would refuse is said before anything is public; the stand-in's rules were written apart from ours."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from publicity.feed import checks, configure, rows
from publicity.feed.checks import Way
from publicity.feed.configure import COLUMNS, Wanted
from publicity.release import decide
from registry.kernel.faults import Invalid
from registry.kernel.host import Host
from tests.people import Person
from tests.publicity import office, telling
from tests.publicity.platform_rules import refusals
from tests.publicity.soap_platform import SoapPlatform

TODAY = date(2026, 11, 20)
CODE, BUREAU_CODE = office.FIRM_CODE, telling.BUREAU_CODE
SUBJECT = {"MC": "上海明理律师事务所", "SHXYM": CODE}
COMMON = {"XK": {"XKJG": office.BUREAU, "XKJGDM": BUREAU_CODE, "LYDW": office.BUREAU, "LYDWDM": BUREAU_CODE},
          "CF": {"CFJG": office.BUREAU, "CFJGDM": BUREAU_CODE, "SJLY": office.BUREAU, "SJLYDM": BUREAU_CODE}}  # fmt: skip
PERMIT = {
    **COMMON["XK"], "XDR_MC": SUBJECT["MC"], "XDR_LB": "法人及非法人组织", "XDR_SHXYM": CODE, "FRDB": "周正",
    "XKWS": "准予设立决定书", "WSH": "沪司许决字〔2026〕第3号", "XKLB": "普通", "NR": "准予设立", "JDRQ": "2026-11-16",
    "YXQZ": "2026-11-16", "YXQZI": "2099-12-31", "ZT": "1",
}  # fmt: skip
PENALTY = {
    **COMMON["CF"], "XDR_MC": SUBJECT["MC"], "XDR_LB": "法人及非法人组织", "XDR_SHXYM": CODE, "FRDB": "周正",
    "WSH": "沪司罚决字〔2026〕第7号", "WFXW": "私自收费", "SY": "私自收取费用。", "YJ": "律师法第五十条", "CFLB": "警告;罚款",
    "NR": "警告，罚款二万元", "NR_FK": "2.000000", "JDRQ": "2026-11-12", "YXQ": "2027-11-12", "GSJZQ": "2027-11-12",
}  # fmt: skip
PERSON = {"XDR_MC": "章程", "XDR_LB": "自然人", "XDR_ZJLX": "身份证", "XDR_ZJHM": office.LAWYER_ID}
_OF_FIRMS = ("XDR_SHXYM", "FRDB")
ROWS: Mapping[str, tuple[str, dict[str, str]]] = {
    "permit of a firm": ("permit", PERMIT),
    "permit of a person": ("permit", {k: v for k, v in PERMIT.items() if k not in _OF_FIRMS} | PERSON),
    "penalty on a firm": ("penalty", PENALTY),
    "penalty on a person": ("penalty", {k: v for k, v in PENALTY.items() if k not in _OF_FIRMS} | PERSON),
}
_OLD_CODES = {"XDR_ZZJG": "708461136", "XDR_GSZC": "110108000000016"}
ROWS = {**ROWS, "permit of a firm with old codes": ("permit", PERMIT | _OLD_CODES)}
_PRIVATE = ("ZJLX", "ZJHM")


def body(kind: str, short: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A public record and its restricted part."""
    prefix = "XK" if kind == "permit" else "CF"
    columns = {code if code == "BZ" else f"{prefix}_{code}": text for code, text in short.items() if text}
    public = {code: text for code, text in columns.items() if not code.endswith(_PRIVATE)}
    private = {code: text for code, text in columns.items() if code.endswith(_PRIVATE)}
    subject = {"type": "other", "name": short["XDR_MC"]}
    made = {
        "kind": kind,
        "title": "",
        "subject": subject,
        "columns": public,
        "decided_on": short.get("JDRQ", ""),
        "marks": [],
    }
    return made, {"columns": private}  # fmt: skip


def told(kind: str, short: Mapping[str, str], standard: str = "2018", **way: Any) -> dict[str, str]:
    """Rule by column, as announced for a channel that may have everything."""
    public, private = body(kind, short)
    options: dict[str, Any] = {"columns": COLUMNS, "entitled": True} | way
    found = checks.faults(Way("平台", standard, **options), public, private, on=TODAY)
    return {one.code: one.rule for one in found}


def sent(kind: str, short: Mapping[str, str]) -> dict[str, str]:
    """The row of a sheet of 2018 as it would go out."""
    public, private = body(kind, short)
    content = public | {"columns": public["columns"] | private["columns"]}
    return rows.cells(kind, content, standard="2018", region="310000")


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("standard", ["2018", "2015", "template"])
def test_a_good_row_has_nothing_to_announce_on_any_layout(name: str, standard: str) -> None:
    kind, row = ROWS[name]
    announced = told(kind, row, standard)
    # The county's template wants the papers of a firm's head, which the standard leaves open.
    assert {code: rule for code, rule in announced.items() if not code.startswith((f"{'XK' if kind == 'permit' else 'CF'}_FR_",))} == {}  # fmt: skip
    assert refusals(sent(kind, row), today=TODAY) == []


FAULTS = [
    # rows, column, what stands there instead, the rule, blocks; after the template's or the standard's own words
    ("行政相对人（必填）", "permit of a firm", "XDR_MC", "测试律师事务所", "name-test", True),
    ("行政相对人名称：不遮盖", "penalty on a person", "XDR_MC", "章*", "name-masked", True),
    ("行政相对人名称 200", "penalty on a firm", "XDR_MC", "律" * 201, "too-long", True),
    ("统一社会信用代码：GB 32100", "permit of a firm", "XDR_SHXYM", CODE[:17] + "X", "uscc-checksum", False),
    ("三证必须选一填写", "penalty on a firm", "XDR_SHXYM", "", "subject-code-missing", False),
    ("代码_2 工商注册号：校验位", "penalty on a firm", "XDR_GSZC", "310000000000001", "code-checksum", True),
    ("代码_3 组织机构代码：GB 11714", "penalty on a firm", "XDR_ZZJG", "123456780", "code-checksum", True),
    ("代码_4 税务登记号 15", "permit of a firm", "XDR_SWDJ", "3" * 18, "too-long", True),
    ("代码_5 事业单位证书号 12", "permit of a firm", "XDR_SYDW", "1" * 13, "too-long", True),
    ("法定代表人（必填）", "permit of a firm", "FRDB", "", "required-if", False),
    ("法人证件号", "penalty on a firm", "FR_ZJHM", "310000197101019794", "id-checksum", True),
    ("证件类型（身份证、护照……）", "permit of a person", "XDR_ZJLX", "军官证", "enum", True),
    ("证件号（必填）", "penalty on a person", "XDR_ZJHM", "310000198403121369", "id-checksum", True),
    ("证件号：日期", "permit of a person", "XDR_ZJHM", "310000198413321363", "id-date", True),
    ("证件号（必填）", "permit of a person", "XDR_ZJHM", "", "required", False),
    ("文书号（必填）", "permit of a firm", "WSH", "", "required", False),
    ("文书号的写法", "penalty on a firm", "WSH", "第七号", "document-number", False),
    ("许可类别", "permit of a firm", "XKLB", "随便", "enum", True),
    ("许可内容 4000", "permit of a firm", "NR", "准" * 4001, "too-long", True),
    ("许可决定日期：不在将来", "permit of a firm", "JDRQ", "2026-11-21", "date-future", True),
    ("有效期自不早于决定日期", "permit of a firm", "YXQZ", "2026-11-15", "date-order", True),
    ("有效期至不早于有效期自", "permit of a person", "YXQZI", "2026-11-15", "date-order", True),
    ("许可机关统一社会信用代码", "permit of a firm", "XKJGDM", BUREAU_CODE[:17] + "A", "uscc-checksum", False),
    ("数据来源单位统一社会信用代码（18）", "penalty on a firm", "SJLYDM", BUREAU_CODE[:17], "uscc-length", True),
    ("违法行为类型 2000", "penalty on a firm", "WFXW", "私" * 2001, "too-long", True),
    ("处罚依据", "penalty on a person", "YJ", "", "required", False),
    ("处罚类别：法定种类", "penalty on a firm", "CFLB", "批评教育", "enum", True),
    ("罚款金额：有罚款时必填", "penalty on a firm", "NR_FK", "", "required-if", False),
    ("罚款金额：万元，六位小数", "penalty on a firm", "NR_FK", "0.0000001", "amount-form", True),
    ("罚款金额：非负", "penalty on a firm", "NR_FK", "-1", "amount-range", True),
    ("处罚决定日期", "penalty on a firm", "JDRQ", "2026-13-01", "date-range", True),
    ("处罚有效期不早于决定日期", "penalty on a person", "YXQ", "2026-11-11", "date-order", True),
    ("公示截止期不早于决定日期", "penalty on a firm", "GSJZQ", "2026-11-11", "date-order", True),
    ("备注 512", "permit of a person", "BZ", "注" * 513, "too-long", True),
]  # fmt: skip


@pytest.mark.parametrize(("note", "name", "short", "text", "rule", "blocks"), FAULTS)
def test_one_fault_is_announced_and_refused(
    note: str, name: str, short: str, text: str, rule: str, blocks: bool
) -> None:
    kind, row = ROWS[name]
    spoilt = {**row, short: text}
    code = short if short == "BZ" else f"{'XK' if kind == 'permit' else 'CF'}_{short}"
    public, private = body(kind, spoilt)
    found = {
        one.code: one for one in checks.faults(Way("平台", "2018", COLUMNS, True), public, private, on=TODAY)
    }
    assert found[code].rule == rule, note
    assert found[code].blocks is blocks
    assert found[code].todo
    assert code in refusals(sent(kind, spoilt), today=TODAY)


TEMPLATE_NOTES = [
    ("罚款金额（单位万元,范围为0.00~9999.99）", "penalty on a firm", {"NR_FK": "10000"}, "CF_NR_FK", "amount-range"),
    ("没收违法所得……（范围为0.00~9999.99）", "penalty on a firm", {"NR_WFFF": "12345"}, "CF_NR_WFFF", "amount-range"),
    ("法人证件号（必填）", "penalty on a firm", {}, "CF_FR_ZJHM", "required"),
    ("证件类型（必填）", "permit of a firm", {}, "XK_FR_ZJLX", "required"),
    ("许可名称（必填）", "permit of a person", {"XKWS": ""}, "XK_XMMC", "required"),
]  # fmt: skip


@pytest.mark.parametrize(("note", "name", "changes", "code", "rule"), TEMPLATE_NOTES)
def test_the_notes_in_the_headers_of_the_templates_hold(
    note: str, name: str, changes: dict[str, str], code: str, rule: str
) -> None:
    kind, row = ROWS[name]
    assert told(kind, {**row, **changes}, "template").get(code) == rule, note


def test_a_kind_that_the_template_does_not_list_goes_out_as_another_word() -> None:
    """模板：处罚类别1（警告、罚款、……、暂扣或者吊销许可证、……、其他）"""
    for kind, written in (("吊销执业证书", "暂扣或者吊销许可证"), ("通报批评", "其他"), ("警告", "警告")):
        public, private = body("penalty", {**PENALTY, "CFLB": kind, "NR_ZKDX": "执业证"})
        content = public | {"columns": public["columns"] | private["columns"]}
        assert rows.cells("penalty", content, standard="template", region="310000")["CF_CFLB1"] == written
        assert "CF_CFLB1" not in told("penalty", {**PENALTY, "CFLB": kind, "NR_ZKDX": "执业证"}, "template")


def test_what_a_channel_does_not_send_is_the_channels_fault() -> None:
    kind, row = ROWS["permit of a person"]
    assert told(kind, row, entitled=False) == {"XK_XDR_ZJLX": "not-entitled", "XK_XDR_ZJHM": "not-entitled"}
    kept = [code for code in COLUMNS if code != "XK_NR"]
    assert told(kind, row, columns=kept) == {"XK_NR": "not-sent"}


_DAYS = st.dates(date(2026, 10, 1), date(2027, 3, 1)).map(date.isoformat)
_TEXTS = st.sampled_from(
    ["", "罚款二万元", "律" * 65, "师" * 201, "测试", "甲*", "甲", "第〔2026〕1号", "沪司〔2026〕1-2号"]
)
_CODES = st.sampled_from(["", CODE, CODE[:17] + "X", BUREAU_CODE, "123", "00000000000000000X", "110108000000016",
                          "310000000000001", "1234567890123", "708461136", "708461137"])  # fmt: skip
_WORDS = st.sampled_from(
    ["", "普通", "其他-补办", "其他", "警告", "罚款;警告", "没收违法所得", "吊销执业证书", "批评"]
)
_AMOUNTS = st.sampled_from(["", "0.2", "2.000000", "0.0000001", "-1", "1234567890123", "12.5"])
_PAPERS = st.sampled_from(["", office.LAWYER_ID, "310000198403121369", "E12345678"])
_OF = {"JDRQ": _DAYS, "YXQZ": _DAYS, "YXQZI": _DAYS, "YXQ": _DAYS, "GSJZQ": _DAYS, "NR_FK": _AMOUNTS, "NR_WFFF": _AMOUNTS,
       "XKLB": _WORDS, "CFLB": _WORDS, "XDR_SHXYM": _CODES, "XDR_GSZC": _CODES, "XDR_ZZJG": _CODES, "XDR_SYDW": _CODES,
       "XKJGDM": _CODES, "SJLYDM": _CODES, "XDR_ZJHM": _PAPERS,
       "XDR_ZJLX": st.sampled_from(["", "身份证", "护照号", "驾驶证"])}  # fmt: skip


@st.composite
def spoilt_rows(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    kind, row = ROWS[draw(st.sampled_from(sorted(ROWS)))]
    person = row["XDR_LB"] == "自然人"
    # What has no column on the sheet is not sent, and nobody can refuse it.
    able = sorted(short for short in {*row, *_OF} - {"XDR_LB", "ZT"}
                  if f"{'XK' if kind == 'permit' else 'CF'}_{short}" in sent(kind, row)
                  and not (person and short in ("XDR_SHXYM", "XDR_GSZC", "XDR_ZZJG", "XDR_SYDW")))  # fmt: skip
    changes = {
        short: draw(_OF.get(short, _TEXTS)) for short in draw(st.sets(st.sampled_from(able), max_size=3))
    }
    return kind, {**row, **changes}


@settings(max_examples=200)
@given(spoilt_rows())
def test_exactly_what_the_platform_refuses_was_announced(row: tuple[str, dict[str, str]]) -> None:
    kind, short = row
    refused = refusals(sent(kind, short), today=TODAY)
    announced = sorted(told(kind, short))
    assert bool(announced) == bool(refused), (announced, refused)
    assert set(refused) == set(announced)


def _strict(row: Mapping[str, str]) -> list[str]:
    return refusals(row, today=TODAY)


def _channel(host: Host, platform: SoapPlatform) -> None:
    catalogue = {
        "penalty_organisation": "FRCF",
        "penalty_person": "ZRRCF",
        "permit_organisation": "FRXK",
        "permit_person": "ZRRXK",
    }
    settings = {
        "url": f"{platform.url}/upload",
        "department": "0015",
        "version": "v3",
        "region": "310000",
        **catalogue,
    }
    wanted = Wanted(name="市平台", kind="city", settings=settings, columns=COLUMNS, entitled=True)
    with host.work.write(office.OFFICE) as session:
        row = configure.add(session, office.OFFICE, wanted=wanted)
        configure.resume(session, office.OFFICE, channel=row.public_id)


def _proposed(person: Person, release: str, **fields: str) -> TestResponse:
    page = person.get(f"/staff/releases/{release}").text
    revision = page.split('name="revision" value="')[1].split('"')[0]
    return person.post(f"/staff/releases/{release}/steps/propose", revision=revision, **fields)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_clerk_sees_what_the_platform_would_refuse_and_what_blocks_holds_the_release_up(
    host: Host, sign_in: Callable[..., Person]
) -> None:
    """The clerk is warned, fills the gap in, and the strict platform takes the row; a wrong date does not get past 提出."""
    with SoapPlatform() as platform:
        platform.rules = _strict
        _channel(host, platform)
        subjects = office.enrol(host.work)
        clerk = sign_in("clerk")
        event = office.penalty(host.work, subjects)
        release = office.release_of(host.work, event)
        page = clerk.get(f"/staff/releases/{release}").text
        assert ("提醒" in page, "须更正" in page, "平台要求的项目为空" in page or "必填项为空" in page) == (
            True,
            False,
            True,
        )
        refused = _proposed(clerk, release, **{"fill.CF_YXQ": "2026-11-11"})
        assert refused.status_code == 422
        assert "处罚有效期早于处罚决定日期" in refused.text
        assert 'value="2026-11-11"' in refused.text
        assert _proposed(clerk, release, **{"fill.CF_YXQ": "2027-11-12"}).status_code == 303
        assert "CF_YXQ</span>" not in clerk.get(f"/staff/releases/{release}").text
        people = office.team(host)
        for step, name in office.SIX[1:5]:
            office.take(host.work, people[name], step, release)
        platform.rules = lambda row: [code for code in _strict(row) if not code.endswith("DM")]
        assert telling.deliver_all(host.work) == {"accepted": 1}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_rule_that_came_with_a_channel_is_met_at_approval(host: Host) -> None:
    release = office.release_of(host.work, office.penalty(host.work, office.enrol(host.work)))
    people = office.team(host)
    with host.work.write(people["clerk"]) as session:
        decide.propose(session, session.actor, release=release, revision=1, fill={"CF_YXQ": "2026-11-11"})
    for step, name in office.SIX[1:3]:
        office.take(host.work, people[name], step, release)
    with SoapPlatform() as platform:
        _channel(host, platform)
        with pytest.raises(Invalid) as refusal:
            office.take(host.work, people["leader"], "approve", release)
    assert refusal.value.rule == "platform"
    assert {(field.path, field.rule) for field in refusal.value.fields} == {("columns.CF_YXQ", "date-order")}

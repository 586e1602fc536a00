"""A clerk's day without the command line: import with a reject corrected, correct an event, object, repair, list, a complaint."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from registry.credit.record import Subject, record
from registry.kernel.access import Actor
from registry.kernel.host import Host
from tests.browser.sessions import be, fits
from tests.people import Person
from tests.registry.evidence_files import PDF
from tests.registry.roster_facts import code, firm

Screenshot = Callable[[Page, str], Path]
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DESK: ViewportSize = {"width": 1280, "height": 800}
FIRM, CODE = "上海明理律师事务所", code("31", 1)


def snap(page: Page, screenshot: Screenshot, name: str) -> None:
    """Pictures for a person to look at, on a phone and on a desk; and what a machine can tell about access."""
    page.set_viewport_size({"width": 390, "height": 844})
    fits(page)
    screenshot(page, f"day-{name}-390")
    page.set_viewport_size({"width": 1280, "height": 800})
    screenshot(page, f"day-{name}-1280")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def sheet(path: Path, *rows: tuple[str, ...]) -> Path:
    workbook = openpyxl.Workbook()
    page = workbook.worksheets[0]
    for cells in (("单位全名", "统一社会信用代码", "所在区", "联系电话"), *rows):
        page.append(list(cells))
    workbook.save(path)
    return path


def open_firm(page: Page, server: str) -> None:
    page.goto(f"{server}/staff")
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="名册", exact=True).click()
    page.get_by_role("link", name=FIRM).click()


def test_a_days_work_in_the_browser(
    page: Page,
    live_server: str,
    host: Host,
    sign_in: Callable[..., Person],
    screenshot: Screenshot,
    tmp_path: Path,
) -> None:
    clerk, head = sign_in("clerk"), sign_in("head")
    with host.work.write(Actor.command("tests")) as session:
        place = firm(session, FIRM, uscc=CODE)
        record(
            session,
            session.actor,
            kind="penalty",
            subject=Subject(organisation=place.id),
            decided_on=date(2026, 6, 1),
            document_number="沪司罚决字〔2026〕第7号",
            authority="上海市司法局",
            severity="一般",
            summary="罚款二万元",
            columns={
                "CF_XDR_MC": FIRM,
                "CF_XDR_SHXYM": CODE,
                "CF_WSH": "沪司罚决字〔2026〕第7号",
                "CF_CFLB": "罚款",
            },
        )
    be(page, live_server, clerk, DESK)

    # Import: a column that nobody knows is named, one row is refused, corrected in its own sheet and handed in again.
    page.goto(f"{live_server}/staff")
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="批量导入").click()
    snap(page, screenshot, "import")
    file = sheet(
        tmp_path / "律所名册.xlsx",
        ("上海新立律师事务所", code("31", 2), "黄浦区", "021-55550002"),
        ("上海错码律师事务所", "12345", "黄浦区", "021-55550003"),
    )
    page.get_by_label("导入什么").select_option("organisations")
    page.get_by_label("文件", exact=True).set_input_files(file)
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_label("“单位全名”列是").select_option(label="机构名称（必填）")
    snap(page, screenshot, "import-columns")
    page.get_by_role("button", name="按此核对").click()
    expect(page.get_by_role("heading", name="有错误的行")).to_be_visible()
    expect(page.get_by_text("021-5555")).to_have_count(0)
    snap(page, screenshot, "import-preview")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载被拒绝的行").click()
    rejected = tmp_path / "rejected.xlsx"
    download.value.save_as(rejected)
    page.get_by_role("button", name="只导入无误的 1 行").click()
    expect(page.get_by_text("新增 1 行")).to_be_visible()
    workbook = openpyxl.load_workbook(rejected)
    workbook.worksheets[0]["B2"] = code("31", 3)
    workbook.worksheets[0]["A1"] = "机构名称"
    workbook.save(rejected)
    page.get_by_role("link", name="继续导入").click()
    page.get_by_label("文件", exact=True).set_input_files(rejected)
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_role("button", name="全部导入（1 行）").click()
    snap(page, screenshot, "import-stored")

    # An award is entered with a slip and corrected.
    open_firm(page, live_server)
    page.get_by_role("link", name="录入信用事件").click()
    page.get_by_role("link", name="表彰奖励").click()
    page.get_by_label("表彰日期").fill("2026-11-10")
    page.get_by_label("表彰机关", exact=True).fill("示范市律师协会")
    page.get_by_label("荣誉称号").fill("优秀律师事务锁")
    page.get_by_label("表彰层级").select_option("行业协会")
    page.get_by_role("button", name="记录").click()
    page.get_by_role("link", name="更正").click()
    page.get_by_label("荣誉称号").fill("优秀律师事务所")
    page.get_by_label("更正理由").fill("错一字")
    page.get_by_role("button", name="更正").click()
    expect(page.get_by_role("heading", name="更正经过")).to_be_visible()

    # The firm objects to its penalty.
    open_firm(page, live_server)
    page.get_by_role("link", name="提出异议").click()
    page.get_by_role("radio", name="行政处罚 沪司罚决字〔2026〕第7号").check()
    page.get_by_label("当事人的身份证件号码").fill(CODE)
    page.get_by_role("radio", name="更正").check()
    page.get_by_label("异议的内容和理由").fill("数额不符")
    page.get_by_label("联系方式").fill("到场领取")
    page.get_by_role("button", name="受理并标注").click()
    expect(page.get_by_role("status")).to_contain_text("异议已受理")

    # It asks for repair of the same.
    open_firm(page, live_server)
    page.get_by_role("link", name="申请信用修复").click()
    page.get_by_role("radio", name="行政处罚 沪司罚决字〔2026〕第7号").check()
    page.get_by_label("当事人的身份证件号码").fill(CODE)
    page.get_by_label("义务履行和纠正失信行为的情况").fill("罚款已缴清")
    page.get_by_label("联系方式").fill("到场领取")
    proof = tmp_path / "缴款凭证.pdf"
    proof.write_bytes(PDF)
    page.get_by_label("证据材料").set_input_files(proof)
    page.get_by_role("button", name="登记申请").click()
    snap(page, screenshot, "repair")

    # The clerk proposes it for a list.
    open_firm(page, live_server)
    page.get_by_role("link", name="提出列入名单").click()
    page.get_by_role("link", name="选择").first.click()
    page.get_by_role("checkbox").first.check()
    page.get_by_label("列入事由").fill("拒不履行已生效的行政处罚决定")
    page.get_by_label("事实和证据").fill("催告两次未缴纳罚款。")
    page.get_by_role("button", name="提出").click()
    snap(page, screenshot, "listing")

    # A complaint comes in by the hotline, is accepted and looked into; somebody else decides.
    open_firm(page, live_server)
    page.get_by_role("link", name="登记投诉").click()
    page.get_by_label("编号").fill("GD20261120001")
    page.get_by_label("投诉人").fill("郝来信")
    page.get_by_label("联系方式").fill("13912345678")
    page.get_by_label("投诉内容").fill("收费后没有开具发票。")
    snap(page, screenshot, "complaint-new")
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_role("button", name="受理", exact=True).click()
    page.get_by_label("调查情况").fill("约谈负责人，核对账目。")
    page.get_by_role("button", name="提交调查情况").click()
    case = page.url
    snap(page, screenshot, "complaint")
    be(page, live_server, head, DESK)
    page.goto(f"{live_server}/staff")
    snap(page, screenshot, "home")
    page.get_by_role("link", name="GD20261120001").click()
    page.get_by_role("radio", name="投诉查实").check()
    page.get_by_label("认定的事实和理由").fill("账目可以证实。")
    page.get_by_label("载入信用记录的处理结果").fill("未按规定开具发票")
    page.get_by_role("button", name="作出处理结果").click()
    expect(page.get_by_role("status")).to_contain_text("已作出处理结果")

    # The rest of the day stands on the clerk's list; one duty is taken.
    be(page, live_server, clerk, DESK)
    page.goto(f"{live_server}/staff")
    page.get_by_role("listitem").filter(has_text="投诉：告知结果").get_by_role(
        "button", name="我来办"
    ).click()
    expect(page.get_by_text("我承办")).to_be_visible()
    page.get_by_role("link", name="全部待办").first.click()
    snap(page, screenshot, "work")
    page.goto(case)
    page.get_by_label("告知方式").fill("书面送达")
    page.get_by_role("button", name="告知投诉人和被投诉人").click()
    snap(page, screenshot, "complaint-closed")
    open_firm(page, live_server)
    expect(page.get_by_text("投诉查实").first).to_be_visible()
    snap(page, screenshot, "firm")

"""A draw and an inspection as its people do them: an officer at a desk, witnesses and an inspector with their phones,
a citizen who believes nobody."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from inspection.visits import find as visits
from registry.kernel.host import Host
from tests.browser.sessions import be, fits
from tests.commands import Commands
from tests.inspection import bureau
from tests.inspection.bureau import DICE, SECOND_DICE
from tests.people import Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture
def look(page: Page, screenshot: Callable[[Page, str], Path]) -> Callable[[str], None]:
    """Pictures at both widths for a person to look at; nothing sticks out, and axe finds nothing."""

    def taken(name: str) -> None:
        before = page.viewport_size
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            fits(page)
            screenshot(page, f"{name}-{size['width']}")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.set_viewport_size(before or DESK)

    return taken


def test_a_draw_from_the_frame_to_the_closed_finding(
    page: Page,
    live_server: str,
    host: Host,
    sign_in: Callable[..., Person],
    look: Callable[[str], None],
    legalcredit: Commands,
    tmp_path: Path,
) -> None:
    place = bureau.found(host.work)
    task = f"{live_server}/staff/inspection/tasks/{place.task}"

    be(page, live_server, sign_in("draw"), DESK)
    witnesses = [sign_in("witness"), sign_in("witness", username="witness2")]
    page.goto(f"{live_server}/staff")
    page.get_by_role("link", name="双随机抽查").first.click()
    page.get_by_role("link", name="律师事务所双随机抽查").click()
    expect(page.get_by_text("尚未抽取")).to_be_visible()
    page.get_by_role("group", name="掷骰子的见证人").get_by_label("测试witness（").uncheck()
    page.get_by_role("button", name="冻结名录").click()
    expect(page.get_by_role("alert")).to_contain_text("至少由两方提供")
    look("draw-task-refused")
    page.get_by_role("group", name="掷骰子的见证人").get_by_label("测试witness（").check()
    page.get_by_role("button", name="冻结名录").click()
    expect(page.get_by_role("status")).to_contain_text("名录已冻结")
    look("draw-frozen")
    page.get_by_role("button", name="提交存证").click()
    expect(page.get_by_role("status")).to_contain_text("可以开始掷骰子")
    expect(page.get_by_text("等待 测试witness（witness） 提供骰子")).to_be_visible()
    ceremony = page.url
    public = ceremony.replace("/staff/inspection", "")

    for witness, dice in zip(witnesses, (DICE, SECOND_DICE), strict=True):
        be(page, live_server, witness, PHONE)
        page.goto(ceremony)
        page.get_by_label("骰子点数").fill(dice)
        page.get_by_label("再录一遍").fill(dice[::-1])
        page.get_by_role("button", name="录入").click()
        expect(page.get_by_role("alert")).to_contain_text("两次录入不一致")
        if witness is witnesses[0]:
            look("draw-dice-refused")
        page.get_by_label("骰子点数").fill(f"{dice[:10]} {dice[10:]}")
        page.get_by_label("再录一遍").fill(dice)
        page.get_by_role("button", name="录入").click()
        expect(page.get_by_role("status")).to_contain_text("已录入")

    be(page, live_server, sign_in("draw", username="officer2"), DESK)
    page.goto(ceremony)
    look("draw-ready")
    page.get_by_role("button", name="抽取", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("抽取完成")
    look("draw-drawn-staff")

    page.context.clear_cookies()
    page.goto(live_server)
    menu = page.get_by_role("navigation", name="主导航")
    menu.locator("summary", has_text="双随机").click()
    menu.get_by_role("link", name="双随机抽取").click()
    look("draw-list")
    page.get_by_role("link", name="律师事务所双随机抽查").click()
    expect(page).to_have_url(public)
    expect(page.get_by_text(SECOND_DICE)).to_be_visible()
    page.get_by_text("按签的次序递补").click()
    look("draw-public")
    with page.expect_download() as download:
        page.get_by_role("link", name="抽取记录").click()
    record = tmp_path / "record.json"
    download.value.save_as(record)
    verified = legalcredit("draw", "verify", record)
    assert (verified.returncode, verified.stdout.strip()) == (0, "verified"), verified.stderr
    page.goto(f"{live_server}/matters")
    look("draw-matters")

    with host.work.read() as session:
        [visit, *_], _ = visits.worklist(session, limit=1)
    inspector = sign_in("inspector")
    bureau.link(host.work, visit.inspectors[0], inspector.username)
    be(page, live_server, inspector, PHONE)
    page.goto(f"{live_server}/staff/visits")
    page.get_by_role("link", name="只看我的检查").click()
    look("visits")
    page.get_by_role("link", name=visit.organisation_name, exact=True).click()
    page.get_by_label("未发现问题", exact=True).check()
    page.get_by_label("发现问题已责令改正").check()
    page.get_by_label("处理", exact=True).select_option("责令改正，后续跟踪")
    page.locator("#f-note").fill("收据缺号")
    page.get_by_role("button", name="保存检查结果").click()
    expect(page.get_by_role("alert")).to_contain_text("不能与其他结果同时选择")
    expect(page.locator("#f-note")).to_have_value("收据缺号")
    look("visit-refused")
    page.get_by_label("未发现问题", exact=True).uncheck()
    page.get_by_role("button", name="保存检查结果").click()
    expect(page.get_by_role("status")).to_contain_text("等待另一人复核")

    be(page, live_server, sign_in("head"), DESK)
    page.goto(f"{live_server}/staff/visits?state=recorded")
    page.get_by_role("link", name=visit.organisation_name, exact=True).click()
    look("visit-recorded")
    page.get_by_role("link", name="复核", exact=True).click()
    look("visit-review")
    page.get_by_role("button", name="复核无误，办结").click()
    expect(page.get_by_role("status")).to_contain_text("已办结")
    look("visit-closed")
    page.goto(task.rsplit("/tasks/", 1)[0])
    expect(page.get_by_text("1 / ")).to_be_visible()
    look("draw-overview")


def test_two_officers_void_a_draw_and_its_page_says_why(
    page: Page, live_server: str, host: Host, sign_in: Callable[..., Person], look: Callable[[str], None]
) -> None:
    draw = bureau.committed(host.work, bureau.found(host.work))
    bureau.throw(host.work, draw, DICE)
    ceremony = f"{live_server}/staff/inspection/draws/{draw}"
    be(page, live_server, sign_in("draw"), DESK)
    page.goto(ceremony)
    page.get_by_text("申请作废").first.click()
    page.get_by_label("作废情形").select_option("名录有误，尚未提供任何随机源")
    page.get_by_label("具体情况").fill("少列一家机构")
    page.get_by_role("button", name="申请作废").click()
    expect(page.get_by_role("alert")).to_contain_text("已有随机源提供")
    look("void-refused")
    page.get_by_label("作废情形").select_option("计划中的随机源未提供")
    page.get_by_role("button", name="申请作废").click()
    expect(page.get_by_text("须由另一人确认").first).to_be_visible()
    be(page, live_server, sign_in("head"), PHONE)
    page.goto(ceremony)
    look("void-proposed")
    page.get_by_role("button", name="确认作废").click()
    expect(page.get_by_role("status")).to_contain_text("抽取已作废")
    page.context.clear_cookies()
    page.goto(f"{live_server}/draws/{draw}")
    expect(page.get_by_text("witness2，不得参加本任务以后的抽取")).to_be_visible()
    look("void-public")


def test_a_new_task_tells_every_slip_at_once_and_keeps_what_was_typed(
    page: Page, live_server: str, host: Host, sign_in: Callable[..., Person], look: Callable[[str], None]
) -> None:
    bureau.found(host.work)
    be(page, live_server, sign_in("head"), DESK)
    page.goto(f"{live_server}/staff/inspection/tasks/new")
    page.get_by_label("任务编号").fill("2026-LS-02")
    page.get_by_label("任务名称").fill("律师事务所第二次抽查")
    page.get_by_label("LS-01 律师事务所执业管理抽查").check()
    page.get_by_label("不在年度计划内的理由").select_option(index=1)
    page.get_by_label("具体情况").fill("市局部署的专项抽查")
    page.get_by_label("检查完成时限").fill("2026-11-20")
    strata = page.get_by_role("group", name="B 层（")
    strata.get_by_label("至少抽取").fill("5")
    strata.get_by_label("至多抽取").fill("3")
    page.get_by_role("button", name="建立任务").click()
    expect(page.get_by_role("alert").get_by_role("link")).to_have_text(
        ["完成时限应在今天之后", "不得小于 min"]
    )
    expect(page.locator("#f-max_B-fault")).to_be_visible()
    expect(page.get_by_label("任务名称")).to_have_value("律师事务所第二次抽查")
    look("new-task-refused")
    page.get_by_label("检查完成时限").fill("2026-12-20")
    strata.get_by_label("至多抽取").fill("")
    page.get_by_role("button", name="建立任务").click()
    expect(page.get_by_role("status")).to_contain_text("任务已建立")
    page.goto(f"{live_server}/staff/inspection/inspectors")
    look("inspectors")

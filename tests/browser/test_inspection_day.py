"""One inspection from the public list to the public finding, on phones: plan, ceremony, a visit while the network is away, review,
the six steps of publicity; then a citizen reads the finding and verifies the draw."""

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy import select

from inspection.plan import draft
from inspection.visits import find as visits
from publicity.release import intake
from publicity.release.tables import Release
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.host import Host
from tests.browser.sessions import be, fits, kept
from tests.inspection import bureau
from tests.inspection.bureau import DICE, OFFICE, SECOND_DICE
from tests.people import Person
from tests.publicity import office

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PHONE: ViewportSize = {"width": 390, "height": 844}
PLANNED = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)
STEPS = {
    "propose": "提出",
    "first_review": "初审",
    "secrecy_review": "保密审查",
    "approve": "审核",
    "publish": "公开",
    "archive": "建档",
}


class _Running(SetClock):
    """Goes on as a phone's clock does, from each moment that it is set to."""

    def set(self, moment: datetime) -> None:
        super().set(moment)
        self._since = time.monotonic()

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=time.monotonic() - self._since)


@pytest.fixture
def clock() -> SetClock:
    clock = _Running(PLANNED)
    clock.set(PLANNED)
    return clock


@pytest.fixture
def city(host: Host) -> None:
    """Six firms and four inspectors; nothing is on the list of matters yet."""
    with host.work.write(OFFICE) as session:
        bureau.enrol(session, range(6))
        draft.enlist(
            session,
            OFFICE,
            [
                draft.Enlisted(
                    certificate=f"09{n:04d}",
                    valid_until=date(2028, 1, 1),
                    name=f"检查员{n}",
                    unit="示范市司法局",
                    kinds=("law_firm",),
                    district="310107",
                    lead=True,
                )
                for n in range(4)
            ],
        )


@pytest.mark.usefixtures("city")
def test_an_inspection_from_the_plan_to_the_public_finding(
    page: Page,
    live_server: str,
    host: Host,
    clock: SetClock,
    sign_in: Callable[..., Person],
    screenshot: Callable[[Page, str], Path],
) -> None:
    def as_(person: Person, path: str) -> None:
        be(page, live_server, person, PHONE)
        page.goto(f"{live_server}{path}")

    def press(name: str, said: str) -> None:
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.get_by_role("status").first).to_contain_text(said)

    def look(name: str) -> None:
        fits(page)
        screenshot(page, f"inspection-day-{name}")

    head, leader = sign_in("head"), sign_in("leader")
    _plans(page, head, leader, as_, press)
    look("plan")

    clock.set(PLANNED + timedelta(days=3))
    people = {name: sign_in(name.rstrip("2"), username=name + "_") for _, name in office.SIX}
    head, officer = people["head"], sign_in("draw")
    witnesses = [sign_in("witness"), sign_in("witness", username="witness2")]

    as_(head, "/staff/inspection/tasks/start")
    page.get_by_role("link", name="建立任务").click()
    press("建立任务", "抽查任务已建立")
    task = page.url.removeprefix(live_server)
    as_(officer, task)
    press("冻结名录", "名录已冻结")
    press("提交存证", "可以开始掷骰子")
    ceremony = page.url.removeprefix(live_server)
    draw = ceremony.rsplit("/", 1)[1]
    for witness, dice in zip(witnesses, (DICE, SECOND_DICE), strict=True):
        as_(witness, ceremony)
        page.get_by_label("骰子点数").fill(dice)
        page.get_by_label("再录一遍").fill(dice)
        press("录入", "已录入")
    as_(officer, ceremony)
    press("抽取", "抽取完成")
    look("drawn")

    with host.work.read(OFFICE) as session:
        [visit] = visits.worklist(session, limit=9)[0]
    inspectors = [sign_in("inspector", username=f"inspector{n}") for n in (1, 2)]
    for certificate, inspector in zip(visit.inspectors, inspectors, strict=True):
        bureau.link(host.work, certificate, inspector.username)
    as_(inspectors[0], "/staff/visits/mine")
    _visit(page, visit, look)

    as_(head, "/staff/visits?state=recorded")
    page.get_by_role("link", name=visit.subject_name, exact=True).click()
    page.get_by_role("link", name="复核", exact=True).click()
    look("recorded")
    press("复核无误，办结", "已办结")

    intake.run(host.work)
    with host.work.read() as session:
        release = session.scalars(select(Release.public_id)).one()
    for step, name in office.SIX:
        as_(people[name], f"/staff/releases/{release}")
        press(STEPS[step], f"已{STEPS[step]}")
    look("released")

    page.context.clear_cookies()
    page.goto(live_server)
    page.get_by_label("姓名、机构名称").fill(visit.subject_name)
    page.get_by_role("option", name=visit.subject_name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(visit.subject_name)
    page.get_by_role("main").locator("a[href^='/notices/']").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("未按规定公示应当公示的信息")
    look("finding")
    assert Axe().run(page).violations_count == 0
    page.goto(f"{live_server}/draws/{draw}")
    expect(page.get_by_text(visit.subject_name).first).to_be_visible()
    page.get_by_role("link", name="验证这次抽取").click()
    expect(page.locator("#verdict-title")).to_have_text("核验通过")
    look("verified")


def _plans(
    page: Page,
    head: Person,
    leader: Person,
    as_: Callable[[Person, str], None],
    press: Callable[[str, str], None],
) -> None:
    """The head drafts a matter and a plan that begins next week; the leader publishes both."""
    as_(head, "/staff/inspection/matters")
    page.get_by_role("link", name="拟定新事项").click()
    for label, text in {
        "编号": "LS-01",
        "抽查事项名称": "律师事务所执业管理抽查",
        "抽查内容": "信息公示、收费管理",
        "检查方式": "现场检查",
        "检查依据": "《律师法》第五十二条",
        "依据的版本": "律师法：2017 年 9 月 1 日修正",
        "抽查比例": "按信用分层",
        "抽查频次": "每年 1 次",
        "施行日期": "2026-11-21",
    }.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("检查对象", exact=True).select_option("law_firm")
    page.get_by_label("一般检查事项").check()
    page.get_by_role("button", name="保存拟稿").click()
    as_(leader, "/staff/inspection/matters")
    press("公布", "公布")

    as_(head, "/staff/inspection/plans/new")
    for label, text in {
        "年度": "2026",
        "计划编号": "2026-SSJ",
        "计划名称": "2026 年度随机抽查计划",
        "牵头处室": "律师工作处",
    }.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="建立拟稿").click()
    plan = page.url
    page.get_by_role("link", name="添加项目").click()
    for label, text in {
        "序号": "01",
        "抽查任务名称": "律师事务所双随机抽查",
        "抽查比例": "按信用分层",
        "抽查频次（次/年）": "1",
        "开始日期": "2026-11-23",
        "完成时限": "2026-12-31",
        "牵头处室": "律师工作处",
    }.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("group", name="抽查事项").get_by_role("checkbox").check()
    page.get_by_role("button", name="保存", exact=True).click()
    as_(leader, "/staff/inspection/plans/" + plan.rsplit("/", 1)[1])
    press("公布", "公布")


def _visit(page: Page, visit: visits.VisitPage, look: Callable[[str], None]) -> None:
    """Everything after the first look is noted while there is no network, through a restart of the page."""
    expect(page.locator("#field-state")).to_contain_text("没有网络也能打开")
    page.get_by_role("listitem").filter(has_text=visit.subject_name).get_by_role(
        "link", name="现场检查"
    ).click()
    expect(page.get_by_role("heading", name=visit.subject_name)).to_be_visible()
    expect(page.locator("#waiting")).to_have_text("已全部同步")
    page.context.set_offline(True)
    box = page.get_by_role("group", name="收费项目、标准和监督电话")
    box.get_by_text("不符合", exact=True).click()
    box.get_by_role("textbox").fill("没有公示收费标准")
    box.get_by_role("textbox").blur()
    kept(page)
    page.reload()
    expect(page.locator("#network")).to_have_text("离线")
    page.get_by_label("检查经过").fill("负责人在场")
    page.get_by_label("检查对象表示没有陈述申辩").check()
    page.get_by_label("未按规定公示应当公示的信息").check()
    page.get_by_label("处理", exact=True).select_option("rectify")
    page.get_by_label("检查日期").fill("2026-11-23")
    page.get_by_role("button", name="保存检查结果").click()
    expect(page.locator("#finding-now")).to_contain_text("待同步")
    for n, who in enumerate((*(f"inspector:{name}" for name in visit.inspectors), "subject")):
        signing = page.locator(f'[data-role="{who}"]')
        signing.locator("canvas").scroll_into_view_if_needed()
        pad = signing.locator("canvas").bounding_box()
        assert pad is not None
        page.mouse.move(pad["x"] + 40, pad["y"] + 40)
        page.mouse.down()
        for stroke in range(1, 9):
            page.mouse.move(pad["x"] + 40 + 25 * stroke, pad["y"] + (120 if stroke % 2 else 50))
        page.mouse.up()
        if who == "subject":
            signing.get_by_label("签名人姓名").fill("王主任")
        signing.get_by_role("button", name="保存签名").click()
        expect(page.locator(".field-signature")).to_have_count(n + 1)
    look("offline")
    kept(page)
    page.context.set_offline(False)
    expect(page.locator("#waiting")).to_have_text("已全部同步", timeout=20_000)

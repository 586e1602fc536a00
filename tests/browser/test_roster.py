"""A clerk at the roster, in a browser: enrols a firm and its people, moves one, finds them again."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from registry.kernel.access import Actor
from registry.kernel.host import Host
from registry.roster import enrol
from tests.browser.sessions import fits
from tests.people import PASSWORD, Person
from tests.registry.roster_facts import advocate, code, firm, lawyer, resident

Screenshot = Callable[[Page, str], Path]
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def enter(page: Page, server: str, person: Person) -> None:
    page.goto(f"{server}/staff/login")
    page.get_by_label("用户名").fill(person.username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{server}/staff")


def snap(page: Page, screenshot: Screenshot, name: str) -> None:
    """Pictures for a person to look at, on a phone and on a desk; and what a machine can tell about access."""
    page.set_viewport_size({"width": 390, "height": 844})
    fits(page)
    screenshot(page, f"{name}-390")
    page.set_viewport_size({"width": 1280, "height": 800})
    screenshot(page, f"{name}-1280")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_clerk_enrols_finds_and_moves_a_lawyer(
    page: Page, live_server: str, host: Host, sign_in: Callable[..., Person], screenshot: Screenshot
) -> None:
    with host.work.write(Actor.command("tests")) as session:
        old = firm(
            session,
            uscc=code("31", 1),
            form="普通合伙",
            head="钟明",
            address="虹桥路1号",
            phone="021-55550001",
        )
        for serial, name in enumerate(("曾志", "仇英", "翟明远", "区乐", "解晓"), 11):
            advocate(session, old, serial, name=name)
        stopped = advocate(session, old, 16, name="查明")
        enrol.change_state(
            session,
            session.actor,
            licence=stopped.licence,
            state="suspended",
            on=date(2026, 10, 8),
            reason="沪司罚〔2026〕12号",
        )
    enter(page, live_server, sign_in("clerk"))
    page.get_by_role("link", name="名册").first.click()
    expect(page.get_by_role("heading", name="名册", level=1)).to_be_visible()
    snap(page, screenshot, "roster-list")

    page.get_by_role("link", name="登记机构").click()
    page.get_by_label("律师事务所", exact=True).check()
    page.get_by_label("机构名称").fill("深圳海川（上海）律师事务所")
    page.get_by_label("统一社会信用代码").fill(code("31", 2)[:17])
    page.get_by_label("所在区").select_option("310115")
    page.get_by_role("button", name="登记").click()
    expect(page.locator("#f-uscc-fault")).to_have_text("统一社会信用代码位数不对")
    expect(page.get_by_label("机构名称")).to_have_value("深圳海川（上海）律师事务所")
    snap(page, screenshot, "roster-organisation-refused")
    page.get_by_label("统一社会信用代码").fill(code("31", 2))
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("status")).to_contain_text("机构已登记")
    expect(page.get_by_text("没有在册的从业人员")).to_be_visible()

    page.goto(f"{live_server}/staff/roster/organisations/{old.public_id}")
    snap(page, screenshot, "roster-organisation")
    page.get_by_role("link", name="登记从业人员").click()
    page.get_by_label("姓名").fill("单勇")
    page.get_by_label("证件号码").fill(resident(1))
    page.get_by_label("执业证号", exact=True).fill(lawyer(1))
    page.get_by_label("准予执业日期").fill("2010-05-01")
    snap(page, screenshot, "roster-practitioner-new")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("heading", name="单勇", level=1)).to_be_visible()
    expect(page.get_by_text(resident(1)[:6] + "*" * 10 + resident(1)[-2:])).to_be_visible()

    page.get_by_role("link", name="变更执业机构").click()
    page.get_by_label("变更到").fill("深圳海川(上海)律师事务所")
    page.get_by_label("新执业证号").fill(lawyer(2, place="3115"))
    page.get_by_label("变更日期").fill("2026-03-01")
    page.get_by_role("button", name="变更").click()
    expect(page.locator("#f-licence_number-fault")).to_have_text("末六位终身不变，应为 000001")
    snap(page, screenshot, "roster-transfer-refused")
    page.get_by_label("新执业证号").fill(lawyer(1, place="3115"))
    page.get_by_role("button", name="变更").click()
    expect(page.get_by_role("status")).to_contain_text("执业机构已变更")
    snap(page, screenshot, "roster-practitioner")

    page.get_by_role("link", name="变更状态").click()
    page.get_by_label("变更为").select_option("suspended")
    page.get_by_label("生效日期").fill("2026-11-01")
    page.get_by_label("依据").fill("沪司罚〔2026〕15号")
    snap(page, screenshot, "roster-state")
    page.get_by_role("button", name="变更").click()
    expect(page.get_by_text("停止执业").first).to_be_visible()

    page.get_by_role("link", name="名册").first.click()
    page.get_by_label("查找机构或人员").fill("shanyong")
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_role("link", name="单勇")).to_be_visible()
    snap(page, screenshot, "roster-hits")
    page.get_by_label("查找机构或人员").fill("没有此人")
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_text("没有找到“没有此人”")).to_be_visible()

    page.get_by_role("link", name="名册").first.click()
    page.get_by_text("按证件号码查人").click()
    page.get_by_label("证件号码").fill(resident(1).lower())
    page.get_by_label("查询事由").select_option(index=1)
    page.get_by_role("button", name="查人").click()
    expect(page.get_by_role("heading", name="单勇", level=1)).to_be_visible()
    assert resident(1) not in page.url

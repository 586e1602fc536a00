"""A clerk records a penalty in a browser: told as they type what the statute says, sent to a leader, corrected later."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from registry.kernel.access import Actor
from registry.kernel.host import Host
from tests.browser.sessions import fits
from tests.people import PASSWORD, Person
from tests.registry.evidence_files import PDF
from tests.registry.roster_facts import advocate, code, firm, resident

Screenshot = Callable[[Page, str], Path]
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def enter(page: Page, server: str, person: Person) -> None:
    page.goto(f"{server}/staff/login")
    page.get_by_label("用户名").fill(person.username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{server}/staff")


def snap(page: Page, screenshot: Screenshot, name: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    fits(page)
    screenshot(page, f"{name}-390")
    page.set_viewport_size({"width": 1280, "height": 800})
    screenshot(page, f"{name}-1280")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_penalty_is_typed_questioned_allowed_and_corrected(
    page: Page,
    live_server: str,
    host: Host,
    sign_in: Callable[..., Person],
    screenshot: Screenshot,
    tmp_path: Path,
) -> None:
    with host.work.write(Actor.command("tests")) as session:
        person = advocate(session, firm(session, uscc=code()), id_number=resident(1))
    clerk, leader = sign_in("clerk"), sign_in("leader")
    enter(page, live_server, clerk)
    page.get_by_role("link", name="信用事件").first.click()
    expect(page.get_by_text("还没有信用事件")).to_be_visible()
    snap(page, screenshot, "credit-empty")
    page.goto(f"{live_server}/staff/roster/practitioners/{person.public_id}")
    page.get_by_role("link", name="录入信用事件").click()
    snap(page, screenshot, "credit-kinds")
    page.get_by_role("link", name="行政处罚").click()
    expect(page.get_by_label("罚款（元）")).to_be_hidden()
    expect(page.get_by_label("处罚机关", exact=True)).to_have_value("示范市司法局")
    expect(page.get_by_label("处罚机关层级")).to_have_value("设区的市级")
    snap(page, screenshot, "credit-penalty-new")

    page.get_by_label("处罚决定日期").fill("2026-11-21")
    expect(page.locator("#live")).to_contain_text("处罚决定日期在今天之后")
    page.get_by_label("处罚决定日期").fill("2026-11-18")
    expect(page.locator("#live")).to_be_hidden()
    page.get_by_label("文书号").fill("示司罚决字〔2026〕第7号")
    page.get_by_label("处罚条款").select_option("lawyers.47#3")
    page.get_by_label("违法行为类型").fill("在同一案件中为双方当事人担任代理人")
    page.get_by_label("违法事实").fill("经查，当事人在一起借贷纠纷中先后为双方提供代理。")
    page.get_by_label("警告", exact=True).check()
    page.get_by_label("罚款", exact=True).check()
    page.get_by_label("罚款（元）").fill("6000")
    page.get_by_label("处罚内容").fill("警告，罚款 6000 元")
    expect(page.locator("#live")).to_contain_text("罚款 6,000.00 元，超出该条幅度（5,000 元以下）")
    decision = tmp_path / "决定书.pdf"
    decision.write_bytes(PDF)
    snap(page, screenshot, "credit-penalty-live")
    page.get_by_role("button", name="记录").click()
    expect(page.get_by_text("请与决定书核对")).to_be_visible()
    page.get_by_label("说明为什么仍要这样记录").fill("决定书原文如此")
    page.get_by_label("证据材料").set_input_files(decision)
    snap(page, screenshot, "credit-penalty-breach")
    page.get_by_role("button", name="报审核").click()
    expect(page.get_by_text("尚未记录")).to_be_visible()
    address = page.url

    page.get_by_role("button", name="退出").click()
    page.wait_for_url(f"{live_server}/staff/login")
    enter(page, live_server, leader)
    expect(page.get_by_text("处罚与条文不一致，待审核").first).to_be_visible()
    page.goto(address)
    snap(page, screenshot, "credit-override")
    page.get_by_label("理由").fill("与市局核对，按决定书记录")
    page.get_by_role("button", name="同意记录").click()
    expect(page.get_by_text("与市局核对，按决定书记录").first).to_be_visible()
    expect(page.get_by_role("link", name="决定书.pdf")).to_be_visible()
    event = page.url
    snap(page, screenshot, "credit-event")

    page.get_by_role("button", name="退出").click()
    page.wait_for_url(f"{live_server}/staff/login")
    enter(page, live_server, clerk)
    page.goto(event)
    page.get_by_role("link", name="更正").click()
    expect(page.get_by_label("罚款（元）")).to_have_value("6000.00")
    page.get_by_label("罚款（元）").fill("5000")
    page.get_by_label("处罚内容").fill("警告，罚款 5000 元")
    page.get_by_label("更正理由").fill("看错一行")
    snap(page, screenshot, "credit-correct")
    page.get_by_role("button", name="更正").click()
    expect(page.get_by_role("heading", name="更正经过")).to_be_visible()
    snap(page, screenshot, "credit-event-corrected")
    page.get_by_role("link", name="撤销", exact=True).click()
    snap(page, screenshot, "credit-annul")
    page.goto(f"{live_server}/staff/credit")
    snap(page, screenshot, "credit-list")

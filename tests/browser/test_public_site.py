"""A citizen at a phone and at a desk: suggestions by keyboard, a firm, an error reported; light, sound and small pages."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, expect

from registry.kernel.host import Host
from tests.browser.sessions import fits
from tests.publicity import office

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
HEAVIEST = 100_000
"""Bytes over the line on the first view of a page."""


@pytest.fixture
def subjects(host: Host) -> office.Subjects:
    subjects = office.enrol(host.work)
    office.publicise(host, office.penalty(host.work, subjects))
    return subjects


def test_from_the_home_page_to_a_firm_by_keyboard_alone_and_an_error_reported(
    page: Page, live_server: str, subjects: office.Subjects, screenshot: Callable[[Page, str], Path]
) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(live_server)
    field = page.get_by_role("combobox", name=re.compile("姓名、机构名称"))
    expect(field).to_be_focused()
    page.keyboard.type("mingli")
    option = page.get_by_role("option", name=re.compile("上海明理律师事务所"))
    expect(option).to_be_visible()
    screenshot(page, "suggestions-390")
    _sound(page)
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(option).to_have_count(0)
    page.keyboard.type("l")
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("上海明理律师事务所")
    _sound(page)
    page.get_by_role("link", name="报告错误").click()
    page.get_by_label("执业状态不对").check()
    page.get_by_label("哪里不对").fill("已经搬走")
    _sound(page)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("报告已经收到")
    _sound(page)


def test_a_text_that_is_too_long_is_told_and_kept_to_the_last_character(
    page: Page, live_server: str, subjects: office.Subjects
) -> None:
    page.goto(f"{live_server}/letters")
    page.get_by_label("投诉举报谁").fill("明理")
    page.get_by_role("radio").first.check()
    story = page.get_by_label("发生了什么")
    # As somebody pastes it: typing would stop at a limit, and so would not show what pasting loses.
    story.fill("㛃" * 2_003)
    expect(page.get_by_text("最多 2000 字，超出了 3 字。")).to_be_visible()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("投诉举报")
    expect(story).to_have_value("㛃" * 2_003)
    story.fill("㛃" * 2_000)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("已经收到")


def test_it_all_works_without_script(browser: Browser, live_server: str, subjects: office.Subjects) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(live_server)
    page.get_by_label("姓名、机构名称").fill("章程 明理")
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name="章程").click()
    page.get_by_label("查询过去某一天").fill("2015-01-01")
    page.get_by_role("button", name="查询", exact=True).last.click()
    expect(page.get_by_text("2015-01-01 的登记情况")).to_be_visible()
    page.get_by_role("link", name="深色").click()
    expect(page.locator("html")).to_have_attribute("data-scheme", "dark")
    expect(page.get_by_text("2015-01-01 的登记情况")).to_be_visible()
    context.close()


@pytest.mark.parametrize(
    ("look", "highest"), [("normal", 180), ("normal.en", 180), ("large", 220), ("large.en", 220)]
)
def test_on_a_phone_the_page_begins_early_and_every_group_of_the_menu_is_reached_by_key(
    browser: Browser, live_server: str, look: str, highest: int
) -> None:
    context = browser.new_context(viewport=PHONE, locale="zh-CN")  # type: ignore[arg-type]
    context.add_cookies([{"name": "legalcredit-look", "value": look, "url": live_server}])
    page = context.new_page()
    page.goto(f"{live_server}/notices")
    header = page.locator(".site-header").bounding_box()
    assert header
    assert header["height"] <= highest
    fits(page)
    last = page.locator(".public-nav summary").last
    last.focus()
    page.keyboard.press("Enter")
    expect(last).to_be_in_viewport(ratio=0.9)
    entry = page.locator(".public-nav details[open] a").first
    page.keyboard.press("Tab")
    expect(entry).to_be_focused()
    expect(entry).to_be_in_viewport(ratio=0.9)
    fits(page)
    context.close()


def test_on_a_phone_every_verdict_of_a_batch_check_is_seen_and_a_link_to_embed_is_seen_whole(
    page: Page, live_server: str, subjects: office.Subjects
) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{live_server}/check")
    page.get_by_label("号码", exact=True).fill(f"{office.LAWYER_NUMBER} 章程\n{'9' * 60}")
    page.get_by_role("button", name="核对", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("核对了 2 行")
    for verdict in page.locator("td .chip").all():
        box = verdict.bounding_box()
        assert box
        assert box["x"] + box["width"] < PHONE["width"]
    _sound(page)
    page.goto(f"{live_server}/organisations/{subjects.firm.public_id}/link")
    wide, seen = page.locator("pre").evaluate("(one) => [one.scrollWidth, one.clientWidth]")
    assert wide <= seen
    _sound(page)


def test_pages_are_sound_in_every_look_and_small(
    browser: Browser, live_server: str, subjects: office.Subjects, screenshot: Callable[[Page, str], Path]
) -> None:
    paths = {
        "home": "/", "search": "/search?q=明理", "nobody": "/search?q=无此人", "firm": f"/organisations/{subjects.firm.public_id}",
        "person": f"/practitioners/{subjects.lawyer.public_id}", "notices": "/notices", "check": "/check",
    }  # fmt: skip
    for size, kept in ((PHONE, "large.dark"), (DESK, "")):
        context = browser.new_context(viewport=size, locale="zh-CN")  # type: ignore[arg-type]
        if kept:
            context.add_cookies([{"name": "legalcredit-look", "value": kept, "url": live_server}])
        page = context.new_page()
        for name, path in paths.items():
            weight: list[int] = []
            page.on("response", _weighed(weight))
            page.goto(live_server + path)
            page.wait_for_load_state("networkidle")
            assert sum(weight) < HEAVIEST, (name, sum(weight))
            screenshot(page, f"public-{name}-{size['width']}")
            _sound(page)
        context.close()


@pytest.mark.parametrize(("look", "ground"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(28, 32, 34)")])
def test_the_interfaces_are_described_in_the_colours_of_the_page_and_can_be_read(
    page: Page, live_server: str, look: str, ground: str
) -> None:
    page.context.add_cookies([{"name": "legalcredit-look", "value": look, "url": live_server}])
    page.goto(f"{live_server}/api/docs")
    expect(page.locator(".opblock").first).to_be_visible()
    expect(page.locator("#api-docs")).to_have_css("background-color", ground)
    faults = Axe().run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
    assert faults == [], [node["target"] for node in faults[0]["nodes"]]


def _weighed(weight: list[int]) -> Callable[[Response], None]:
    return lambda answer: weight.append(int(answer.headers.get("content-length", 0)))


def _sound(page: Page) -> None:
    fits(page)
    violations = Axe().run(page).response["violations"]
    assert violations == [], [(one["id"], [node["target"] for node in one["nodes"]]) for one in violations]

"""What staff see of sign-in and administration in a real browser: at a desk, on a phone, by keyboard, without scripts."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from registry.accounts import clients, staff
from registry.accounts.roles import ROLES
from registry.kernel.access import Actor
from registry.kernel.work import Work
from tests.browser.sessions import fits

PASSWORD = "demo-city-2026"
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 800}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# What is drawn does not depend on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def office(work: Work) -> None:
    with work.write(Actor.command("tests")) as session:
        for username, name, section, roles in [
            ("admin", "孙明远", "信息中心", ["admin"]),
            ("ouyang", "欧阳震华", "行政审批处（政务服务处）", [role.code for role in ROLES]),
        ]:
            staff.add_staff(
                session,
                session.actor,
                username=username,
                name=name,
                section=section,
                roles=roles,
                password=PASSWORD,
                demo=True,
            )
        clients.add_client(session, session.actor, name="市公共信用信息平台归集程序", scopes=["feed:read"])


@pytest.mark.parametrize(
    ("size", "scheme"), [(DESK, "light"), (PHONE, "light"), (DESK, "dark"), (PHONE, "dark")]
)
def test_every_page_can_be_read_by_everyone(
    page: Page,
    live_server: str,
    screenshot: Callable[[Page, str], Path],
    size: ViewportSize,
    scheme: Literal["light", "dark"],
) -> None:
    """No breach of WCAG AA that axe finds, and nothing wider than the screen."""
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)

    def look(name: str) -> None:
        screenshot(page, f"{name}-{size['width']}-{scheme}")
        violations = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        found = [(one["id"], [node["target"] for node in one["nodes"]]) for one in violations]
        assert found == [], name
        fits(page)

    page.goto(f"{live_server}/staff/login")
    look("sign-in")
    _enter(page, "ouyang", "not the password")
    expect(page.get_by_role("alert")).to_have_text("用户名或密码不正确")
    look("sign-in-refused")
    _enter(page, "ouyang", PASSWORD)
    look("home")
    for name, path in [
        ("password", "/staff/password"),
        ("people", "/staff/people"),
        ("person-new", "/staff/people/new"),
        ("clients", "/staff/clients"),
        ("audit", "/staff/audit"),
        ("audit-none", "/staff/audit?day=2020-01-01"),
        ("not-found", "/staff/people/aaaaaaaaaaaaaaaa"),
    ]:
        page.goto(f"{live_server}{path}")
        look(name)
    page.goto(f"{live_server}/staff/people")
    page.get_by_role("link", name="admin").click()
    look("person")
    page.goto(f"{live_server}/staff/people/new")
    page.get_by_label("用户名").fill("9")
    page.get_by_label("姓名").fill("王芳")
    page.get_by_label("处室", exact=True).fill("公证工作处")
    page.get_by_role("button", name="添加").click()
    look("person-refused")
    page.get_by_role("link", name="请至少选择一个角色").click()
    expect(page).to_have_url(re.compile("#f-roles$"))
    page.get_by_label("用户名").fill("wang.fang")
    page.get_by_label("经办人", exact=True).check()
    page.get_by_role("button", name="添加").click()
    expect(page.get_by_text("初始密码只显示这一次")).to_be_visible()
    look("first-password")
    page.goto(f"{live_server}/staff/clients")
    page.get_by_label("名称", exact=True).fill("另一程序")
    page.get_by_label(re.compile(r"feed:receipt")).check()
    page.get_by_role("button", name="添加并生成令牌").click()
    look("token")


def test_the_whole_way_can_be_gone_without_scripts_on_a_phone(browser: Browser, live_server: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{live_server}/staff/people")
    expect(page).to_have_title(re.compile("^工作人员登录 · 示范市司法局"))
    _enter(page, "admin", PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("工作人员")
    expect(page.get_by_text("演示环境")).to_be_visible()
    page.get_by_text("栏目", exact=True).click()
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="接口客户端").click()
    page.get_by_role("button", name="撤销令牌").click()
    expect(page.get_by_role("status")).to_contain_text("已撤销“市公共信用信息平台归集程序”的令牌")
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("工作人员登录")
    context.close()


def test_the_keyboard_alone_signs_in_and_skips_to_the_text(page: Page, live_server: str) -> None:
    page.goto(f"{live_server}/staff/login")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("用户名")).to_be_focused()
    page.keyboard.type("admin")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("孙明远，您好")


def test_the_interface_page_draws_itself_from_this_host_alone(
    page: Page, live_server: str, screenshot: Callable[[Page, str], Path]
) -> None:
    """Under the same content security policy as every page: the `page` fixture fails on any breach of it."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server}/api/docs")
    page.get_by_text("/feed/v1/entries").first.click()
    expect(page.get_by_role("heading", name="Responses").first).to_be_visible()
    screenshot(page, "api-docs")
    assert all(url.startswith((live_server, "data:")) for url in asked)


def test_a_printed_page_leaves_out_what_paper_cannot_use(page: Page, live_server: str) -> None:
    page.goto(f"{live_server}/staff/login")
    _enter(page, "ouyang", PASSWORD)
    page.goto(f"{live_server}/staff/audit")
    page.emulate_media(media="print")
    expect(page.get_by_role("table")).to_be_visible()
    for gone in ("banner", "search"):
        expect(page.get_by_role(gone)).to_have_count(0)
    expect(page.locator(".site-nav")).to_be_hidden()


def _enter(page: Page, username: str, password: str) -> None:
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()

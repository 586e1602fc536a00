"""Six people and a citizen, each at a real browser: a penalty from its record to its public page, and its withdrawal."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from publicity.release.tables import Release
from registry.kernel.host import Host
from tests.browser.sessions import fits
from tests.people import PASSWORD, hire
from tests.publicity import office

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TITLES = {
    "propose": "提出",
    "first_review": "初审",
    "secrecy_review": "保密审查",
    "approve": "审核",
    "publish": "公开",
    "archive": "建档",
}


@pytest.fixture
def staffed(host: Host, app: Flask) -> None:
    """The six, with accounts of their own; the proposer holds every role of the procedure."""
    for _, name in office.SIX:
        roles = ("clerk", "head", "secrecy", "leader", "admin") if name == "clerk" else (name.rstrip("2"),)
        hire(host, app.test_client(), username=name, roles=roles, section="律师工作处")


def test_a_penalty_goes_through_six_people_and_a_citizen_finds_it(
    page: Page, live_server: str, host: Host, staffed: None, screenshot: Callable[[Page, str], Path]
) -> None:
    release = office.release_of(host.work, office.penalty(host.work, office.enrol(host.work)))
    for step, name in office.SIX:
        _sign_in(page, live_server, name)
        page.get_by_role("navigation").get_by_role("link", name="公开流程").click()
        expect(page.get_by_role("heading", name="公开流程")).to_be_visible()
        page.get_by_role("link", name="沪司罚决字〔2026〕第7号").click()
        if step == "first_review":
            screenshot(page, "release-first-review")
        if step == "secrecy_review":
            _redact(page, screenshot)
        page.get_by_role("button", name=TITLES[step], exact=True).click()
        expect(page.get_by_role("status")).to_contain_text(f"已{TITLES[step]}")
        _faultless(page)
        _sign_out(page, live_server)
        if following := dict(zip(TITLES, [*list(TITLES)[1:], ""], strict=True))[step]:
            _the_proposer_is_refused(page, live_server, host, release, following)

    page.goto(live_server)
    _faultless(page)
    page.get_by_label("姓名、机构名称").fill("明理")
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name="上海明理律师事务所").click()
    page.get_by_role("link", name="沪司罚决字〔2026〕第7号").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("行政处罚决定")
    page.get_by_text("自己核验").click()
    expect(page.get_by_text("SHA-256")).to_have_count(2)
    expect(page.get_by_text("（身份证号码略），电话■■■■）于2026年5月")).to_be_visible()
    expect(page.get_by_text(office.MOBILE)).to_have_count(0)
    _faultless(page)
    address = page.url
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        screenshot(page, f"notice-{width}")
        fits(page)

    _sign_in(page, live_server, "leader")
    page.goto(address.replace("/notices/", "/staff/notices/"))
    page.get_by_label("理由").select_option("原决定已被依法撤销")
    page.get_by_role("button", name="撤下").click()
    expect(page.get_by_role("status")).to_contain_text("已撤下")
    _sign_out(page, live_server)
    page.goto(address)
    expect(page.get_by_text("原决定已被依法撤销")).to_be_visible()
    expect(page.get_by_text("明理")).to_have_count(0)
    screenshot(page, "tombstone")
    _faultless(page)


def test_a_refused_form_names_its_field_and_keeps_what_was_typed(
    page: Page, live_server: str, host: Host, staffed: None, screenshot: Callable[[Page, str], Path]
) -> None:
    release = office.release_of(host.work, office.permit(host.work, office.enrol(host.work)))
    office.take(host.work, office.person(host.permissions, "clerk"), "propose", release)
    _sign_in(page, live_server, "head")
    page.goto(f"{live_server}/staff/releases/{release}")
    page.get_by_text("退回经办人").click()
    page.get_by_label("退回理由").fill("   ")
    page.get_by_role("button", name="退回", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("请写明退回理由")
    screenshot(page, "release-refused")
    _faultless(page)


def _redact(page: Page, screenshot: Callable[[Page, str], Path]) -> None:
    """The step is refused while a proposal is open; then each is confirmed, and the step stands free."""
    expect(page.get_by_text("还有 2 处没有确认")).to_be_visible()
    page.get_by_role("button", name="保密审查", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("遮盖建议没有确认")
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        screenshot(page, f"release-redaction-{width}")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    _faultless(page)
    for place in (1, 2):
        page.get_by_label(f"遮盖第 {place} 处").check()
    page.get_by_role("button", name="保存遮盖意见").click()
    expect(page.get_by_text("遮盖建议已经全部确认")).to_be_visible()
    _faultless(page)


def _the_proposer_is_refused(page: Page, address: str, host: Host, release: str, step: str) -> None:
    """With every role of the procedure, and nobody away: four eyes alone stand between them and the next step."""
    _sign_in(page, address, "clerk")
    page.goto(f"{address}/staff/releases/{release}")
    expect(page.get_by_text("须由他人办理")).to_be_visible()
    expect(page.get_by_role("button", name=TITLES[step], exact=True)).to_have_count(0)
    token = page.locator("input[name=csrf_token]").first.get_attribute("value")
    with host.work.read() as session:
        revision = session.scalars(select(Release.revision).where(Release.public_id == release)).one()
    pressed = page.request.post(
        f"{address}/staff/releases/{release}/steps/{step}",
        form={"csrf_token": token or "", "revision": str(revision)},
        headers={"Referer": page.url},
    )
    assert pressed.status == 403
    assert "不能再办理" in pressed.text()
    _sign_out(page, address)


def _sign_in(page: Page, address: str, username: str) -> None:
    page.goto(f"{address}/staff/login")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{address}/staff")


def _sign_out(page: Page, address: str) -> None:
    page.goto(f"{address}/staff")
    page.get_by_role("button", name="退出").click()
    # The page that is left is loaded too: whoever goes on before the form was sent is still signed in.
    page.wait_for_url(f"{address}/staff/login")


def _faultless(page: Page) -> None:
    """axe finds nothing that keeps anybody out."""
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == []

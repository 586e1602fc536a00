"""A firm comes to the desk: it objects to its penalty and is answered; later it asks for repair, and the notice is gone."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.host import Host
from tests.browser.sessions import fits
from tests.people import PASSWORD, hire
from tests.publicity import office

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def notice(host: Host, app: Flask, clock: SetClock) -> str:
    """The notice of a fine on the firm, past its minimum term; clerk, head and leader have accounts."""
    made = office.publicise(host, office.penalty(host.work, office.enrol(host.work)))
    clock.set(datetime(2027, 3, 1, 10, 0, tzinfo=SHANGHAI))
    for name in ("clerk", "head", "leader"):
        hire(host, app.test_client(), username=name, roles=(name,), section="律师工作处")
    return made


def test_an_objection_from_the_event_to_the_answer(
    page: Page, live_server: str, notice: str, screenshot: Callable[[Page, str], Path]
) -> None:
    _sign_in(page, live_server, "clerk")
    _event(page)
    page.get_by_role("link", name="提出异议").click()
    page.get_by_label("当事人的身份证件号码").fill("31310000000000000X")
    page.get_by_label("更正").check()
    page.get_by_label("异议的内容和理由").fill("罚款数额与决定书不一致")
    page.get_by_label("联系方式").fill("周正")
    page.get_by_role("button", name="受理并标注").click()
    expect(page.get_by_role("alert")).to_contain_text("只能由信息主体本人提出")
    expect(page.get_by_label("异议的内容和理由")).to_have_value("罚款数额与决定书不一致")
    _faultless(page)
    page.get_by_label("当事人的身份证件号码").fill(office.FIRM_CODE)
    page.get_by_role("button", name="受理并标注").click()
    expect(page.get_by_role("status")).to_contain_text("异议已受理")
    page.get_by_label("本单位核查").check()
    page.get_by_role("button", name="分办").click()
    here = page.url
    _narrow_and_wide(page, screenshot, "objection")
    page.goto(f"{live_server}/notices/{notice}")
    expect(page.get_by_text("异议处理中")).to_be_visible()

    _sign_in(page, live_server, "head")
    page.goto(here)
    page.get_by_label("异议不成立，维持原记录").check()
    page.get_by_label("认定的事实和理由").fill("与决定书一致")
    page.get_by_role("button", name="作出处理决定").click()
    page.get_by_label("告知方式").fill("当面送达")
    page.get_by_role("button", name="已告知").click()
    expect(page.get_by_role("heading", name="办理经过")).to_be_visible()
    expect(page.get_by_text("已办结")).to_be_visible()
    _faultless(page)
    page.goto(f"{live_server}/notices/{notice}")
    expect(page.get_by_text("异议处理中")).to_have_count(0)


def test_a_repair_from_the_event_to_the_empty_page(
    page: Page, live_server: str, notice: str, tmp_path: Path, screenshot: Callable[[Page, str], Path]
) -> None:
    proof, signed = tmp_path / "缴款凭证.pdf", tmp_path / "承诺书.pdf"
    proof.write_bytes(b"%PDF-1.7\n1\n%%EOF\n")
    signed.write_bytes(b"%PDF-1.7\n2\n%%EOF\n")
    _sign_in(page, live_server, "clerk")
    _event(page)
    page.get_by_role("link", name="申请信用修复").click()
    page.get_by_label("当事人的身份证件号码").fill(office.FIRM_CODE)
    page.get_by_label("义务履行和纠正失信行为的情况").fill("罚款已缴清")
    page.get_by_label("联系方式").fill("周正")
    page.get_by_label("证据材料").set_input_files(proof)
    _faultless(page)
    page.get_by_role("button", name="登记申请").click()
    expect(page.get_by_role("status")).to_contain_text("信用修复申请已登记")
    page.get_by_role("button", name="登记信用承诺书").click()
    page.get_by_label("签署的承诺书").set_input_files(signed)
    page.get_by_role("button", name="上传承诺书").click()
    expect(page.get_by_text("已提交签署的信用承诺书")).to_be_visible()
    page.get_by_role("button", name="受理", exact=True).click()
    expect(page.get_by_text("待决定")).to_be_visible()
    here = page.url
    _narrow_and_wide(page, screenshot, "repair")

    _sign_in(page, live_server, "leader")
    page.goto(here)
    page.get_by_label("准予信用修复").check()
    page.get_by_label("理由").fill("条件具备")
    page.get_by_role("button", name="作出决定").click()
    expect(page.get_by_text("公示已于")).to_be_visible()
    _faultless(page)
    page.goto(f"{live_server}/notices/{notice}")
    expect(page.get_by_role("heading", name="这条公示已经结束")).to_be_visible()
    expect(page.get_by_text("明理")).to_have_count(0)


def _event(page: Page) -> None:
    """From the menu to the penalty, as a clerk finds it."""
    page.get_by_role("navigation").get_by_role("link", name="信用事件").first.click()
    page.get_by_role("link", name="罚款二万元").first.click()


def _sign_in(page: Page, address: str, username: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{address}/staff/login")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{address}/staff")


def _narrow_and_wide(page: Page, screenshot: Callable[[Page, str], Path], name: str) -> None:
    _faultless(page)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        screenshot(page, f"{name}-{width}")
        fits(page)


def _faultless(page: Page) -> None:
    """axe finds nothing that keeps anybody out."""
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == []

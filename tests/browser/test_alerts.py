"""A reader at a phone and at a desk: asks for an alert, confirms it from the mail, reads the news, ends it. And the office's
pages of alarms and mail."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from publicity.alarms import recipients
from registry.kernel.access import Actor
from registry.kernel.host import Host
from tests.browser.sessions import be, fits
from tests.mail_server import MailServer
from tests.people import Person
from tests.publicity import office
from tests.publicity.platform import SECRET

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 800}
READER = "reader@example.cn"
Shot = Callable[[Page, str], Path]


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def environment(environment: dict[str, str], server: MailServer) -> dict[str, str]:
    return environment | server.settings


def tick(host: Host, *names: str) -> None:
    jobs = {job.name: job for job in host.jobs}
    for name in names:
        jobs[name].run(host.work)


def sound(page: Page) -> None:
    fits(page)
    violations = Axe().run(page).response["violations"]
    assert violations == [], [(one["id"], [node["target"] for node in one["nodes"]]) for one in violations]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_reader_follows_a_firm_by_mail(
    page: Page, live_server: str, host: Host, server: MailServer, size: ViewportSize, screenshot: Shot
) -> None:
    subjects = office.enrol(host.work)
    width = size["width"]
    page.set_viewport_size(size)
    page.goto(f"{live_server}/organisations/{subjects.firm.public_id}")
    page.get_by_role("link", name="邮件提醒").click()
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("邮件提醒")
    expect(page.get_by_role("link", name="上海明理律师事务所 · 全部公示").last).to_be_visible()
    sound(page)
    page.get_by_label("电子邮箱").fill(READER)
    page.get_by_label("即时").check()
    screenshot(page, f"alert-new-{width}")
    page.get_by_role("button", name="发送确认邮件").click()
    expect(title).to_have_text("请查收确认邮件")
    sound(page)

    tick(host, "mail")
    [asked] = server.to(READER)
    page.context.clear_cookies()  # the mail is read somewhere else
    page.goto(_link(asked.text, r"\S+/alerts/confirm/\S+"))
    expect(title).to_have_text("确认邮件提醒")
    sound(page)
    screenshot(page, f"alert-confirm-{width}")
    page.get_by_role("button", name="确认，开始提醒").click()
    expect(title).to_have_text("我的邮件提醒")
    sound(page)
    screenshot(page, f"alert-manage-{width}")

    notice = office.publicise(host, office.penalty(host.work, subjects))
    tick(host, "alerts", "mail")
    _, told = server.to(READER)
    page.goto(_link(told.text, rf"\S+/notices/{notice}"))
    expect(title).to_have_text(re.compile("行政处罚决定"))
    page.goto(_link(told.text, r"\S+/alerts/\S+/end"))
    expect(title).to_have_text("停止邮件提醒")
    sound(page)
    page.get_by_role("button", name="全部停止").click()
    expect(title).to_have_text("邮件提醒已停止")
    sound(page)
    office.publicise(host, office.penalty(host.work, subjects, number="沪司罚决字〔2026〕第8号"))
    tick(host, "alerts", "mail")
    assert len(server.to(READER)) == 2


def _link(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    assert found, text
    return found[0].removeprefix("全部停止：")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_an_administrator_looks_after_alarms_and_mail(
    page: Page,
    live_server: str,
    host: Host,
    server: MailServer,
    sign_in: Callable[..., Person],
    size: ViewportSize,
    screenshot: Shot,
) -> None:
    admin = Actor.command("tests")
    with host.work.write(admin) as session:
        recipients.add(session, admin, way="webhook", target="http://127.0.0.1:9/alarms", secret=SECRET)
    be(page, live_server, sign_in("admin"), size)
    page.goto(f"{live_server}/staff/alarms")
    page.get_by_label("电子邮件").check()
    page.get_by_label("邮箱或者网址").fill("nobody@example")
    page.get_by_role("button", name="添加").click()
    expect(page.get_by_role("alert")).to_contain_text("应为电子邮件地址")
    page.get_by_label("邮箱或者网址").fill("duty@example.cn")
    page.get_by_role("button", name="添加").click()
    expect(page.get_by_role("cell", name="duty@example.cn")).to_be_visible()
    (host.settings.home / "seal").mkdir()  # a seal that cannot be used
    (host.settings.home / "seal" / "password").write_text("x", "utf-8")
    server.will("never")
    tick(host, "alarms", "mail")
    page.goto(f"{live_server}/staff/alarms")
    expect(page.get_by_role("row", name=re.compile("证书即将到期或者不能使用"))).to_be_visible()
    sound(page)
    screenshot(page, f"alarms-{size['width']}")
    page.goto(f"{live_server}/staff/mails?state=parked")
    row = page.get_by_role("row", name=re.compile("告警"))
    expect(row).to_contain_text("550")
    sound(page)
    screenshot(page, f"mails-{size['width']}")
    row.get_by_role("button", name="重新发送").click()
    expect(page.get_by_role("status")).to_contain_text("已放回待发送")
    tick(host, "mail")
    [told] = server.to("duty@example.cn")
    assert "证书即将到期或者不能使用" in str(told.message["Subject"])

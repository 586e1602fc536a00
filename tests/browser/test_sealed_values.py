"""Two parties seal their values in their own browsers; the room sees on the big screen what is committed, revealed and drawn."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from registry.kernel.host import Host
from tests.browser.sessions import be, fits
from tests.inspection import bureau
from tests.people import Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
PROJECTOR: ViewportSize = {"width": 1920, "height": 1080}


def test_sealed_values_are_made_kept_and_revealed_in_the_browser_while_the_room_watches(
    page: Page,
    live_server: str,
    host: Host,
    sign_in: Callable[..., Person],
    screenshot: Callable[[Page, str], Path],
    tmp_path: Path,
) -> None:
    place = bureau.found(host.work, firms=30)
    task = f"{live_server}/staff/inspection/tasks/{place.task}"
    officer = sign_in("draw")
    parties = {name: sign_in("witness", username=name) for name in ("bar", "press")}

    be(page, live_server, officer, DESK)
    page.goto(task)
    for name in parties:
        page.get_by_role("group", name="掷骰子的见证人").get_by_label(f"测试{name}").uncheck()
    page.get_by_text("更强的随机源").click()
    for name in parties:
        page.get_by_role("group", name="事先封存随机数的各方").get_by_label(f"测试{name}").check()
    page.get_by_role("button", name="冻结名录").click()
    expect(page.get_by_role("status")).to_contain_text("请各方提交承诺值")

    kept = {}
    for name, party in parties.items():
        be(page, live_server, party, PHONE)
        page.goto(task)
        with page.expect_download() as download:
            page.get_by_role("button", name="由本机产生随机数并下载保存").click()
        kept[name] = tmp_path / download.value.suggested_filename
        download.value.save_as(kept[name])
        screenshot(page, f"sealed-{name}")
        assert Axe().run(page).violations_count == 0
        page.get_by_role("button", name="提交承诺值").click()
        expect(page.get_by_role("status")).to_contain_text("承诺值已提交")
    assert len({json.loads(path.read_text("utf-8"))["value"] for path in kept.values()}) == 2

    be(page, live_server, officer, DESK)
    page.goto(task)
    page.get_by_role("button", name="冻结名录").click()
    page.get_by_role("button", name="提交存证").click()
    ceremony = page.url
    draw = ceremony.rsplit("/", 1)[1]
    room = page.context.browser.new_page(viewport=PROJECTOR)  # type: ignore[union-attr]
    room.goto(f"{live_server}/draws/{draw}/stage")
    expect(room.get_by_text("等待提供")).to_have_count(2)

    for name, party in parties.items():
        be(page, live_server, party, PHONE)
        page.goto(ceremony)
        other = next(path for key, path in kept.items() if key != name)
        page.get_by_label("提交承诺值时保存的文件").set_input_files(other)
        expect(page.get_by_text("不是为您参加的这次抽取保存的")).to_be_visible()
        page.get_by_label("提交承诺值时保存的文件").set_input_files(kept[name])
        expect(page.get_by_text("已填好，请核对后录入")).to_be_visible()
        page.get_by_role("button", name="录入").click()
        expect(page.get_by_role("status").first).to_contain_text("已录入")
    expect(room.get_by_text("随机源已齐，等待抽取")).to_be_visible(timeout=15_000)
    screenshot(room, "stage-ready")

    be(page, live_server, officer, DESK)
    page.goto(ceremony)
    page.get_by_role("button", name="抽取", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("抽取完成")
    expect(room.locator(".fallen .falling")).not_to_have_count(0, timeout=15_000)
    expect(room.locator(".fallen .hidden")).to_have_count(0, timeout=30_000)
    screenshot(room, "stage-drawn")
    assert Axe().run(room).violations_count == 0
    for size, name in ((PHONE, "stage-phone"), (DESK, "stage-desk")):
        room.set_viewport_size(size)
        fits(room)
        screenshot(room, name)
    page.goto(f"{live_server}/draws/{draw}/frame")
    screenshot(page, "frame-desk")
    assert Axe().run(page).violations_count == 0
    room.close()

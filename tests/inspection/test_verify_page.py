"""A citizen who believes nobody recomputes a draw: on the page, on the saved page without a network, and with own files."""

import json
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserType, Page, ViewportSize, expect

from inspection.web.verification import PROGRAM, SCRIPTS
from registry.kernel.host import Host
from tests.browser.sessions import fits
from tests.inspection import bureau
from tests.services import chromium

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}


def test_a_draw_is_recomputed_on_its_page_step_by_step(
    page: Page, live_server: str, host: Host, screenshot: Callable[[Page, str], Path], tmp_path: Path
) -> None:
    draw = bureau.drawn(host.work, bureau.found(host.work, firms=40))
    page.goto(f"{live_server}/draws/{draw}")
    page.get_by_role("link", name="验证这次抽取").click()
    expect(page.locator("#verdict-title")).to_have_text("核验通过")
    assert _states(page) == {"ok"}
    expect(page.locator("#verdict-text")).to_contain_text("40 个对象")
    record = json.loads(page.locator("#record").text_content() or "")
    expect(page.locator("#step-seed")).to_contain_text(record["seed"])
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        fits(page)
        screenshot(page, f"verify-{size['width']}")
    _accessible(page)

    # An altered file is refused in red, with the path; the page's own record is one button away.
    record["assignments"][1]["inspectors"].reverse()
    record["selected"].pop()
    altered = tmp_path / "altered.json"
    altered.write_text(json.dumps(record), encoding="utf-8")
    page.get_by_label("抽取记录文件").set_input_files(altered)
    expect(page.locator("#verdict-title")).to_have_text("核验未通过")
    expect(page.locator("#step-assignments")).to_contain_text("assignments[1].inspectors[0]")
    expect(page.locator("#step-quotas")).to_have_attribute("data-state", "bad")
    expect(page.locator("#step-seed")).to_have_attribute("data-state", "ok")
    page.set_viewport_size(PHONE)
    fits(page)
    screenshot(page, "verify-altered-390")
    _accessible(page)
    altered.write_bytes(b"\xff\xfe")
    page.get_by_label("抽取记录文件").set_input_files([])
    page.get_by_label("抽取记录文件").set_input_files(altered)
    expect(page.locator("#step-read")).to_contain_text("不是有效的 UTF-8 JSON 文本")
    expect(page.locator("#step-seed")).to_have_attribute("data-state", "skipped")
    page.get_by_label("存证日志公钥").fill("other+00000000+AAAA")
    page.get_by_role("button", name="回到本次抽取的记录").click()
    expect(page.locator("#verdict-title")).to_have_text("核验通过，有项目未核对")
    expect(page.locator("#step-signature")).to_contain_text("公钥格式不正确")


def test_a_record_is_dropped_on_the_page_and_checked(page: Page, live_server: str, host: Host) -> None:
    draw = bureau.drawn(host.work, bureau.found(host.work))
    page.goto(f"{live_server}/draws/{draw}/verify")
    expect(page.locator("#verdict-title")).to_have_text("核验通过")
    dropped = page.evaluate_handle(
        """text => {
          const dropped = new DataTransfer();
          dropped.items.add(new File([text], "record.json", { type: "application/json" }));
          return dropped;
        }""",
        (page.locator("#record").text_content() or "").replace(
            '"format":"double-random-draw/1"', '"format":"x"'
        ),
    )
    page.dispatch_event("#other", "drop", {"dataTransfer": dropped})
    expect(page.locator("#verdict-title")).to_have_text("核验未通过")
    expect(page.locator("#step-digest")).to_contain_text("format")


def test_the_saved_page_verifies_without_any_network(
    page: Page, live_server: str, host: Host, tmp_path: Path, browser: Browser
) -> None:
    """As "save page, complete" leaves it: the page as it stood after its run, its files beside it, opened from the disk."""
    draw = bureau.drawn(host.work, bureau.found(host.work))
    page.goto(f"{live_server}/draws/{draw}/verify")
    expect(page.locator("#verdict-title")).to_have_text("核验通过")
    saved = page.content()
    for address in set(re.findall(r'(?:src|href)="(/static/[^"]+)"', saved)):
        name = urlsplit(address).path.rsplit("/", 1)[1]
        answer = page.request.get(f"{live_server}{address.replace('&amp;', '&')}")
        (tmp_path / name).write_bytes(answer.body())
        saved = saved.replace(f'"{address}"', f'"{name}"')
    (tmp_path / "saved.html").write_text(saved.replace("核验通过", "（保存时的结论）"), encoding="utf-8")
    with browser.new_context(offline=True) as context:
        reader = context.new_page()
        reader.goto((tmp_path / "saved.html").as_uri())
        expect(reader.locator("#verdict-title")).to_have_text("核验通过")
        assert _states(reader) == {"ok"}
        expect(reader.locator("#step-seed dl")).to_have_count(1)


def test_the_page_verifies_over_plain_http_where_browsers_offer_no_cryptography(
    live_server: str, host: Host, browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> None:
    """An office that has no certificate: to the browser only this machine itself is as good as https."""
    draw = bureau.drawn(host.work, bureau.found(host.work))
    resolver = "--host-resolver-rules=MAP justice.example 127.0.0.1"
    with browser_type.launch(**{**browser_type_launch_args, "args": [*chromium.ARGUMENTS, resolver]}) as own:
        reader = own.new_page()
        reader.goto(f"{live_server.replace('127.0.0.1', 'justice.example')}/draws/{draw}/verify")
        assert reader.evaluate("[isSecureContext, typeof crypto.subtle]") == [False, "undefined"]
        expect(reader.locator("#verdict-title")).to_have_text("核验通过")
        assert _states(reader) == {"ok"}


def test_a_long_calculation_shows_how_far_it_is_and_leaves_the_page_alive(
    page: Page, live_server: str, host: Host
) -> None:
    draw = bureau.drawn(host.work, bureau.found(host.work, firms=40))
    # A clock on which every look takes a while makes each slice as short as it can be.
    page.add_init_script("let now = 0; performance.now = () => { now += 30; return now; };")
    page.add_init_script("window.seen = []; addEventListener('DOMContentLoaded', () => new MutationObserver(() => "
                         "seen.push(document.getElementById('progress-text').textContent)).observe("
                         "document.getElementById('progress-text'), { childList: true }));")  # fmt: skip
    page.goto(f"{live_server}/draws/{draw}/verify")
    expect(page.locator("#verdict-title")).to_have_text("核验通过")
    assert {"正在计算：名录摘要", "正在计算：签与抽中的对象"} <= set(page.evaluate("seen"))
    expect(page.locator("#progress")).to_be_hidden()


def test_the_page_needs_no_script_to_say_how_else_to_verify(client: FlaskClient, host: Host) -> None:
    place = bureau.found(host.work)
    waiting = bureau.committed(host.work, place)
    assert client.get(f"/draws/{waiting}/verify").status_code == 404
    bureau.throw(host.work, waiting, bureau.DICE, bureau.SECOND_DICE)
    bureau.run(host.work, waiting)
    shown = client.get(f"/draws/{waiting}/verify")
    assert shown.status_code == 200
    assert "<noscript>" in shown.text
    program = client.get(f"/draws/{PROGRAM}")
    assert program.headers["Content-Disposition"] == f'attachment; filename="{PROGRAM}"'
    assert sha256(program.data).hexdigest() in shown.text
    for script in SCRIPTS:
        assert client.get(f"/static/{script}").content_type.startswith("text/javascript")


def _states(page: Page) -> set[str]:
    states = page.eval_on_selector_all("[data-step]", "steps => steps.map(step => step.dataset.state)")
    assert len(states) == 12
    return set(states)


def _accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()

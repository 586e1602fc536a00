"""A visit as two inspectors make it with their phones: no network at the place, nothing lost and nothing doubled."""

import io
import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from inspection.visits import find as visits
from inspection.visits import replace
from inspection.visits.fieldwork import find, presence
from registry.kernel.access import Actor
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.host import Host
from tests.browser.sessions import be, fits, kept
from tests.inspection import bureau
from tests.inspection.bureau import OFFICE
from tests.people import Person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PHONE: ViewportSize = {"width": 390, "height": 844}


class _Running(SetClock):
    """Begins at a moment and goes on as the phones' clocks do: what counts is which of two said something later."""

    def __init__(self, begin: datetime) -> None:
        super().__init__(begin)
        self._since = time.monotonic()

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=time.monotonic() - self._since)


@pytest.fixture
def clock() -> SetClock:
    return _Running(datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI))


@pytest.fixture
def visit(host: Host) -> visits.VisitPage:
    bureau.drawn(host.work, bureau.found(host.work))
    with host.work.read(OFFICE) as session:
        return visits.worklist(session, limit=1)[0][0]


@pytest.fixture
def team(host: Host, visit: visits.VisitPage, sign_in: Callable[..., Person]) -> tuple[Person, Person]:
    first, second = sign_in("inspector"), sign_in("inspector", username="inspector2")
    bureau.link(host.work, visit.inspectors[0], first.username)
    bureau.link(host.work, visit.inspectors[1], second.username)
    return first, second


@pytest.fixture
def other_phone(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    context = browser.new_context(**browser_context_args)
    yield context.new_page()
    context.close()


def _photo(path: Path, *, padding: int = 0) -> Path:
    """A photo that every browser opens; its comments may make it as large as a raw one."""
    written = io.BytesIO()
    Image.effect_noise((1200, 900), 60).save(written, "JPEG")
    comment = b"\xff\xfe\xff\xff" + os.urandom(65533).replace(b"\xff", b"\x00")
    path.write_bytes(b"\xff\xd8" + comment * (padding // 65537) + written.getvalue()[2:])
    return path


def _answer(page: Page, item: str, title: str, note: str = "") -> None:
    box = page.get_by_role("group", name=item)
    box.get_by_text(title, exact=True).click()
    if note:
        box.get_by_role("textbox").fill(note)
        box.get_by_role("textbox").blur()
    kept(page)


def _sign(page: Page, pad: Locator) -> None:
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    for n in range(1, 9):
        page.mouse.move(box["x"] + 40 + 25 * n, box["y"] + (120 if n % 2 else 50))
    page.mouse.up()


def _look(
    page: Page, take: Callable[[Page, str], Path], name: str, *schemes: Literal["light", "dark"]
) -> None:
    """At a phone's width, by day or by night: nothing sticks out, and axe finds nothing."""
    fits(page)
    for scheme in schemes or ("light",):
        page.emulate_media(color_scheme=scheme)
        take(page, f"{name}-{scheme}")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    page.emulate_media(color_scheme="light")


def test_a_visit_is_made_without_a_network_and_comes_in_whole_and_once(
    page: Page,
    live_server: str,
    host: Host,
    visit: visits.VisitPage,
    team: tuple[Person, Person],
    screenshot: Callable[[Page, str], Path],
    tmp_path: Path,
) -> None:
    be(page, live_server, team[0], PHONE)
    page.goto(f"{live_server}/staff/visits/mine")
    expect(page.locator("#field-state")).to_contain_text("没有网络也能打开")
    _look(page, screenshot, "field-mine")
    page.get_by_role("listitem").filter(has_text=visit.subject_name).get_by_role(
        "link", name="现场检查"
    ).click()
    expect(page.get_by_role("heading", name=visit.subject_name)).to_be_visible()
    page.get_by_label("检查码或现场码").fill(presence.typed(host.keys, visit.public_id))
    page.get_by_role("button", name="签到").click()
    expect(page.locator("#check-ins")).to_contain_text("已核对通知书上的检查码")
    _answer(page, "许可证正、副本", "符合")
    expect(page.locator("#waiting")).to_have_text("已全部同步")

    page.context.set_offline(True)
    _answer(page, "收费项目、标准和监督电话", "不符合", "没有公示收费标准")
    expect(page.locator("#network")).to_have_text("离线")
    page.get_by_label("检查经过").fill("负责人在场，查阅 2026 年案卷 6 份")
    page.get_by_label("说明 （选填）", exact=True).fill("公示栏")
    page.locator("#file").set_input_files(
        [_photo(tmp_path / "wall.jpg"), _photo(tmp_path / "raw.jpg", padding=40 * 1024 * 1024)]
    )
    expect(page.locator("#files li")).to_have_count(2)
    (tmp_path / "program.jpg").write_bytes(b"MZ this is a program")
    page.locator("#file").set_input_files(tmp_path / "program.jpg")
    expect(page.locator("#file-faults")).to_contain_text("不是能打开的照片")
    page.get_by_label("陈述申辩的内容").fill("三日内改正")
    page.get_by_label("陈述申辩的内容").blur()
    page.get_by_label("未按规定公示应当公示的信息").check()
    page.get_by_label("处理", exact=True).select_option("rectify")
    page.get_by_label("检查日期").fill("2026-11-20")
    page.get_by_role("button", name="保存检查结果").click()
    expect(page.locator("#finding-now")).to_contain_text("待同步")

    # The phone went dark in the pocket: the page is opened anew, without a network.
    kept(page)
    page.reload()
    expect(page.get_by_role("heading", name=visit.subject_name)).to_be_visible()
    expect(page.get_by_label("检查经过")).to_have_value("负责人在场，查阅 2026 年案卷 6 份")
    expect(page.locator("#items-count")).to_have_text("2 / 6 项已答")
    for n, who in enumerate((*visit.inspectors, "subject")):
        role = who if who == "subject" else f"inspector:{who}"
        box = page.locator(f'[data-role="{role}"]')
        _sign(page, box.locator("canvas"))
        if role == "subject":
            box.get_by_label("签名人姓名").fill("王主任")
        box.get_by_role("button", name="保存签名").click()
        expect(page.locator(".field-signature")).to_have_count(n + 1)
    _look(page, screenshot, "field-offline", "light", "dark")
    expect(page.locator("#waiting")).to_have_text("9 项待同步")
    with host.work.read(OFFICE) as session:
        assert find.of(session, visit.public_id).position == 2

    page.context.set_offline(False)
    expect(page.locator("#waiting")).to_have_text("已全部同步", timeout=20_000)
    page.get_by_role("button", name="立即同步").click()
    expect(page.locator("#network")).to_have_text("在线")
    expect(page.get_by_text("签名后内容有改动")).to_have_count(0)
    _look(page, screenshot, "field-synced")
    with host.work.read(OFFICE) as session:
        found, recorded = find.of(session, visit.public_id), visits.visit(session, visit.public_id)
    assert found.position == 11, "each once"
    assert {one.item: one.value for one in found.answers if one.noted} == {"LF-01": "yes", "LF-04": "no"}
    assert [(one.media, one.size < 1_000_000) for one in found.attachments] == [("image/jpeg", True)] * 2
    assert [(one.role_title[:4], one.stands) for one in found.signatures] == [
        ("检查人员", True),
        ("检查人员", True),
        ("检查对象", True),
    ]
    assert (recorded.state, recorded.codes, recorded.recorded_by) == ("recorded", ["B"], team[0].id)


def test_two_phones_on_one_visit_and_one_that_is_reassigned_while_it_is_away(
    page: Page,
    other_phone: Page,
    live_server: str,
    host: Host,
    visit: visits.VisitPage,
    team: tuple[Person, Person],
    screenshot: Callable[[Page, str], Path],
) -> None:
    for phone, person in zip((page, other_phone), team, strict=True):
        be(phone, live_server, person, PHONE)
        phone.goto(f"{live_server}/staff/visits/{visit.public_id}/field")
        expect(phone.get_by_role("heading", name=visit.subject_name)).to_be_visible()
        expect(phone.locator("#waiting")).to_have_text("已全部同步")
        phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
        phone.context.set_offline(True)
    _answer(page, "许可证正、副本", "符合")
    _answer(other_phone, "统一接受委托", "不符合", "两份没有书面合同")
    _answer(other_phone, "许可证正、副本", "不符合", "副本未在场")
    for phone in (page, other_phone):
        phone.context.set_offline(False)
        phone.get_by_role("button", name="立即同步").click()
        expect(phone.locator("#waiting")).to_have_text("已全部同步", timeout=20_000)
    with host.work.read(OFFICE) as session:
        answers = {one.item: one for one in find.of(session, visit.public_id).answers if one.noted}
    assert {item: one.value for item, one in answers.items()} == {"LF-01": "no", "LF-02": "no"}
    assert len(answers["LF-01"].earlier) == 1, "both words are on record"
    page.get_by_role("button", name="立即同步").click()
    expect(page.get_by_role("group", name="许可证正、副本")).to_contain_text("测试inspector2")

    other_phone.context.set_offline(True)
    _answer(other_phone, "公示的信息与实际一致", "不符合", "网站仍列已离所的律师")
    with host.work.write(OFFICE) as session:
        asked = replace.ask(
            session, OFFICE, visit=visit.public_id, seat=1, ground="unavailable", reason="病假"
        )
    leader = Actor.command("leader")
    with host.work.write(leader) as session:
        replace.decide(session, leader, substitution=asked.public_id, granted=True)
    other_phone.context.set_offline(False)
    other_phone.get_by_role("button", name="立即同步").click()
    expect(other_phone.locator("#kept")).to_contain_text("网站仍列已离所的律师")
    expect(other_phone.locator("#kept")).to_contain_text("已改由他人进行")
    _look(other_phone, screenshot, "field-reassigned")
    with host.work.read(OFFICE) as session:
        found = find.of(session, visit.public_id)
    assert [one.content["note"] for one in found.aside] == ["网站仍列已离所的律师"]
    assert "LF-05" not in {one.item for one in found.answers if one.noted}


def test_a_session_that_ended_at_the_place_keeps_what_was_noted_until_the_next(
    page: Page, live_server: str, host: Host, visit: visits.VisitPage, team: tuple[Person, Person]
) -> None:
    be(page, live_server, team[0], PHONE)
    address = f"{live_server}/staff/visits/{visit.public_id}/field"
    page.goto(address)
    expect(page.locator("#waiting")).to_have_text("已全部同步")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    _answer(page, "许可证正、副本", "符合")
    expect(page.locator("#notices")).to_contain_text("重新登录")
    expect(page.locator("#waiting")).to_have_text("1 项待同步")
    page.context.add_cookies(cookies)  # type: ignore[arg-type]  # they come as they go
    page.get_by_role("button", name="立即同步").click()
    expect(page.locator("#waiting")).to_have_text("已全部同步")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="退出并清除本机内容").click()
    expect(page).to_have_url(f"{live_server}/staff/login")
    assert page.evaluate("indexedDB.databases().then((found) => found.length)") == 0
    with host.work.read(OFFICE) as session:
        assert find.of(session, visit.public_id).position == 1

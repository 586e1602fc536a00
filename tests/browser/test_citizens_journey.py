"""A citizen at a phone: from the home page to a credit report in hand, checked by its seal and against the page of its code."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from registry.kernel.host import Host
from registry.kernel.settings import Settings
from seed import seal
from tests import papers
from tests.publicity import office

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def subjects(host: Host, settings: Settings) -> office.Subjects:
    assert settings.seal
    with host.work.read() as session:
        seal.make(settings.seal, office=settings.bureau, today=session.today)
    subjects = office.enrol(host.work)
    office.publicise(host, office.penalty(host.work, subjects))
    return subjects


def test_from_the_home_page_to_a_verified_report_in_seven_steps(
    browser: Browser,
    live_server: str,
    subjects: office.Subjects,
    settings: Settings,
    tmp_path: Path,
    screenshot: Callable[[Page, str], Path],
) -> None:
    context = browser.new_context(viewport=PHONE, locale="zh-CN", has_touch=True, is_mobile=True)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(live_server)
    # 1 type, 2 choose what is offered
    page.get_by_role("combobox", name=re.compile("姓名、机构名称")).fill("章程")
    page.get_by_role("option", name=re.compile("章程")).tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("章程")
    screenshot(page, "journey-1-person")
    # 3 take the report
    with page.expect_download() as taken:
        page.get_by_role("link", name="下载信用报告（PDF）").tap()
    report = tmp_path / "report.pdf"
    taken.value.save_as(report)
    # 4 go and check it, 5 choose the file, 6 look
    page.get_by_role("link", name="核验收到的文件").first.tap()
    page.get_by_label("要核验的文件").set_input_files(report)
    page.get_by_role("button", name="核验", exact=True).tap()
    expect(page.get_by_text("印章有效，文件未被改动")).to_be_visible()
    expect(page.get_by_text(f"印章：{settings.bureau}")).to_be_visible()
    screenshot(page, "journey-2-verified")
    # 7 what its code leads to says the same
    page.goto(f"{live_server}/practitioners/{subjects.lawyer.public_id}")
    expect(page.get_by_text(office.LAWYER_NUMBER).first).to_be_visible()
    assert office.LAWYER_NUMBER in "".join(papers.pages(report.read_bytes()))
    context.close()


def test_a_changed_report_and_another_file_are_told_apart(
    page: Page, live_server: str, subjects: office.Subjects, tmp_path: Path
) -> None:
    with page.expect_download() as taken:
        page.goto(f"{live_server}/practitioners/{subjects.lawyer.public_id}")
        page.get_by_role("link", name="下载信用报告（PDF）").click()
    sealed = taken.value.path().read_bytes()
    altered = tmp_path / "altered.pdf"
    altered.write_bytes(sealed + b"\n% one more line\n")
    for file, told in ((altered, "盖章之后文件被改动过"), (Path(__file__), "请选择下载或者收到的 PDF 文件")):
        page.goto(f"{live_server}/check-paper")
        page.get_by_label("要核验的文件").set_input_files(file)
        page.get_by_role("button", name="核验", exact=True).click()
        expect(page.get_by_text(told).first).to_be_visible()


def test_by_keyboard_alone_from_the_skip_link_to_the_report(
    page: Page, live_server: str, subjects: office.Subjects
) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{live_server}/notices")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到正文")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.goto(f"{live_server}/practitioners/{subjects.lawyer.public_id}")
    wanted = page.get_by_role("link", name="下载信用报告（PDF）")
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("link => link === document.activeElement"):
            break
        assert page.evaluate(_COVERED) is None, "what has the focus is hidden"
    expect(wanted).to_be_focused()
    with page.expect_download() as taken:
        page.keyboard.press("Enter")
    assert taken.value.suggested_filename.endswith(".pdf")


def test_groups_of_the_menu_fold_by_keyboard_and_hide_nothing(
    page: Page, live_server: str, subjects: office.Subjects
) -> None:
    page.goto(f"{live_server}/notices")
    group = page.get_by_role("navigation", name="主导航").locator("summary", has_text="双随机")
    entry = page.get_by_role("navigation", name="主导航").get_by_role("link", name="双随机抽取")
    group.focus()
    page.keyboard.press("Enter")
    expect(entry).to_be_visible()
    page.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    expect(group).to_be_focused()
    page.keyboard.press("Enter")
    entry.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("双随机抽取公开")


_COVERED = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  if (one === document.body || !box.width || !box.height) return null;
  const x = Math.min(Math.max(box.x + box.width / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(box.y + box.height / 2, 0), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  return top && (top === one || one.contains(top) || top.contains(one)) ? null : one.outerHTML.slice(0, 120);
}"""
"""What has the focus and lies behind something else (WCAG 2.2, 2.4.11)."""

"""Whose browser it is."""

from playwright.sync_api import Page, ViewportSize, expect

from tests.people import Person


def be(page: Page, server: str, person: Person, size: ViewportSize) -> None:
    """From here on the browser is `person`'s; signing in by hand has a test of its own."""
    cookie = person.client.get_cookie("legalcredit")
    assert cookie is not None
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "legalcredit", "value": cookie.value, "url": server}])
    page.set_viewport_size(size)


def fits(page: Page) -> None:
    """Nothing sticks out sideways. Asked of a page that has come whole: a click returns while the next one is on its way."""
    page.wait_for_load_state()
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= seen, f"{page.url} scrolls sideways at {seen} px"


def kept(page: Page) -> None:
    """What was just noted on the page of a visit lies on the phone's disk."""
    expect(page.locator("#waiting")).not_to_have_text("正在保存")

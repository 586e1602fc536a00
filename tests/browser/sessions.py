"""Whose browser it is."""

from playwright.sync_api import Page, ViewportSize

from tests.people import Person


def be(page: Page, server: str, person: Person, size: ViewportSize) -> None:
    """From here on the browser is `person`'s; signing in by hand has a test of its own."""
    cookie = person.client.get_cookie("legalcredit")
    assert cookie is not None
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "legalcredit", "value": cookie.value, "url": server}])
    page.set_viewport_size(size)

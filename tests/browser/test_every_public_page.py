"""Every page that anybody can open, in a real browser: sound for those who cannot see it, or see, reach or read it badly."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from registry.kernel.host import Host
from tests.people import Person
from tests.publicity import everything, routes, spoken

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WIDTHS = (390, 1280)
LOOKS = ("normal.light", "normal.dark", "large.light", "large.dark", "normal.light.en")
RULES = {"rules": {"target-size": {"enabled": True}}}
"""WCAG 2.2 2.5.8, which axe leaves out unless it is asked for."""


OURS = {"exclude": [["#api-docs"]]}
"""The description of the interfaces is drawn by Swagger UI, which has its own ways; the same stands in a JSON document."""


@pytest.fixture
def pages(app: Flask, client: FlaskClient, host: Host, sign_in: Callable[..., Person]) -> list[str]:
    """An address of every public page: of each template, and of each draw, which looks otherwise the further it is."""
    found: dict[tuple[str, str], str] = {}
    shown = everything.published(host, sign_in("auditor"))
    for path in routes.public_paths(app, shown):
        with spoken.rendered(app) as seen:
            answer = client.get(path)
        if answer.mimetype == "text/html" and len(seen) == 1:
            state = path if path.removeprefix("/draws/") in shown["draws"] else ""
            found.setdefault((seen.pop(), state), path)
    return list(found.values())


def test_every_public_page_is_sound(browser: Browser, live_server: str, pages: list[str]) -> None:
    """Held in the hand, in the dark, with large type, where most goes wrong; the other looks are tried by the slow test."""
    assert len(pages) > 40
    _assert_sound(browser, live_server, pages, [(390, "large.dark")])


@pytest.mark.slow
def test_every_public_page_is_sound_in_every_look(
    browser: Browser, live_server: str, pages: list[str]
) -> None:
    _assert_sound(browser, live_server, pages, list(product(WIDTHS, LOOKS)))


def _assert_sound(browser: Browser, server: str, paths: list[str], looks: list[tuple[int, str]]) -> None:
    faults: dict[str, list[str]] = {}
    for width, look in looks:
        context = browser.new_context(viewport={"width": width, "height": 844}, locale="zh-CN")
        context.add_cookies([{"name": "legalcredit-look", "value": look, "url": server}])
        page = context.new_page()
        for path in paths:
            page.goto(server + path)
            for fault in _faults(page):
                faults.setdefault(fault, []).append(f"{path} ({width}, {look})")
        context.close()
    assert not faults, "\n".join(f"{fault}: {', '.join(where)}" for fault, where in faults.items())


def _faults(page: Page) -> Iterator[str]:
    violations: list[dict[str, Any]] = Axe().run(page, context=OURS, options=RULES).response["violations"]
    for one in violations:
        yield f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}"
    told = page.evaluate(
        """() => ({
          wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
          headings: document.querySelectorAll("h1:not(#api-docs h1)").length,
          scrolled: [...document.querySelectorAll("main *")].filter((one) => one.scrollWidth > one.clientWidth + 1
            && ["auto", "scroll"].includes(getComputedStyle(one).overflowX)
            && !(one.tabIndex >= 0 && (one.ariaLabel || one.getAttribute("aria-labelledby") || one.matches("pre, textarea, input, select"))))
            .map((one) => one.outerHTML.slice(0, 80)),
          small: [...document.querySelectorAll("main svg text")].filter((one) =>
            parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a < 10).map((one) => one.textContent),
        })"""
    )
    if told["wide"]:
        yield "wider than the window"
    if told["headings"] != 1:
        yield f"{told['headings']} headings of the first level"
    if told["small"]:
        yield f"letters below ten pixels in a chart: {told['small'][:3]}"
    for one in told["scrolled"]:
        yield f"scrolls sideways, and no key reaches it: {one}"

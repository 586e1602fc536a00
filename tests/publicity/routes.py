"""Every public address of the service, from its own map of routes: a new one is tried without being named here."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from flask import Flask

from registry.kernel.access import PUBLIC, declared
from tests.publicity import office

Ids = dict[str, list[str]]
"""Public ids by the name that the routes give them: notices, practitioners, organisations."""

_WITHOUT_PEOPLE = {"site.asset"}
_VALUES: dict[str, list[Any]] = {
    "form": ["csv", "xlsx"], "path": ["0/000.p/4", "entries/000.p/4"], "token": ["a" * 32],
    "code": ["law-firm-management", "CF-01", "ZN-01", "没有"], "number": ["2026-1", "2026-SSJ"], "year": ["2025", "2026"],
    "listing": ["powers", "guides"], "edition": [1], "colour": ["red", "black"], "kind": ["notices", "organisations"], "part": [0],
}  # fmt: skip
"""What the other arguments of routes may be."""


def public_paths(app: Flask, published: Ids) -> Iterator[str]:
    """Every public address of the service, with every id that exists where it takes one."""
    addresses = app.url_map.bind("")
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or declared(app, rule.endpoint, "GET") != PUBLIC:
            continue
        if rule.endpoint in _WITHOUT_PEOPLE:
            continue
        values: dict[str, list[Any]] = {
            **_VALUES,
            "public_id": published.get(rule.rule.split("/")[1], ["a" * 16]),
            "token": published.get("token", _VALUES["token"]),
        }
        assert rule.arguments <= set(values), f"{rule} is public and this test does not know its addresses"
        for chosen in product(*(values[name] for name in rule.arguments)):
            yield addresses.build(rule.endpoint, dict(zip(rule.arguments, chosen, strict=True)))
    for q in ("章程", "明理", "zhangcheng", office.LAWYER_NUMBER, office.FIRM_CODE, *office.PRIVATE):
        yield f"/search?q={q}"
        yield f"/search.json?q={q}"
        yield f"/search/suggest.json?q={q}"
        yield f"/search.csv?q={q}"
        yield f"/search.atom?q={q}"
    for kind in ("permit", "penalty", "finding"):
        yield f"/notices?kind={kind}"
        yield f"/notices.json?kind={kind}"


def forms(app: Flask, published: Ids) -> Iterator[str]:
    """Every public address that takes a form, with one of the ids that exist where it takes one."""
    addresses = app.url_map.bind("")
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or declared(app, rule.endpoint, "POST") != PUBLIC:
            continue
        known: dict[str, list[Any]] = {
            **_VALUES,
            "public_id": published.get(rule.rule.split("/")[1], ["a" * 16]),
        }
        values = {name: known[name][0] for name in rule.arguments}
        yield addresses.build(rule.endpoint, values, method="POST")

"""Every public address of the service, from its own map of routes: a new one is tried without being named here."""

from collections.abc import Iterator

from flask import Flask

from registry.kernel.access import PUBLIC, declared
from tests.publicity import office

Ids = dict[str, list[str]]
"""Public ids by the name that the routes give them: notices, practitioners, organisations."""

_WITHOUT_PEOPLE = {"site.asset"}


def public_paths(app: Flask, published: Ids) -> Iterator[str]:
    """Every public address of the service, with every id that exists where it takes one."""
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or declared(app, rule.endpoint, "GET") != PUBLIC:
            continue
        if not rule.arguments:
            yield rule.rule
        elif rule.arguments == {"public_id"}:
            kind = rule.rule.split("/")[1]
            for public_id in published.get(kind, ["a" * 16]):
                yield rule.rule.replace("<string(length=16):public_id>", public_id).replace(
                    "<public_id>", public_id
                )
        elif rule.endpoint == "log.tile":
            yield from ("/log/tile/0/000.p/4", "/log/tile/entries/000.p/4")
        elif rule.endpoint == "visit_check.check":
            yield f"/visits/check/{'a' * 32}"
        else:
            assert rule.endpoint in _WITHOUT_PEOPLE, (
                f"{rule} is public and this test does not know its addresses"
            )
    for q in ("章程", "明理", "zhangcheng", office.LAWYER_NUMBER, office.FIRM_CODE, *office.PRIVATE):
        yield f"/search?q={q}"
        yield f"/search.json?q={q}"
    for kind in ("permit", "penalty", "finding"):
        yield f"/notices?kind={kind}"
        yield f"/notices.json?kind={kind}"

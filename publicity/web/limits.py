"""How often one address may ask for what costs work or holds secrets. Counted by process, as in registry.web.limits."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

if TYPE_CHECKING:
    from flask.typing import RouteCallable


def limit(app: Flask, name: str, rate: str, endpoints: Iterable[str]) -> None:
    """One allowance of `rate`, such as `10/hour;30/day`, for all of the endpoints together."""
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://", key_prefix=name)
    shared = limiter.shared_limit(rate, scope=name)
    for endpoint in endpoints:
        app.view_functions[endpoint] = cast("RouteCallable", shared(app.view_functions[endpoint]))

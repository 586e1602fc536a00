"""The coarse net: how much one caller may ask of one process. What protects an account or a case is in the database."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from registry.kernel.access import current_actor
from registry.kernel.host import Host
from registry.web import sign_in
from registry.web.api.ground import Concern

if TYPE_CHECKING:
    from flask.typing import RouteCallable


def install(host: Host, app: Flask) -> None:
    """Keeps a flood of sign-ins from the database and the hasher, and a client in a loop from everybody else."""
    # Without headers: counting down a lock-out's Retry-After would tell a second too few.
    doors = Limiter(get_remote_address, app=app, storage_uri="memory://")
    programs = Limiter(get_remote_address, app=app, storage_uri="memory://", headers_enabled=True)
    entrances = doors.limit("60/minute")
    interfaces = programs.shared_limit(f"{host.settings.api_rate}/minute", scope="api", key_func=_caller)
    for endpoint in sign_in.ENTRANCES:
        app.view_functions[endpoint] = cast("RouteCallable", entrances(app.view_functions[endpoint]))
    for endpoint in _interfaces(app):
        app.view_functions[endpoint] = cast("RouteCallable", interfaces(app.view_functions[endpoint]))


def _interfaces(app: Flask) -> Iterable[str]:
    concerns = {name for name, blueprint in app.blueprints.items() if isinstance(blueprint, Concern)}
    return [endpoint for endpoint in app.view_functions if endpoint.partition(".")[0] in concerns]


def _caller() -> str:
    actor = current_actor()
    return actor.id if actor.kind != "anonymous" else get_remote_address()

"""What the registry puts around its views."""

from flask import Flask

from registry.kernel.host import Host
from registry.web import language, limits


def install(host: Host, app: Flask) -> None:
    language.install(host, app)
    limits.install(host, app)

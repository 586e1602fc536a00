"""What publicity puts around its views."""

from flask import Flask

from publicity.web import batch, error_reports, intake_hint, letters
from registry.kernel.host import Host


def install(host: Host, app: Flask) -> None:
    intake_hint.install(host, app)
    error_reports.install(host, app)
    batch.install(host, app)
    letters.install(host, app)

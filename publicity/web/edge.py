"""What publicity puts around its views."""

from flask import Flask

from publicity.web import alerts, batch, error_reports, intake_hint, letters, paper_check, requests
from registry.kernel.host import Host


def install(host: Host, app: Flask) -> None:
    intake_hint.install(host, app)
    error_reports.install(host, app)
    alerts.install(host, app)
    batch.install(host, app)
    paper_check.install(host, app)
    letters.install(host, app)
    requests.install(host, app)

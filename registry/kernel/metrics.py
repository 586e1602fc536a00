"""Prometheus metrics. Labels are route rules and codes, so their number is bounded and nobody is named in them."""

import os

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)

REQUESTS = Counter("legalcredit_requests_total", "HTTP requests", ["method", "route", "status"])
LATENCY = Histogram("legalcredit_request_seconds", "Time to answer an HTTP request", ["route"])
JOB_RUNS = Counter("legalcredit_job_runs_total", "Runs of jobs", ["job", "outcome"])


def exposition() -> tuple[bytes, str]:
    """The metrics of all worker processes and their content type."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST

"""The figures and words of alarms.toml. Pure."""

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

_FILE = tomllib.loads(Path(__file__).with_name("alarms.toml").read_text("utf-8"))

QUEUE = timedelta(minutes=_FILE["queue_minutes"])
SILENT: int = _FILE["silent_attempts"]
RECONCILE = timedelta(hours=_FILE["reconcile_hours"])
MAIL = timedelta(minutes=_FILE["mail_minutes"])
CERTIFICATE = timedelta(days=_FILE["certificate_days"])
ANSWER: float = _FILE["answer"]
LEASE = timedelta(seconds=_FILE["lease"])
MOST_ATTEMPTS: int = _FILE["most_attempts"]
KEEP = timedelta(days=_FILE["keep_days"])
TITLES: Mapping[str, str] = _FILE["titles"]


def pause_after(attempts: int) -> timedelta:
    """How long a call waits after so many attempts."""
    return timedelta(seconds=min(_FILE["first_pause"] * 2 ** min(attempts - 1, 20), _FILE["longest_pause"]))

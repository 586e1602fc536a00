"""The figures of alerts.toml, and when the next mail is due. Pure."""

import tomllib
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path

from registry.kernel.clock import SHANGHAI

_FILE = tomllib.loads(Path(__file__).with_name("alerts.toml").read_text("utf-8"))

CONFIRM = timedelta(hours=_FILE["confirm_hours"])
CONFIRM_HOURS: int = _FILE["confirm_hours"]
OPEN_REQUESTS: int = _FILE["open_requests"]
TOPICS: int = _FILE["topics"]
RATE: str = _FILE["rate"]
LINES: int = _FILE["lines"]
ENTRIES: int = _FILE["entries"]
FREQUENCIES: Mapping[str, str] = _FILE["frequencies"]
_DAYS = {"daily": 1, "weekly": 7}


def due_after(frequency: str, moment: datetime) -> datetime:
    """When an alert that was looked at at `moment` is due again: at once, or at the next hour of its days."""
    if frequency not in _DAYS:
        return moment
    local = moment.astimezone(SHANGHAI)
    due = datetime.combine(local.date(), time(_FILE["hour"]), SHANGHAI)
    while due <= local or (frequency == "weekly" and due.weekday() != _FILE["weekday"]):
        due += timedelta(days=1)
    return due

"""Time as an argument: stored in UTC, shown and counted in Asia/Shanghai."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SetClock:
    """A clock that stands until it is moved: the demo city replays two years with it, tests cross deadlines."""

    def __init__(self, moment: datetime) -> None:
        self.set(moment)

    def now(self) -> datetime:
        return self._moment

    def set(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError("a clock is set to an aware moment")
        self._moment = moment.astimezone(UTC)

    def advance(self, delta: timedelta) -> None:
        self._moment += delta


def local_day(moment: datetime) -> date:
    """The calendar day on which `moment` falls for the office; legal terms are counted in these days."""
    return moment.astimezone(SHANGHAI).date()


def local_text(moment: datetime) -> str:
    """`2026-11-22 10:30`, office time."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def instant_text(moment: datetime) -> str:
    """RFC 3339 in UTC with whole seconds, the only form of time inside hashed documents."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

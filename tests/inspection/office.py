"""An office with one task to draw for, as new for each play against it."""

import shutil
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from publicity.app import PARTS
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.host import Host
from registry.kernel.settings import Settings
from registry.kernel.store import make_engine
from registry.kernel.work import Work
from registry.migrations import upgrade
from registry.roster.enrol import Organisation
from tests.inspection import bureau


class Office:
    """One bureau with one task, as new for each play: 8 firms, 6 inspectors, 40 % to be drawn."""

    def __init__(self, home: Path) -> None:
        self.database, self.new = home / "legalcredit.db", home / "new.db"
        self.settings = Settings.load(
            {"LEGALCREDIT_HOME": str(home), "DATABASE_URL": f"sqlite:///{self.database}"}
        )
        engine = make_engine(self.settings.database_url)
        upgrade(engine)
        engine.dispose()
        self._open()
        strata = [{"id": name, "rate_bp": 4000, "min": 1, "max": None} for name in "ABCD"]
        team = {"size": 2, "lead_required": False, "cross_district": False, "max_load": None}
        deadline = date(2027, 6, 1)
        self.bureau = bureau.found(
            self.host.work,
            firms=8,
            inspectors=6,
            strata=strata,
            team=team,
            deadline=deadline,
            yearly_cap=None,
        )
        self.close()
        shutil.copy(self.database, self.new)

    def again(self) -> tuple[Work, SetClock, Sequence[Organisation], str]:
        shutil.copy(self.new, self.database)
        self._open()
        return self.host.work, self.clock, self.bureau.firms, self.bureau.task

    def close(self) -> None:
        """The last connection of a database in WAL takes its side files with it."""
        self.host.engine.dispose()

    def _open(self) -> None:
        self.clock = SetClock(datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI))
        self.host = Host(self.settings, PARTS, clock=self.clock)

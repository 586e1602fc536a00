"""Composes any list of parts into one application. The kernel knows parts, never which."""

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app
from sqlalchemy import Engine, inspect, select
from sqlalchemy.exc import OperationalError
from werkzeug.middleware.proxy_fix import ProxyFix

from registry.kernel import edge, logs
from registry.kernel.access import Permission, undeclared
from registry.kernel.clock import Clock, SystemClock
from registry.kernel.part import Import, Job, Part, Worklist
from registry.kernel.secrets import KeyMissing, Keyring
from registry.kernel.settings import Settings
from registry.kernel.store import make_engine
from registry.kernel.tables import Workday
from registry.kernel.work import Chance, Work

if TYPE_CHECKING:
    from registry.kernel.sealing import Sealer


class AccessUndeclared(Exception):
    """A view declares neither a permission nor that it is public; the service does not start with it."""


class Host:
    """One installation with its parts. The database is opened when first asked for, so that pure commands need none.

    `package` names the package that composed the parts, for those who start processes of them: `python -m PACKAGE` is
    the command line, `PACKAGE.app:create_app` makes the application.
    """

    def __init__(
        self,
        settings: Settings,
        parts: Sequence[Part],
        *,
        clock: Clock | None = None,
        chance: Chance | None = None,
        package: str | None = None,
    ) -> None:
        self.settings = settings
        self.parts = tuple(parts)
        self.clock = clock or SystemClock()
        self._chance = chance or os.urandom
        self.package = package

    @cached_property
    def engine(self) -> Engine:
        if self.settings.database_url.startswith("sqlite"):
            self.settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        return make_engine(self.settings.database_url)

    @cached_property
    def keys(self) -> Keyring:
        """The installation's keys, made with its database. Raises KeyMissing where a database in use has lost its own:
        fresh ones could read nothing of it, and would be taken for the old ones by whoever restores a backup."""
        folder = self.settings.home / "keys"
        # Looked for again after the database, which another first start may have set up meanwhile.
        if not folder.exists() and self._in_use(folder) and not folder.exists():
            raise KeyMissing(
                f"{folder}: 数据库已在使用，密钥不在这里，请恢复备份 · restore the keys of this database"
            )
        return Keyring.open(folder, origin=self.settings.origin)

    def _in_use(self, folder: Path) -> bool:
        # The calendar is the first thing that `db upgrade` writes, and nothing is written without keys.
        try:
            with self.engine.connect() as connection:
                made = inspect(connection).has_table(Workday.__tablename__)
                return made and connection.scalar(select(Workday.day).limit(1)) is not None
        except OperationalError as error:
            raise KeyMissing(
                f"{folder}: 没有密钥，数据库也连接不上 · no keys, and no database to tell whether it needs them"
            ) from error
        finally:
            # Asked once in an installation's life, by commands too that need the database for nothing else.
            self.engine.dispose()

    @cached_property
    def sealer(self) -> "Sealer | None":
        """The office's electronic seal, None if it has none. Raises SealUnusable."""
        # The library takes most of a second to import, and no command but the server needs it.
        from registry.kernel.sealing import Sealer  # noqa: PLC0415

        return Sealer.open(self.settings.seal) if self.settings.seal else None

    @cached_property
    def work(self) -> Work:
        return self.work_with(self.clock, self._chance)

    def work_with(self, clock: Clock, chance: Chance) -> Work:
        """Units of work on this installation under another clock and chance; the demo city is loaded so."""
        # The upper parts' steps first, the ground's last: what an upper step does is an act too, and the ground records it.
        closing = [step for part in reversed(self.parts) for step in part.closing]
        return Work(
            self.engine,
            clock=clock,
            keys=self.keys,
            chance=chance,
            closing=closing,
            home=self.settings.home,
        )

    @property
    def permissions(self) -> list[Permission]:
        return [permission for part in self.parts for permission in part.permissions]

    @property
    def scopes(self) -> dict[str, str]:
        """The scopes an API client may be given, each with what it allows."""
        return {scope: title for part in self.parts for scope, title in part.scopes.items()}

    @property
    def grants(self) -> dict[str, frozenset[str]]:
        """The permissions that a scope of an API client carries beside its own name."""
        return {scope: granted for part in self.parts for scope, granted in part.grants.items()}

    @property
    def acts(self) -> dict[str, str]:
        """The verbs of the audit book with what they are called on its page."""
        return {verb: title for part in self.parts for verb, title in part.acts.items()}

    @property
    def jobs(self) -> list[Job]:
        """Those of every part, and those that a part makes of the whole installation."""
        return [
            job
            for part in self.parts
            for job in (*part.jobs, *(part.jobs_with(self) if part.jobs_with else ()))
        ]

    @property
    def worklists(self) -> list[Worklist]:
        return [worklist for part in self.parts for worklist in part.worklists]

    @property
    def imports(self) -> dict[str, Import]:
        return {item.kind: item for part in self.parts for item in part.imports}


def build_app(
    settings: Settings,
    parts: Sequence[Part],
    *,
    clock: Clock | None = None,
    chance: Chance | None = None,
) -> Flask:
    """A Flask application of `parts`, ready to serve. Raises AccessUndeclared naming every view without access rule."""
    logs.configure(settings.log_level)
    host = Host(settings, parts, clock=clock, chance=chance)
    app = Flask("legalcredit", static_folder=None)
    app.config.update(
        SECRET_KEY=host.keys.secret("cookies"),
        SESSION_COOKIE_NAME="legalcredit",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        MAX_CONTENT_LENGTH=64 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
    )
    app.extensions["legalcredit"] = host
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, settings.proxies, settings.proxies, settings.proxies)  # type: ignore[method-assign]
    edge.install(app, host)
    missing = undeclared(app)
    if missing:
        raise AccessUndeclared("no access declared: " + ", ".join(missing))
    return app


def host() -> Host:
    """The installation behind the current application."""
    return cast(Host, current_app.extensions["legalcredit"])


def work() -> Work:
    """The units of work of the current application."""
    return host().work


def settings() -> Settings:
    return host().settings

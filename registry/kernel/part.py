"""What a package contributes to the service, as one plain record."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask import Blueprint, Flask, Request
from sqlalchemy import Table

from registry.kernel.access import Actor, Permission
from registry.kernel.work import Closing, Work, WorkSession

if TYPE_CHECKING:
    from registry.kernel.host import Host

Identify = Callable[[Request, WorkSession], Actor | None]


@dataclass(frozen=True)
class Job:
    """Work that runs by itself. `run` returns what it did as counts; `cron` is five fields in office time."""

    name: str
    title: str
    run: Callable[[Work], Mapping[str, int]]
    cron: str


@dataclass(frozen=True)
class Navigation:
    """An entry of a menu, by `order`; entries of one `group` stand together under its name. `values` complete the address."""

    title: str
    endpoint: str
    permission: str
    order: int = 100
    group: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Something that waits for a person. `title` says what and about whom; `endpoint` and `values` are the page to do it on.

    `due` is the last day of its term, None where no law sets one; `provisional` as in registry.kernel.workdays. Actors
    (public ids) in `barred` may not do it: four eyes, recusal. `owner` is whoever took it, None while it is anybody's.
    """

    title: str
    endpoint: str
    values: Mapping[str, str]
    since: date
    due: date | None = None
    provisional: bool = False
    owner: str | None = None
    barred: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Worklist:
    """Duties of one sort, which whoever holds `permission` may do. `open` gives up to `limit`, the earliest due first."""

    title: str
    permission: str
    open: Callable[[WorkSession, int], Sequence[Duty]]


@dataclass(frozen=True)
class Import:
    """One KIND of `legalcredit import`; `importer` is what registry.roster.intake runs."""

    kind: str
    title: str
    importer: object


@dataclass(frozen=True)
class Part:
    """`scopes` of API clients have titles; `grants` are the permissions that one carries beside its own name. The files in
    `static` are served beside the ground's own, under the same addresses. `jobs_with` makes jobs that need the installation
    with all its parts. `examinations` tell every contradiction between a part's own rows and the public book, as
    registry.ledger.verify.Discrepancy."""

    name: str
    blueprints: Sequence[Blueprint] = ()
    commands: Sequence[click.Command] = ()
    jobs: Sequence[Job] = ()
    jobs_with: "Callable[[Host], Sequence[Job]] | None" = None
    permissions: Sequence[Permission] = ()
    navigation: Sequence[Navigation] = ()
    public_navigation: Sequence[Navigation] = ()
    worklists: Sequence[Worklist] = ()
    tables: Sequence[Table] = ()
    triggers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    closing: Sequence[Closing] = ()
    examinations: Sequence[Callable[[WorkSession], Iterator[Any]]] = ()
    imports: Sequence[Import] = ()
    static: Path | None = None
    translations: Path | None = None
    scopes: Mapping[str, str] = field(default_factory=dict)
    grants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    acts: Mapping[str, str] = field(default_factory=dict)
    identify: Identify | None = None
    setup: "Callable[[Host, Flask], None] | None" = None

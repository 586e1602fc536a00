"""What a package contributes to the service, as one plain record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

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
    title: str
    endpoint: str
    permission: str
    order: int = 100


@dataclass(frozen=True)
class Import:
    """One KIND of `legalcredit import`; `importer` is what registry.roster.intake runs."""

    kind: str
    title: str
    importer: object


@dataclass(frozen=True)
class Part:
    name: str
    blueprints: Sequence[Blueprint] = ()
    commands: Sequence[click.Command] = ()
    jobs: Sequence[Job] = ()
    permissions: Sequence[Permission] = ()
    navigation: Sequence[Navigation] = ()
    tables: Sequence[Table] = ()
    triggers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    closing: Sequence[Closing] = ()
    imports: Sequence[Import] = ()
    scopes: Mapping[str, str] = field(default_factory=dict)
    acts: Mapping[str, str] = field(default_factory=dict)
    identify: Identify | None = None
    setup: "Callable[[Host, Flask], None] | None" = None

"""The office of the demo city: its staff, its clock, its predictable chance."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from registry.accounts.staff import add_staff
from registry.kernel.access import Actor
from registry.kernel.clock import SHANGHAI, SetClock
from registry.kernel.host import Host
from registry.kernel.work import Work
from seed.city import CITY, City

PASSWORD = "demo-city-2026"  # noqa: S105  published, for the demo city alone
STAFF = (
    ("clerk", "林知行", "律师工作处", ("clerk",)),
    ("clerk2", "苏晚晴", "公共法律服务处", ("clerk",)),
    ("head", "顾明远", "律师工作处", ("head",)),
    ("secrecy", "沈静言", "局公开办", ("secrecy",)),
    ("legal", "温如玉", "法制处", ("legal",)),
    ("leader", "陆承泽", "局领导", ("leader",)),
    ("draw", "方以诚", "执法监督处", ("draw",)),
    ("witness", "程安之", "市律师协会", ("witness",)),
    ("witness2", "叶思齐", "机关纪委", ("witness",)),
    ("inspector1", "", "", ("inspector",)),
    ("inspector2", "", "", ("inspector",)),
    ("inspector3", "", "", ("inspector",)),
    ("inspector4", "", "", ("inspector",)),
    ("auditor", "严正", "审计处", ("auditor",)),
    ("admin", "何立", "信息中心", ("admin",)),
)
SEED = Actor.command("seed")


@dataclass
class Office:
    """Who acts in which database at which moment; `actors` by user name."""

    city: City
    clock: SetClock
    work: Work
    actors: dict[str, Actor] = field(default_factory=dict)


def opened(host: Host, city: City, clock: SetClock) -> Office:
    """The office with all demo accounts."""
    office = Office(city, clock, host.work_with(clock, _chance(city.today)))
    with office.work.write(SEED) as session:
        for username, name, section, roles in STAFF:
            official = city.officials[int(username[-1]) - 1] if username.startswith("inspector") else None
            member = add_staff(
                session,
                SEED,
                username=username,
                name=official.name if official else name,
                section=official.unit if official else section,
                roles=roles,
                password=PASSWORD,
                demo=True,
            )
            office.actors[username] = member.actor(host.permissions)
    return office


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def _chance(today: date) -> Callable[[int], bytes]:
    """Bytes from SHA-256 in counter mode: predictable on purpose, for the demo city alone."""
    counter = 0

    def chance(size: int) -> bytes:
        nonlocal counter
        out = b""
        while len(out) < size:
            out += hashlib.sha256(f"{CITY}|{today.isoformat()}|{counter}".encode()).digest()
            counter += 1
        return out[:size]

    return chance

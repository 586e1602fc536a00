"""The demo city's rules of standing: a former version, the present one, and a proposal that waits for a leader."""

import re
from datetime import date, timedelta
from pathlib import Path

from registry.credit.standing import adopt, reading, trial, upkeep
from registry.kernel.clock import local_day
from seed.office import Office

_SHIPPED = Path(reading.__file__).parent / "rules"
_DAY = timedelta(days=1)


def turn(today: date) -> date:
    """The first day of the present rules: the first of a month some half a year ago."""
    return (today - timedelta(days=200)).replace(day=1)


def announced(today: date) -> date:
    """When the present rules were adopted."""
    return turn(today) - timedelta(days=30)


def former(office: Office) -> None:
    """The rules from the city's beginning to the day before the present ones."""
    last = turn(office.city.today) - _DAY
    first = local_day(office.clock.now()) + 2 * _DAY
    _adopted(office, _dated("sample-2024.yaml", f"from: {first}\nuntil: {last}"))


def present(office: Office) -> None:
    """The rules of today, and everybody's course computed with them."""
    _adopted(office, _dated("sample-2026.yaml", f"from: {turn(office.city.today)}"))


def waiting(office: Office) -> None:
    """A stricter proposal, with a what-if that the job computes in its first minute."""
    first = (office.city.today + timedelta(days=45)).replace(day=1)
    text = _dated("sample-2026.yaml", f"from: {first}")
    text = text.replace("2026 版", "征求意见稿").replace("points: -20, months: 12", "points: -50, months: 24")
    head = office.actors["head"]
    with office.work.write(head) as session:
        rules = adopt.propose(session, head, source=text.encode()).public_id
        trial.ask(session, head, rules=rules)


def _dated(name: str, days: str) -> str:
    """A shipped sample with other days."""
    text = (_SHIPPED / name).read_text("utf-8")
    return re.sub(r"^from: \S+(\nuntil: \S+)?", days, text, count=1, flags=re.MULTILINE)


def _adopted(office: Office, text: str) -> None:
    head, leader = office.actors["head"], office.actors["leader"]
    with office.work.write(head) as session:
        rules = adopt.propose(session, head, source=text.encode()).public_id
    with office.work.write(leader) as session:
        adopt.adopt(session, leader, rules=rules)
    upkeep.apply(office.work)

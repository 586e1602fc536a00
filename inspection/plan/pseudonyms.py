"""How natural persons stand in one frame: under a pseudonym made for it, with nothing beside it that tells who it is.

A pseudonym is a commitment: SHA-256 over the person's public id and 128 random bits. Whoever sees it cannot tell whose it
is, two of one person have nothing in common, and once the frame's digest is in the log nobody can say that it was made for
another. Whoever is drawn is opened by publishing both inputs, which anybody can hash. Pure but for the file of the rule.
"""

import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files

_NONCE_BYTES = 16


@dataclass(frozen=True)
class Pseudonym:
    """`subject` is the practitioner's public id of the day of the frame, `nonce` 32 hexadecimal digits."""

    subject: str
    nonce: str

    @property
    def unit(self) -> str:
        """The id in the frame: 64 hexadecimal digits."""
        return sha256(f"unit|{self.subject}|{self.nonce}".encode()).hexdigest()


@dataclass(frozen=True)
class Rule:
    """`smallest_group`: a stratum and district are shown together only of so many persons at least. One address may ask for
    places in frames so often a minute."""

    since: date
    smallest_group: int
    look_ups_per_minute: int


def made(subject: str, random: Callable[[int], bytes]) -> Pseudonym:
    """A new pseudonym; `random` gives so many random bytes."""
    return Pseudonym(subject, random(_NONCE_BYTES).hex())


def written(pseudonyms: Iterable[Pseudonym]) -> str:
    """As text to be sealed: the units follow from it."""
    return json.dumps([[one.subject, one.nonce] for one in pseudonyms], separators=(",", ":"))


def read(text: str) -> list[Pseudonym]:
    return [Pseudonym(subject, nonce) for subject, nonce in json.loads(text)]


def blurred(
    units: Sequence[Mapping[str, object]], *, first_stratum: str, smallest_group: int
) -> list[dict[str, object]]:
    """The units (specification section 2) without what would single a person out.

    Whoever is excluded is drawn from no stratum, so they all stand in the first one, without a district: the published
    ground is all that is told: a note may name draws, and with them the person. Of the others the stratum is told, which decides their chance. Their district is told where
    at least `smallest_group` share it within the stratum, and where those without one are as many or none.
    """
    drawn_from = [unit for unit in units if unit["status"] != "excluded"]
    shown = _shown(
        Counter((str(unit["stratum"]), unit["district"]) for unit in drawn_from),
        smallest_group=smallest_group,
    )
    told = []
    for unit in units:
        if unit["status"] == "excluded":
            told.append({**unit, "stratum": first_stratum, "district": None, "note": None})
        else:
            place = (str(unit["stratum"]), unit["district"])
            told.append({**unit, "district": unit["district"] if place in shown else None, "note": None})
    return told


def rule_on(day: date) -> Rule:
    """The rule in force on a day: the last one that has begun; the first one before any has."""
    begun = [rule for rule in _rules() if rule.since <= day]
    return begun[-1] if begun else _rules()[0]


def _shown(groups: Mapping[tuple[str, object], int], *, smallest_group: int) -> frozenset[tuple[str, object]]:
    """The groups (stratum, district) whose district is told. The smallest of them keep it back for the others where
    those left without one would be too few to hide among."""
    by_stratum: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for (stratum, district), size in groups.items():
        if district is not None:
            by_stratum[stratum].append((size, str(district)))
    shown = set()
    for stratum, districts in by_stratum.items():
        hidden = groups.get((stratum, None), 0)
        for size, district in sorted(districts):
            if size < smallest_group or 0 < hidden < smallest_group:
                hidden += size
            else:
                shown.add((stratum, district))
    return frozenset(shown)


@cache
def _rules() -> tuple[Rule, ...]:
    document = tomllib.loads((files("inspection.plan") / "persons.toml").read_text("utf-8"))
    return tuple(
        Rule(entry["from"], entry["smallest_group"], entry["look_ups_per_minute"])
        for entry in document["rule"]
    )

"""Which published facts about practitioners stand in lists, and which are told to those alone who ask for the person. Pure.

The switches are policy.toml beside this module, dated: 政务公开 leaves practitioners' adverse records to each city.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

MODES = frozenset({"listed", "asked"})


class PolicyInvalid(Exception):
    """The file names a mode that is none, or no rule holds on some day."""


@dataclass(frozen=True)
class Rule:
    """One rule, from its first day on. `asked` are the kinds of notice that no list shows of a practitioner."""

    first: date
    basis: str
    asked: frozenset[str]


def read(text: str) -> tuple[Rule, ...]:
    """The rules of a file, the earliest first. Raises PolicyInvalid."""
    rules = sorted((_rule(table) for table in tomllib.loads(text)["rule"]), key=lambda rule: rule.first)
    if not rules:
        raise PolicyInvalid("no rule")
    return tuple(rules)


def _rule(table: Mapping[str, Any]) -> Rule:
    modes: Mapping[str, str] = table.get("practitioner", {})
    if wrong := [kind for kind, mode in modes.items() if mode not in MODES]:
        raise PolicyInvalid(f"practitioner.{wrong[0]}: one of {sorted(MODES)} is expected")
    asked = frozenset(kind for kind, mode in modes.items() if mode == "asked")
    return Rule(table["from"], table["basis"], asked)


def on(day: date, rules: tuple[Rule, ...] | None = None) -> Rule:
    """The rule of a day. Raises PolicyInvalid for a day before the first."""
    held = [rule for rule in rules or RULES if rule.first <= day]
    if not held:
        raise PolicyInvalid(f"no rule on {day}")
    return held[-1]


RULES = read(Path(__file__).with_name("policy.toml").read_text("utf-8"))

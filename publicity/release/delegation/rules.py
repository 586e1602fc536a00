"""The figures of delegation.toml, and which roles may stand in for which step. Pure."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

_FILE = tomllib.loads(Path(__file__).with_name("delegation.toml").read_text("utf-8"))

LONGEST_DAYS: int = _FILE["longest_days"]
AGREED_BY = frozenset[str](_FILE["agreed_by"])
"""Roles whose holders may agree to a delegation."""
DEPUTIES: Mapping[str, frozenset[str]] = {step: frozenset(roles) for step, roles in _FILE["steps"].items()}
"""By step, the roles that may stand in for those whose step it is."""

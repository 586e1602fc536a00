"""The command line of an installation that is not ready: one line says what to do, no stack trace."""

import json
from pathlib import Path

import pytest

from tests.commands import Commands


@pytest.mark.parametrize("command", [("clients", "list"), ("ledger", "verify"), ("seed",)], ids=" ".join)
def test_a_database_that_nobody_prepared_is_told_with_what_prepares_it(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    refused = Commands({"LEGALCREDIT_HOME": str(tmp_path / "home")})(*command)
    assert refused.returncode == 1
    told = json.loads(refused.stderr.splitlines()[-1])
    assert told["error"] == "schema"
    assert "legalcredit db upgrade" in told["message"]
    assert "Traceback" not in refused.stderr


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = Commands({"LEGALCREDIT_HOME": str(tmp_path / "file" / "home")})("db", "upgrade")
    assert refused.returncode == 1
    (line,) = refused.stderr.splitlines()
    assert json.loads(line) == {
        "error": "file",
        "path": str(tmp_path / "file" / "home"),
        "message": "Not a directory",
    }

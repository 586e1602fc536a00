"""The command line around the parts' commands: settings, faults and exit codes, in one place.

Exit 0 done, 1 refused or failed, 2 usage. A refusal is one line of JSON on stderr, after any text for people.
"""

import json
import os
import sys
from collections.abc import Sequence

import click
from sqlalchemy.exc import DBAPIError

from registry.kernel import logs
from registry.kernel.faults import Fault, Invalid
from registry.kernel.host import Host
from registry.kernel.part import Part
from registry.kernel.secrets import KeyMissing
from registry.kernel.settings import Settings, SettingsInvalid


class Failed(Exception):
    """A command that could not do its work; `fields` stand in the JSON line beside `error`."""

    def __init__(self, error: str, **fields: object) -> None:
        super().__init__(error)
        self.line = {"error": error, **fields}


def group(parts: Sequence[Part]) -> click.Group:
    """The whole command tree of `parts`."""
    root = click.Group(
        "legalcredit", help="法律服务信用监管与公示 · legal-services credit, inspection and publicity"
    )
    for part in parts:
        for command in part.commands:
            root.add_command(command)
    return root


def run(parts: Sequence[Part], *, package: str) -> None:
    """Runs the command line of `parts` and exits. `package` composes them: `Host` says what it must hold."""
    try:
        settings = Settings.load(os.environ)
        logs.configure(os.environ.get("LEGALCREDIT_LOG_LEVEL", "WARNING").upper())
        code = group(parts).main(
            prog_name="legalcredit", obj=Host(settings, parts, package=package), standalone_mode=False
        )
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Abort:
        _refuse({"error": "interrupted"})
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except SettingsInvalid as error:
        _refuse({"error": "settings", "faults": error.faults})
    except Failed as error:
        _refuse(error.line)
    except Invalid as error:
        _refuse(
            {
                "error": error.rule,
                "message": error.title,
                "fields": [{"path": f.path, "rule": f.rule, "message": f.message} for f in error.fields],
            }
        )
    except Fault as error:
        _refuse({"error": error.rule, "message": error.title})
    except KeyMissing as error:
        _refuse({"error": "key", "message": str(error)})
    except DBAPIError as error:
        # The statement's parameters may be personal data; only the driver's first line is told.
        _refuse({"error": "database", "message": str(error.orig).splitlines()[0]})


def _refuse(line: dict[str, object]) -> None:
    click.echo(json.dumps(line, ensure_ascii=False), err=True)
    sys.exit(1)

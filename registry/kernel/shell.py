"""The command line around the parts' commands: settings, faults and exit codes, in one place.

Exit 0 done, 1 refused or failed, 2 usage. A refusal is one line of JSON on stderr, after any text for people.
"""

import json
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from registry.kernel import logs
from registry.kernel.faults import Fault, Invalid
from registry.kernel.host import Host
from registry.kernel.part import Part
from registry.kernel.secrets import KeyMissing
from registry.kernel.settings import Settings, SettingsInvalid
from registry.migrations import pending


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
        host = Host(settings, parts, package=package)
        code = group(parts).main(prog_name="legalcredit", obj=host, standalone_mode=False)
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
    except OSError as error:
        _refuse({"error": "file", "path": error.filename, "message": error.strerror or str(error)})
    except DBAPIError as error:
        _refuse(_database_line(host, error))


def _database_line(host: Host, error: DBAPIError) -> dict[str, object]:
    try:
        with host.engine.connect() as connection:
            unprepared = pending(connection)
    except SQLAlchemyError:
        unprepared = False
    if unprepared:
        message = "数据库尚未建立或需要升级，请先执行 legalcredit db upgrade"
        return {"error": "schema", "message": message}
    # The statement's parameters may be personal data; only the driver's first line is told.
    return {"error": "database", "message": str(error.orig).splitlines()[0]}


def _refuse(line: dict[str, object]) -> NoReturn:
    click.echo(json.dumps(line, ensure_ascii=False), err=True)
    sys.exit(1)

"""The README tells the whole command line and every setting."""

import re
from collections.abc import Iterator

import click

from publicity.app import PARTS
from registry.kernel.shell import group
from tests.architecture.sources import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def _commands(command: click.Command, path: str) -> Iterator[str]:
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from _commands(child, f"{path} {name}")
    else:
        yield path


def test_every_command_is_in_the_readme() -> None:
    commands = [*_commands(group(PARTS), "legalcredit"), "legalcredit seed"]
    assert commands
    assert [command for command in commands if not re.search(rf"\b{command}\b", README)] == []


def test_every_setting_is_in_the_readme() -> None:
    source = (ROOT / "registry/kernel/settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'"(LEGALCREDIT_[A-Z_]+|DATABASE_URL|PORT)"', source))
    assert read
    assert {name for name in read if f"`{name}`" not in README} == set()


def test_every_make_target_is_in_the_readme() -> None:
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert targets
    assert [target for target in targets if f"make {target}" not in README] == []

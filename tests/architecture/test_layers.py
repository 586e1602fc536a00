"""Who may lean on whom. The import contracts stand in pyproject.toml under [tool.importlinter]."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from publicity.app import PARTS
from tests.architecture.sources import ROOT, calls, imports, modules


def test_the_import_contracts_hold(tmp_path: Path) -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run([linter, "--cache-dir", tmp_path], cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_the_draw_needs_nothing_but_python_and_itself() -> None:
    """A citizen who verifies a draw reads these files and installs nothing."""

    def own(name: str) -> bool:
        return (
            f"{name}.".startswith("inspection.draw.")
            or name.split(".", maxsplit=1)[0] in sys.stdlib_module_names
        )

    read = modules("inspection/draw")
    assert read
    assert [(module.path, name) for module in read for name in imports(module.tree) if not own(name)] == []


@pytest.mark.parametrize(
    ("call", "may"),
    [
        # A use case that commits splits the unit of work that called it: half of an act would stay.
        ("commit()", "registry/kernel/(work|store).py"),
        ("rollback()", "registry/kernel/(work|store).py"),
        # What is imported by a name that is only known at run time, no contract sees.
        ("import_module(…)", None),
        ("__import__(…)", None),
    ],
)
def test_only_the_kernel_may(call: str, may: str | None) -> None:
    places = [
        f"{module.path}:{line}" for module in modules() for name, line in calls(module.tree) if name == call
    ]
    assert [place for place in places if not re.match(rf"{may}:", place)] == []


def test_the_upper_parts_add_tables_under_their_own_prefix() -> None:
    """A table's prefix tells whose it is; foreign keys point down, so that the ground can stand alone."""
    height = {"reg": 0, "insp": 1, "pub": 2}
    for part, prefix in zip(PARTS, height, strict=True):
        for table in part.tables:
            assert table.name.startswith(f"{prefix}_"), f"{part.name}: {table.name}"
            for key in table.foreign_keys:
                target = key.target_fullname.split("_")[0]
                assert height[target] <= height[prefix], f"{table.name} points up to {key.target_fullname}"

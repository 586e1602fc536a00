"""The README's calls of the interface, as they stand."""

import os
import sys
from pathlib import Path

import pytest

from registry.kernel.host import Host
from tests.commands import Commands
from tests.conftest import ROOT
from tests.journeys import transcript
from tests.registry.register import filled

README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_calls_of_the_readme(legalcredit: Commands, host: Host, tmp_path: Path) -> None:
    filled(host)
    calls = transcript.blocks(README)[2]
    environment = {
        **legalcredit.environment,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "URL": legalcredit.serve(),
    }
    assert not transcript.run(calls, folder=tmp_path, environment=environment)

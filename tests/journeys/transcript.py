"""Runs the console blocks of a document and compares what they print."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Step:
    command: str
    expected: str


def blocks(document: str) -> list[list[Step]]:
    """The steps of every ```console block: `$ command`, then what it prints; `…` stands for anything."""
    return [_steps(block) for block in re.findall(r"^```console\n(.*?)^```", document, re.M | re.S)]


def run(steps: list[Step], *, folder: Path, environment: Mapping[str, str]) -> list[str]:
    """Runs the steps in one shell, as a reader who types them, and gives what differs, empty if nothing does."""
    script = "".join(f"printf '\\n@@%d\\n' {n}; {step.command}\n" for n, step in enumerate(steps))
    done = subprocess.run(
        ["bash", "-c", f"exec 2>&1\n{script}"],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=400,
    )
    printed = re.split(r"\n@@\d+\n", "\n" + done.stdout)[1:]
    return [
        f"$ {step.command}\n--- expected\n{step.expected}\n--- printed\n{text}"
        for step, text in zip(steps, printed, strict=True)
        if not re.fullmatch(_pattern(step.expected), text.strip(), re.S)
    ]


def _steps(block: str) -> list[Step]:
    parts = re.split(r"^\$ ", block, flags=re.M)[1:]
    return [
        Step(command, expected.strip()) for command, _, expected in (part.partition("\n") for part in parts)
    ]


def _pattern(expected: str) -> str:
    return r"\s*".join(re.escape(line).replace("…", ".*") for line in expected.splitlines())

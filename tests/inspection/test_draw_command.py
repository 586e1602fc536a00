"""`legalcredit draw`, as a citizen or another office runs it: files in, a record or one line of refusal out."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from inspection.commands import draw
from inspection.draw.canon import canonical
from registry.kernel.part import Part
from registry.kernel.shell import run
from tests.inspection.drawing import DICE, Json, frame, team

VECTORS = Path(__file__).parents[1] / "golden" / "draw"


class Answer(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def refusal(self) -> Json:
        """The last line on stderr."""
        return dict(json.loads(self.err.splitlines()[-1]))


Command = Callable[..., Answer]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """The command line with this part's commands alone, in a directory of its own."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["legalcredit", "draw", *arguments])
        with pytest.raises(SystemExit) as ended:
            run((Part("inspection", commands=(draw,)),), package="inspection")
        code = ended.value.code
        return Answer(code if isinstance(code, int) else 0, *capsys.readouterr())

    return call


def put(name: str, value: object) -> None:
    Path(name).write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def draw_from(command: Command, document: object, entropy: object) -> Answer:
    put("frame.json", document)
    put("entropy.json", entropy)
    return command("run", "--frame", "frame.json", "--entropy", "entropy.json", "--out", "record.json")


def vector(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("wrapped", [False, True], ids=["the items", "the items under their key"])
def test_a_draw_from_files_gives_the_record_and_verifies(command: Command, wrapped: bool) -> None:
    expected = vector("lookahead-0119")
    entropy = {"entropy": expected["entropy"]} if wrapped else expected["entropy"]
    drawn = draw_from(command, expected["frame"], entropy)
    assert (drawn.code, drawn.err) == (0, "")
    content = Path("record.json").read_bytes()
    assert json.loads(content) == expected
    assert content == canonical(expected) + b"\n"
    verified = command("verify", "record.json")
    assert verified == (0, "verified\n", "")


def test_where_nobody_can_be_assigned_the_record_is_written_and_the_command_fails(command: Command) -> None:
    published = vector("unassignable-0090")
    drawn = draw_from(command, published["frame"], published["entropy"])
    assert drawn.code == 1
    record = json.loads(Path("record.json").read_bytes())
    assert record["selected"] == published["selected"]
    assert record["assignments"] is None
    assert drawn.refusal == {"error": "unassignable", **record["unassignable"]}
    assert command("verify", "record.json") == (0, "verified\n", "")


@pytest.mark.parametrize(
    ("document", "entropy", "path", "rule"),
    [
        (frame(reserve=101), DICE, "reserve", "above 100"),
        (frame(team=team(max_load=0)), DICE, "units[0]", "staffable alone: max_load 0"),
        ([], DICE, "frame", "not an object"),
        (frame(), [DICE[0] | {"value": "123456"}], "entropy[0].value", "too few digits"),
        (frame(), [], "entropy[0]", "missing"),
        (frame(), {"entropy": []}, "entropy[0]", "missing"),
        (frame(), {"entropy": [], "seed": ""}, "entropy", "not a list"),
        (frame(), {}, "entropy", "not a list"),
    ],
)
def test_invalid_input_is_refused_in_one_line_and_leaves_no_record(
    command: Command, document: object, entropy: object, path: str, rule: str
) -> None:
    refused = draw_from(command, document, entropy)
    assert refused.code == 1
    assert refused.out == ""
    assert len(refused.err.splitlines()) == 1
    assert refused.refusal.pop("message").startswith(f"{path}：")
    assert refused.refusal | {"message": ""} == {
        "error": "invalid",
        "path": path,
        "rule": rule,
        "message": "",
    }
    assert sorted(entry.name for entry in Path().iterdir()) == ["entropy.json", "frame.json"]


def test_a_refused_draw_leaves_an_earlier_record_alone(command: Command) -> None:
    Path("record.json").write_text("earlier", encoding="utf-8")
    assert draw_from(command, frame(reserve=-1), DICE).code == 1
    assert Path("record.json").read_text(encoding="utf-8") == "earlier"


@pytest.mark.parametrize(
    ("content", "path", "rule"),
    [
        (b"", "frame", "not JSON"),
        (b"PK\x03\x04", "frame", "not JSON"),
        ('{"draw": "备注"}'.encode("gb18030"), "frame", "not JSON"),
        (b'{"reserve": NaN}', "frame", "not JSON"),
        (b"[" * 100_000, "frame", "nested too deeply"),
        (b'{"units": [{"id": "U0", "id": "U1"}]}', "units[0].id", "repeated key"),
        (b'{"\\ud800": 1, "\\ud800": 2}', "\\ud800", "repeated key"),
        (None, "frame", "unreadable"),
    ],
)
def test_files_that_hold_no_frame_are_refused(
    command: Command, content: bytes | None, path: str, rule: str
) -> None:
    put("entropy.json", DICE)
    if content is None:
        Path("frame.json").mkdir()
    else:
        Path("frame.json").write_bytes(content)
    for refused in (
        command("run", "--frame", "frame.json", "--entropy", "entropy.json", "--out", "record.json"),
        command("verify", "frame.json"),
    ):
        assert refused.code == 1
        assert refused.refusal["error"] == "invalid"
        assert refused.refusal["rule"] == rule
        assert refused.refusal["path"] in (path, "record")
    assert not Path("record.json").exists()


def test_a_file_that_is_not_there_is_refused(command: Command) -> None:
    assert command("verify", "nowhere.json").refusal["rule"] == "unreadable"


@pytest.mark.parametrize("out", ["nowhere/record.json", "folder"])
def test_a_record_that_cannot_be_written_is_said(command: Command, out: str) -> None:
    Path("folder").mkdir()
    put("frame.json", frame())
    put("entropy.json", DICE)
    refused = command("run", "--frame", "frame.json", "--entropy", "entropy.json", "--out", out)
    assert refused.code == 1
    assert refused.refusal == {"error": "unwritable", "path": out}
    assert sorted(entry.name for entry in Path().iterdir()) == ["entropy.json", "folder", "frame.json"]


def test_what_differs_is_told_by_path_with_both_values(command: Command) -> None:
    record = vector("ok-0055")
    record["selected"][0]["mandatory"] = 1
    record["assignments"][2]["inspectors"].reverse()
    put("record.json", record)
    answer = command("verify", "record.json")
    assert answer.code == 1
    lines = answer.out.splitlines()
    assert [line.split("：")[0] for line in lines] == [
        "selected[0].mandatory",
        "assignments[2].inspectors[0]",
        "assignments[2].inspectors[1]",
    ]
    assert lines[0].endswith("（differs） 应为 false，记录为 1")
    assert "verified" not in answer.out
    assert answer.refusal["error"] == "differs"
    assert answer.refusal["count"] == 3
    assert answer.refusal["path"] == "selected[0].mandatory"


def test_a_record_that_differs_everywhere_is_told_in_a_screenful(command: Command) -> None:
    record = vector("substituted-0020")
    record["frame"]["draw"] = "D-9"
    put("record.json", record)
    answer = command("verify", "record.json")
    assert answer.code == 1
    assert len(answer.out.splitlines()) == 51
    assert answer.out.splitlines()[-1] == f"……另有 {answer.refusal['count'] - 50} 处不同"


@pytest.mark.parametrize("arguments", [("run",), ("verify",), ("run", "--frame", "f.json"), ("redraw",)])
def test_wrong_usage_is_told_from_refusal(command: Command, arguments: tuple[str, ...]) -> None:
    assert command(*arguments).code == 2


def test_a_citizen_needs_neither_database_nor_keys(tmp_path: Path) -> None:
    """The installed command, with a database that does not exist and a home that stays empty."""
    home = tmp_path / "home"
    verified = subprocess.run(
        [sys.executable, "-m", "publicity", "draw", "verify", VECTORS / "ok-0067.json"],
        env=os.environ
        | {"DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none", "LEGALCREDIT_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "verified\n", "")
    assert not home.exists()


def test_an_opened_sealed_draw_and_a_proof_at_the_door_verify_like_a_record(command: Command) -> None:
    for name in ("open", "door"):
        document = vector(f"sealed/{name}")
        put("sealed.json", document)
        assert command("verify", "sealed.json") == (0, "verified\n", "")
        put("sealed.json", document | {"frame_sha256": "0" * 64})
        refused = command("verify", "sealed.json")
        assert (refused.code, refused.refusal["error"]) == (1, "differs")


def test_a_draw_that_is_still_sealed_is_not_called_verified(command: Command) -> None:
    put("sealed.json", vector("sealed/closed"))
    told = command("verify", "sealed.json")
    assert (told.code, told.out, told.refusal) == (1, "", {"error": "sealed", "opens_after": "2026-12-31"})

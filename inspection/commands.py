"""`legalcredit draw`: draw from files, verify what was published, open a deposit; without database, keys or network."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeGuard

import click

from inspection.ceremony import deposits
from inspection.draw import door, fields, sealed
from inspection.draw import frame as frames
from inspection.draw import record as records
from inspection.draw import verify as verification
from inspection.draw.canon import canonical, read_json
from inspection.draw.rules import Invalid
from registry.kernel.shell import Failed

# A changed frame changes every ticket: the first differences tell what happened, the count the rest.
_SHOWN = 50
# A value longer than this is found by its path; the terminal shows how it begins.
_VALUE_WIDTH = 120

_file = click.Path(path_type=Path)


@click.group()
def draw() -> None:
    """双随机抽取：按公开的名录与随机源抽取，或核验已公布的记录。"""


@draw.command()
@click.option("--frame", "frame_file", type=_file, required=True, help="名录快照（JSON）。")
@click.option(
    "--entropy",
    "entropy_file",
    type=_file,
    required=True,
    help='随机源（JSON）：各项按计划次序排列的数组，或 {"entropy": […]}。',
)
@click.option("--out", type=_file, required=True, help="抽取记录写入的文件（规范 JSON，末尾换行）。")
def run(frame_file: Path, entropy_file: Path, out: Path) -> None:
    """抽取对象与检查人员，写出完整记录。不合规则时不写任何文件。"""
    try:
        frame = frames.check(_read(frame_file, "frame"))
        record = records.draw(frame, _supplied(_read(entropy_file, "entropy")))
    except Invalid as fault:
        _refuse(fault)
    _write(out, canonical(record) + b"\n")
    unassignable = record["unassignable"]
    if unassignable is not None:
        click.echo(f"对象已抽出，检查人员无法安排：{unassignable['why']}。记录已写入 {out}", err=True)
        raise Failed("unassignable", **unassignable)
    click.echo(f"已抽取 {len(record['selected'])} 个对象，记录已写入 {out}")


@draw.command()
@click.argument("record_file", metavar="RECORD.json", type=_file)
def verify(record_file: Path) -> None:
    """重新计算一份记录并逐项比对：一致时输出 verified，否则逐条列出不同之处。

    密封抽取的文件（sealed.json）和出示给检查对象的抽中证明也在此核验。检查点的签名须用日志公钥另行核验（任何支持
    C2SP signed note 的工具均可）。
    """
    try:
        document = _read(record_file, "record")
    except Invalid as fault:
        _refuse(fault)
    differences = _verifier_of(document)(document)
    if not differences and _is_closed(document):
        click.echo("结果承诺已存证，尚未启封：启封后才能重新计算。", err=True)
        raise Failed("sealed", opens_after=document["opens_after"])
    if not differences:
        click.echo("verified")
        return
    for difference in differences[:_SHOWN]:
        click.echo(_told(difference))
    if len(differences) > _SHOWN:
        click.echo(f"……另有 {len(differences) - _SHOWN} 处不同")
    first = differences[0]
    raise Failed("differs", count=len(differences), path=first.path, rule=first.rule, message=first.message)


def _read(file: Path, name: str) -> object:
    try:
        content = file.read_bytes()
    except OSError:
        raise Invalid(name, "unreadable") from None
    return read_json(content, name)


@draw.command("open-deposit")
@click.argument("deposit_file", metavar="DEPOSIT.json", type=_file)
@click.option("--key", "key_file", type=_file, required=True, help="保管密钥文件（JSON）。")
def open_deposit(deposit_file: Path, key_file: Path) -> None:
    """打开所保管的封存随机数，逐项输出一行 JSON。不需要本站的数据库和密钥。

    只在密封的抽取应当启封而没有启封时使用：知道全部封存随机数的人可以算出抽中了谁。
    """
    try:
        key = fields.members(_read(key_file, "key"), "key", frozenset(("key", "made")))
        document = fields.members(_read(deposit_file, "deposit"), "deposit", frozenset(("deposits",)))
        private = bytes.fromhex(fields.hexadecimal(key["key"], "key.key", low=64, high=64))
        opened = [
            _opened(one, private, f"deposits[{n}]")
            for n, one in enumerate(fields.items(document["deposits"], "deposits"))
        ]
    except Invalid as fault:
        _refuse(fault)
    for item in opened:
        click.echo(canonical(item).decode())


def _opened(deposit: object, private: bytes, path: str) -> dict[str, Any]:
    held = fields.members(deposit, path, frozenset(("draw", "position", "sealed")))
    spelled = fields.hexadecimal(held["sealed"], f"{path}.sealed", low=2, high=8192)
    content = bytes.fromhex(spelled[: len(spelled) // 2 * 2])
    position = fields.integer(held["position"], f"{path}.position")
    try:
        text = deposits.decrypt(
            private, content, draw=fields.identifier(held["draw"], f"{path}.draw"), position=position
        )
    except deposits.Unopened:
        raise Invalid(f"{path}.sealed", "not for this key") from None
    return json.loads(text)  # type: ignore[no-any-return]


def _verifier_of(document: object) -> Callable[[object], list[verification.Difference]]:
    """By the document's own format; what names none that we know is looked at as a record, and told what it lacks."""
    named = document.get("format") if isinstance(document, dict) else None
    return {sealed.SEALED_FORMAT: sealed.verify_sealed, door.FORMAT: door.check}.get(
        named if isinstance(named, str) else "", verification.verify
    )


def _is_closed(document: object) -> TypeGuard[dict[str, Any]]:
    return (
        isinstance(document, dict)
        and document["format"] == sealed.SEALED_FORMAT
        and document["record"] is None
    )


def _supplied(value: object) -> object:
    """The items, also where they stand under the key `entropy` alone, as in a record."""
    return value["entropy"] if isinstance(value, dict) and value.keys() == {"entropy"} else value


def _write(out: Path, content: bytes) -> None:
    """All of it or nothing: a record that was cut off would look like a draw that never ended."""
    target = out.resolve()
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    try:
        if target.exists() and not target.is_file():
            raise OSError(f"not a file: {target}")  # noqa: TRY301 - a device or folder is refused like a full disk
        try:
            with unfinished.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        click.echo(f"记录未能写入 {out}：{error}", err=True)
        raise Failed("unwritable", path=str(out)) from None


def _told(difference: verification.Difference) -> str:
    line = f"{difference.message}（{difference.rule}）"
    if difference.expected is not None or difference.found is not None:
        line += f" 应为 {_shown(difference.expected)}，记录为 {_shown(difference.found)}"
    return _printable(line)


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _VALUE_WIDTH else text[:_VALUE_WIDTH] + "…"


def _refuse(fault: Invalid) -> NoReturn:
    raise Failed(
        "invalid", path=_printable(fault.path), rule=fault.rule, message=_printable(fault.message)
    ) from None


def _printable(text: str) -> str:
    """A key of a hostile file may hold a lone surrogate, which no terminal can be sent."""
    return text.encode("utf-8", "backslashreplace").decode()

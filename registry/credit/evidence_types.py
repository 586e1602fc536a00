"""What a file of evidence is, told by its content; evidence.toml names the types that the office takes. Pure."""

import io
import re
import tomllib
import unicodedata
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from registry.kernel.faults import Invalid

_TABLE = tomllib.loads(Path(__file__).with_name("evidence.toml").read_text("utf-8"))
LIMIT: int = _TABLE["limit_megabytes"] * 1024 * 1024
"""The largest file that is taken, in bytes."""
ORPHAN_HOURS: int = _TABLE["orphan_hours"]

_UNPACKED = _TABLE["unpacked_megabytes"] * 1024 * 1024
_NAME = 120
_UNSAFE = re.compile(r'[\\/:*?"<>|%\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]')


@dataclass(frozen=True)
class FileType:
    """`code` is the ending of the name; `members` are what a zip must hold to be of this type."""

    code: str
    title: str
    media: str
    members: frozenset[str]


TYPES: Mapping[str, FileType] = {
    table["code"]: FileType(
        table["code"], table["title"], table["media"], frozenset(table.get("members", ()))
    )
    for table in _TABLE["type"]
}


def recognised(content: bytes) -> FileType:
    """The type of a file. Raises Invalid (`file`) for an empty or too large one, another type, or macros."""
    if not content:
        raise Invalid.field("file", "required", "请选择文件；所选文件是空的")
    if len(content) > LIMIT:
        raise Invalid.field("file", "too-large", f"文件不超过 {LIMIT // 1024 // 1024} MB")
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return TYPES["pdf"]
    if content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content[-64:]:
        return TYPES["jpg"]
    if content.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in content[-32:]:
        return TYPES["png"]
    if content.startswith(b"PK\x03\x04"):
        return _packed(content)
    raise _unknown()


def _packed(content: bytes) -> FileType:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if any(member.flag_bits & 1 for member in members):
                raise Invalid.field("file", "encrypted", "文件设有密码，请取消密码后上传")
            if sum(member.file_size for member in members) > _UNPACKED:
                raise Invalid.field("file", "too-large", "文件解压后过大")
            kinds = b""
            if "[Content_Types].xml" in names:
                kinds = archive.read("[Content_Types].xml")
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise _unknown() from error
    if b"macroEnabled" in kinds or any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Invalid.field("file", "macros", "文件带有宏，请另存为不带宏的格式后上传")
    for type_ in TYPES.values():
        if type_.members and type_.members <= names:
            return type_
    raise _unknown()


def _unknown() -> Invalid:
    accepted = "、".join(type_.code for type_ in TYPES.values())
    return Invalid.field("file", "file-type", f"只接受这些类型的文件（按内容识别）：{accepted}")


def safe_name(written: str, type_: FileType) -> str:
    """A file name that no system takes for a path or a command, with the ending of what the file is."""
    name = unicodedata.normalize("NFC", written.replace("\\", "/").rpartition("/")[2])
    stem = _UNSAFE.sub("", name)
    head, dot, ending = stem.rpartition(".")
    if dot and (ending.lower() in TYPES or ending.lower() == "jpeg"):
        stem = head
    return f"{stem.strip(' .')[:_NAME] or '证据'}.{type_.code}"

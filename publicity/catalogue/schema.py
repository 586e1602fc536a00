"""The schemas of the lists, from schemas.toml, and an entry held against its schema. Pure.

An entry is a mapping of field to text, as a spreadsheet has it; texts of several lines are lists. Codes are stable: a
notice, a link or another list names an entry by its code through all versions.
"""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from publicity.catalogue.citations import has_article, has_document
from publicity.catalogue.tiers import read_tiers
from registry.kernel.faults import FieldFault
from registry.roster.cells import CellFault, read_code, read_text

Form = Literal["code", "line", "text", "lines", "choice", "law", "basis", "tiers", "link", "ref"]
"""code, line and text are said as they are; `lines` a list, a line each; `law` lines that each name an article, `basis`
lines that name an article or a document's number; `tiers` as publicity.catalogue.tiers; `link` an address of this site;
`ref` codes of another list."""

Entry = Mapping[str, str]

MOST_ENTRIES = 1_000
_LONGEST: Mapping[str, int] = {"code": 32, "line": 200, "choice": 40, "link": 200, "ref": 200}
_LONG = 4_000
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,30}[A-Z0-9]")
_WORKDAYS = re.compile(r"(\d{1,3})\s*个?工作日")


@dataclass(frozen=True)
class Column:
    """One field of an entry; `title` heads its column in spreadsheets and on pages. `of` is the list that a ref names."""

    field: str
    title: str
    form: Form
    required: bool = False
    options: tuple[str, ...] = ()
    of: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Schema:
    """A list. `facets` are the columns it can be kept to; `uses` tells, by value of the column `kind`, which kind of notice
    is made under an entry; `promise` names two columns of which the second may not be longer, in working days."""

    code: str
    title: str
    lede: str
    basis: str
    columns: tuple[Column, ...]
    facets: tuple[str, ...] = ()
    uses: Mapping[str, str] | None = None
    promise: tuple[str, str] | None = None

    def column(self, field: str) -> Column:
        """Raises KeyError."""
        return {column.field: column for column in self.columns}[field]

    def has(self, field: str) -> bool:
        return any(column.field == field for column in self.columns)


class SchemaInvalid(Exception):
    """schemas.toml contradicts itself."""


def read(text: str) -> Mapping[str, Schema]:
    """The schemas of a file by code. Raises SchemaInvalid."""
    schemas = {table["code"]: _schema(table) for table in tomllib.loads(text)["list"]}
    for schema in schemas.values():
        fields = [column.field for column in schema.columns]
        wrong = [
            *({"code", "name"} - set(fields)),
            *(set(schema.facets) | set(schema.promise or ())) - set(fields),
            *(field for field in fields if fields.count(field) > 1),
            *(column.form for column in schema.columns if column.form not in get_args(Form)),
            *(column.of for column in schema.columns if column.form == "ref" and column.of not in schemas),
            *(column.field for column in schema.columns if column.form == "choice" and not column.options),
        ]
        if wrong:
            raise SchemaInvalid(f"{schema.code}: {wrong[0]}")
    return schemas


def _schema(table: Mapping[str, Any]) -> Schema:
    columns = tuple(
        Column(**{**column, "options": tuple(column.get("options", ()))}) for column in table["column"]
    )
    promise = table.get("promise")
    return Schema(
        table["code"],
        table["title"],
        table["lede"],
        table["basis"],
        columns,
        tuple(table.get("facets", ())),
        table.get("uses"),
        (promise[0], promise[1]) if promise else None,
    )


def cleaned(schema: Schema, given: Mapping[str, str]) -> dict[str, str]:
    """An entry with every field of its schema, as it is stored: widths of codes, line ends and outer spaces made equal."""
    return {column.field: _cleaned(column, given.get(column.field, "")) for column in schema.columns}


def _cleaned(column: Column, text: str) -> str:
    # Our own CSV puts an apostrophe before what a spreadsheet would run.
    if re.match(r"'[=+\-@]", text):
        text = text[1:]
    if column.form == "code":
        return _code(text)
    if column.form == "choice":
        return read_text(unicodedata.normalize("NFKC", text))
    lines = [read_text(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    if column.form in ("line", "link"):
        return " ".join(filter(None, lines))
    if column.form == "ref":
        words = re.split(r"[\s、，,;；]+", " ".join(lines))
        return "\n".join(dict.fromkeys(filter(None, map(_code, words))))
    return "\n".join(filter(None, lines))


def _code(text: str) -> str:
    """As the sheets' codes are read; what is left of `- -` without its spaces stands for nothing too."""
    return read_text(read_code(text))


def faults(schema: Schema, entry: Entry) -> list[FieldFault]:
    """What is wrong with an entry by itself (`cleaned` before)."""
    found = [fault for column in schema.columns if (fault := _fault(column, entry[column.field]))]
    if schema.promise:
        legal, promised = (_WORKDAYS.search(entry[field]) for field in schema.promise)
        if legal and promised and int(promised[1]) > int(legal[1]):
            field = schema.promise[1]
            found.append(FieldFault(field, "promise-longer", "承诺的时限长于法定的时限"))
    if schema.has("link") and entry.get("method") == "主动公开" and not entry["link"]:
        found.append(FieldFault("link", "required", "主动公开的，请填写在本站的公开位置"))
    return found


def _fault(column: Column, text: str) -> FieldFault | None:
    if not text:
        return FieldFault(column.field, "required", f"请填写{column.title}") if column.required else None
    longest = _LONGEST.get(column.form, _LONG)
    if len(text) > longest:
        return FieldFault(column.field, "too-long", f"{column.title}不超过 {longest} 字")
    wrong = _wrong(column, text)
    return FieldFault(column.field, *wrong) if wrong else None


def _wrong(column: Column, text: str) -> tuple[str, str] | None:
    match column.form:
        case "code" if not _CODE.fullmatch(text):
            return "bad-code", f"{column.title}为 2 至 32 位字母、数字或连字符"
        case "choice" if text not in column.options:
            return "unknown-choice", f"{column.title}应为：" + "、".join(column.options)
        case "law":
            bare = [line for line in text.split("\n") if not has_article(line)]
            if bare:
                return "basis-without-article", f"“{bare[0][:40]}”没有写明法律、法规名称和第几条"
        case "basis":
            bare = [line for line in text.split("\n") if not (has_article(line) or has_document(line))]
            if bare:
                return "basis-without-article", f"“{bare[0][:40]}”没有写明第几条或者发文字号"
        case "link" if not re.fullmatch(r"/(?!/)[!-~]*", text):
            return "bad-link", "公开位置写本站的网址，以 / 开头，例如 /notices?kind=penalty"
        case "tiers":
            try:
                read_tiers(text)
            except CellFault as fault:
                return fault.rule, fault.message
    return None


def faults_between(
    schema: Schema, entries: Sequence[Entry], known: Mapping[str, Collection[str]]
) -> Iterator[FieldFault]:
    """What is wrong with entries beside each other: a repeated code, a reference to no entry. `known` are the codes of the
    other lists, by list. The path is that of the entry's code."""
    seen: set[str] = set()
    for entry in entries:
        if entry["code"] in seen:
            yield FieldFault(entry["code"], "repeated-code", f"编码 {entry['code']} 重复")
        seen.add(entry["code"])
        for column in schema.columns:
            if column.form != "ref" or not entry[column.field]:
                continue
            for code in entry[column.field].split("\n"):
                if code not in known.get(column.of, ()):
                    yield FieldFault(
                        entry["code"],
                        "unknown-reference",
                        f"{entry['code']}：{SCHEMAS[column.of].title}中没有 {code}",
                    )


SCHEMAS = read(Path(__file__).with_name("schemas.toml").read_text("utf-8"))

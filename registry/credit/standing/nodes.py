"""Reads the nodes of a YAML text one by one, strictly, and gathers every fault with its line. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import yaml

SIZE = 128 * 1024
"""Bytes. A rule set of a page or two has some ten thousand."""

_VISITS = 50_000
"""Aliases let a short text stand for a long one; nobody's rules have as many entries."""

_TAG = "tag:yaml.org,2002:"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WHOLE = re.compile(r"[-+]?(0|[1-9]\d{0,8})")


class RuleFault(NamedTuple):
    """One fault: the line, the entry (`sections[0].items[3].points`), the rule that it breaks, and the same in words."""

    line: int
    path: str
    rule: str
    message: str

    def __str__(self) -> str:
        return f"第 {self.line} 行{'，' + self.path if self.path else ''}：{self.message}"


class Unreadable(Exception):
    """The text is no rule set. `faults` has all that could be told, in the order of the lines."""

    def __init__(self, faults: Sequence[RuleFault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = sorted(faults)


class Nodes:
    """Gathers faults; what a faulty node should have held comes out as an empty value."""

    def __init__(self) -> None:
        self.faults: list[RuleFault] = []
        self._visits = 0

    def fault(self, node: yaml.Node, path: str, rule: str, message: str) -> None:
        self.faults.append(RuleFault(node.start_mark.line + 1, path, rule, message))

    def mapping(
        self, node: yaml.Node, path: str, required: Collection[str], optional: Collection[str] = ()
    ) -> Mapping[str, yaml.Node]:
        """The entries by key: each known, none twice, none of `required` missing."""
        self._visit(node)
        if not isinstance(node, yaml.MappingNode):
            self.fault(node, path, "mapping", f"应为若干“名称: 值”，包括：{'、'.join(required)}")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name in found:
                self.fault(key, _join(path, name), "duplicate-key", f"“{name}”写了两次")
            elif name in required or name in optional:
                found[name] = value
            else:
                known = "、".join([*required, *optional])
                self.fault(key, _join(path, name), "unknown-key", f"不认识“{name}”，可以写：{known}")
        for name in required:
            if name not in found:
                self.fault(node, _join(path, name), "required", f"缺少“{name}”")
        return found

    def sequence(self, node: yaml.Node | None, path: str) -> Sequence[tuple[yaml.Node, str]]:
        """The members with their paths; a missing node has none."""
        if node is None:
            return []
        self._visit(node)
        if not isinstance(node, yaml.SequenceNode):
            self.fault(node, path, "sequence", "应为以“-”开头的若干项，或者 [甲, 乙]")
            return []
        return [(member, f"{path}[{place}]") for place, member in enumerate(node.value)]

    def text(self, node: yaml.Node | None, path: str) -> str:
        if node is None:
            return ""
        value = self._scalar(node, path, "str", "文字（像日期、数字、yes、no 的文字请加引号）")
        if value is not None and not value.strip():
            self.fault(node, path, "empty", "不能为空")
        return (value or "").strip()

    def whole(self, node: yaml.Node | None, path: str, least: int, most: int) -> int:
        if node is None:
            return 0
        value = self._scalar(node, path, "int", "整数")
        if value is None:
            return 0
        if not _WHOLE.fullmatch(value) or not least <= int(value) <= most:
            self.fault(node, path, "range", f"应为 {least} 至 {most} 的整数")
            return 0
        return int(value)

    def day(self, node: yaml.Node | None, path: str) -> date | None:
        if node is None:
            return None
        value = self._scalar(node, path, "timestamp", "日期，写作 2026-01-01")
        if value is None:
            return None
        try:
            return date.fromisoformat(value if _DAY.fullmatch(value) else "")
        except ValueError:
            self.fault(node, path, "day", f"没有“{value}”这一天，日期写作 2026-01-01")
            return None

    def flag(self, node: yaml.Node | None, path: str) -> bool:
        if node is None:
            return False
        value = self._scalar(node, path, "bool", "true 或 false")
        if value is not None and value not in ("true", "false"):
            self.fault(node, path, "flag", "应为 true 或 false")
        return value == "true"

    def chosen(self, node: yaml.Node | None, path: str, known: Collection[str], rule: str) -> str:
        """One of `known`, "" where it is not."""
        value = self.text(node, path)
        if node is not None and value and value not in known:
            self.fault(node, path, rule, f"没有“{value}”，可以写：{_offered(known)}")
            return ""
        return value

    def several(self, node: yaml.Node | None, path: str, known: Collection[str], rule: str) -> frozenset[str]:
        """Some of `known`, each once; a missing node is the empty set, an empty list a fault."""
        found: set[str] = set()
        members = self.sequence(node, path)
        if node is not None and not members:
            self.fault(node, path, "empty", "至少写一项")
        for member, place in members:
            value = self.chosen(member, place, known, rule)
            if value and value in found:
                self.fault(member, place, "duplicate", f"“{value}”写了两次")
            found.add(value)
        return frozenset(found - {""})

    def _scalar(self, node: yaml.Node, path: str, tag: str, wanted: str) -> str | None:
        self._visit(node)
        if not isinstance(node, yaml.ScalarNode) or node.tag != _TAG + tag:
            self.fault(node, path, "type", f"应为{wanted}")
            return None
        return str(node.value)

    def _visit(self, node: yaml.Node) -> None:
        self._visits += 1
        if self._visits > _VISITS:
            self.fault(node, "", "too-large", "规则过多：引用展开后超过五万项")
            raise Unreadable(self.faults)


def composed(source: bytes) -> yaml.Node:
    """The root node of one YAML document in UTF-8. Raises Unreadable; builds no objects, whatever the text asks for."""
    if len(source) > SIZE:
        raise Unreadable([RuleFault(1, "", "too-large", f"文件超过 {SIZE // 1024} KB")])
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        raise Unreadable([RuleFault(line, "", "encoding", "不是 UTF-8 文字，请另存为 UTF-8")]) from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"第 {mark.column + 1} 列附近" if mark else ""
        fault = RuleFault(
            mark.line + 1 if mark else 1, "", "yaml", f"写法不合 YAML 格式，{where}：{error.problem}"
        )
        raise Unreadable([fault]) from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise Unreadable([RuleFault(line, "", "character", "有不能使用的控制字符")]) from None
    except RecursionError:
        raise Unreadable([RuleFault(1, "", "too-deep", "层次过深")]) from None
    if node is None:
        raise Unreadable([RuleFault(1, "", "empty", "文件是空的")])
    return node


def _offered(known: Collection[str]) -> str:
    """What may be written; of codes, each with what it stands for."""
    if isinstance(known, Mapping):
        return "、".join(f"{code}（{known[code]}）" for code in known)
    return "、".join(sorted(known)) or "（无）"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name

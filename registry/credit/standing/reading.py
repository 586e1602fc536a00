"""Reads a rule set from its YAML text, strictly: every fault is named with line, entry and rule. Pure.

The entries are those of the files in rules/, which say in comments what each is for.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import cast

import yaml

from registry.credit import catalogue
from registry.credit.columns import PENALTY_KINDS
from registry.credit.standing.nodes import Nodes, Unreadable, composed
from registry.credit.standing.ruleset import (
    Band,
    Group,
    Item,
    Objected,
    Repaired,
    RuleSet,
    Section,
    Veto,
    When,
)
from registry.credit.standing.vocabulary import RESULTS, adverse_bound
from registry.roster.kinds import ORGANISATION_KINDS, PROFESSIONS

_POINTS = 1_000_000
_LONGEST = 600
"""Months; nobody practises longer than fifty years."""

_SUBJECTS = {one.code: one.title for table in (PROFESSIONS, ORGANISATION_KINDS) for one in table.values()}
_EVENTS = {one.code: one.title for one in catalogue.KINDS.values()}
_POLARITIES = ("positive", "negative", "neutral")
_WHEN = ("kind", "polarity", "severity", "penalties", "result")


def read(source: bytes) -> RuleSet:
    """The rule set in a YAML text. Raises Unreadable with all faults."""
    root = composed(source)
    reader = _Reader()
    rules = reader.rule_set(root)
    if reader.nodes.faults:
        raise Unreadable(reader.nodes.faults)
    return rules


class _Reader:
    def __init__(self) -> None:
        self.nodes = Nodes()
        self.first_day = date.max

    def rule_set(self, root: yaml.Node) -> RuleSet:
        nodes = self.nodes
        top = nodes.mapping(
            root, "", ("title", "basis", "from", "treatment", "sections"), ("until", "sample")
        )
        since, until = nodes.day(top.get("from"), "from"), nodes.day(top.get("until"), "until")
        if since and until and until < since:
            nodes.fault(top["until"], "until", "days", f"最后一天（{until}）早于第一天（{since}）")
        self.first_day = since or date.max
        repaired, objected = self._treatment(top.get("treatment"))
        sections = [
            self._section(node, path, repaired, objected)
            for node, path in nodes.sequence(top.get("sections"), "sections")
        ]
        if "sections" in top and not sections:
            nodes.fault(top["sections"], "sections", "empty", "至少写一部分")
        self._once(
            top.get("sections"), "sections", [kind for one in sections for kind in one.kinds], "subject"
        )
        return RuleSet(
            nodes.text(top.get("title"), "title"),
            nodes.text(top.get("basis"), "basis"),
            nodes.flag(top.get("sample"), "sample"),
            self.first_day,
            until,
            tuple(sections),
        )

    def _treatment(self, node: yaml.Node | None) -> tuple[Repaired, Objected]:
        if node is None:
            return "ends", "counts"
        entries = self.nodes.mapping(node, "treatment", ("repaired", "objected"))
        repaired = self.nodes.chosen(
            entries.get("repaired"), "treatment.repaired", ("ends", "counts"), "treatment"
        )
        objected = self.nodes.chosen(
            entries.get("objected"), "treatment.objected", ("counts", "waits"), "treatment"
        )
        return cast(Repaired, repaired), cast(Objected, objected)

    def _section(self, node: yaml.Node, path: str, repaired: Repaired, objected: Objected) -> Section:
        nodes = self.nodes
        before = len(nodes.faults)
        entries = nodes.mapping(
            node, path, ("title", "subjects", "base", "bands", "items"), ("groups", "vetoes")
        )
        bands = self._bands(entries.get("bands"), f"{path}.bands")
        groups = [
            self._group(one, place) for one, place in nodes.sequence(entries.get("groups"), f"{path}.groups")
        ]
        codes = [group.code for group in groups]
        items = [
            self._item(one, place, codes)
            for one, place in nodes.sequence(entries.get("items"), f"{path}.items")
        ]
        vetoes = [
            self._veto(one, place, [band.grade for band in bands])
            for one, place in nodes.sequence(entries.get("vetoes"), f"{path}.vetoes")
        ]
        self._once(entries.get("groups"), f"{path}.groups", codes, "code")
        self._once(entries.get("items"), f"{path}.items", [item.code for item in items], "code")
        self._once(entries.get("vetoes"), f"{path}.vetoes", [veto.code for veto in vetoes], "code")
        if len(nodes.faults) == before:
            # What a faulty rule would have covered is not known.
            self._reachable(entries.get("items"), f"{path}.items", items)
            self._signs(entries.get("items"), f"{path}.items", items)
        return Section(
            nodes.text(entries.get("title"), f"{path}.title"),
            tuple(sorted(nodes.several(entries.get("subjects"), f"{path}.subjects", _SUBJECTS, "subject"))),
            nodes.whole(entries.get("base"), f"{path}.base", -_POINTS, _POINTS),
            tuple(bands),
            tuple(groups),
            tuple(items),
            tuple(vetoes),
            repaired,
            objected,
        )

    def _bands(self, node: yaml.Node | None, path: str) -> list[Band]:
        """From the best to the lowest, each beginning below the one before; the lowest has no beginning: no gap is left."""
        nodes = self.nodes
        bands: list[Band] = []
        members = nodes.sequence(node, path)
        for place, (member, where) in enumerate(members):
            entries = nodes.mapping(member, where, ("grade", "title"), ("from",))
            least = (
                nodes.whole(entries["from"], f"{where}.from", -_POINTS, _POINTS)
                if "from" in entries
                else None
            )
            lowest = place == len(members) - 1
            if lowest and least is not None:
                nodes.fault(
                    member, f"{where}.from", "bands-gap", f"低于 {least} 分没有等级：最后一级不写 from"
                )
            elif not lowest and least is None:
                nodes.fault(member, f"{where}.from", "required", "除最后一级外都要写 from")
            elif bands and least is not None and bands[-1].least is not None and least >= bands[-1].least:
                nodes.fault(
                    member,
                    f"{where}.from",
                    "bands-order",
                    f"等级应从高到低，起点应低于 {bands[-1].least} 分",
                )
            grade = nodes.text(entries.get("grade"), f"{where}.grade")
            if len(grade) > 8:
                nodes.fault(member, f"{where}.grade", "too-long", "等级不超过 8 个字")
            bands.append(Band(grade, nodes.text(entries.get("title"), f"{where}.title"), least))
        if node is not None and len(members) < 2:
            nodes.fault(node, path, "bands", "至少分两级")
        self._once(node, path, [band.grade for band in bands], "grade")
        return bands

    def _group(self, node: yaml.Node, path: str) -> Group:
        entries = self.nodes.mapping(node, path, ("code", "title", "most"))
        return Group(
            self._code(entries.get("code"), f"{path}.code"),
            self.nodes.text(entries.get("title"), f"{path}.title"),
            self.nodes.whole(entries.get("most"), f"{path}.most", 1, _POINTS),
        )

    def _item(self, node: yaml.Node, path: str, groups: Collection[str]) -> Item:
        nodes = self.nodes
        entries = nodes.mapping(node, path, ("code", "title", "points", "months"), (*_WHEN, "most", "group"))
        points = nodes.whole(entries.get("points"), f"{path}.points", -_POINTS, _POINTS)
        if points == 0 and "points" in entries:
            nodes.fault(entries["points"], f"{path}.points", "zero", "不加分也不扣分的规则没有意义")
        most = nodes.whole(entries["most"], f"{path}.most", 1, _POINTS) if "most" in entries else None
        if most and most < abs(points):
            nodes.fault(entries["most"], f"{path}.most", "cap", f"上限 {most} 小于一次的分值 {abs(points)}")
        return Item(
            self._code(entries.get("code"), f"{path}.code"),
            nodes.text(entries.get("title"), f"{path}.title"),
            self._when(node, path, entries),
            points,
            self._months(entries.get("months"), f"{path}.months", adverse=points < 0),
            most,
            nodes.chosen(entries.get("group"), f"{path}.group", groups, "group") or None,
        )

    def _veto(self, node: yaml.Node, path: str, grades: Collection[str]) -> Veto:
        entries = self.nodes.mapping(node, path, ("code", "title", "at_most", "months"), _WHEN)
        return Veto(
            self._code(entries.get("code"), f"{path}.code"),
            self.nodes.text(entries.get("title"), f"{path}.title"),
            self._when(node, path, entries),
            self.nodes.chosen(entries.get("at_most"), f"{path}.at_most", grades, "grade"),
            self._months(entries.get("months"), f"{path}.months", adverse=True),
        )

    def _when(self, node: yaml.Node, path: str, entries: Mapping[str, yaml.Node]) -> When:
        nodes = self.nodes
        if ("kind" in entries) == ("polarity" in entries):
            nodes.fault(node, path, "kind", "“kind”（事件类别）和“polarity”（事件性质）写且只写一个")
        kind = nodes.chosen(entries.get("kind"), f"{path}.kind", _EVENTS, "kind")
        polarity = nodes.chosen(entries.get("polarity"), f"{path}.polarity", _POLARITIES, "polarity")
        kinds = {kind} if kind else {one.code for one in catalogue.KINDS.values() if one.polarity == polarity}
        if "penalties" in entries and kind != "penalty":
            nodes.fault(
                entries["penalties"], f"{path}.penalties", "penalties", "只有行政处罚（penalty）分处罚种类"
            )
        known = RESULTS.get(kind, frozenset())
        return When(
            frozenset(kinds),
            nodes.several(entries.get("severity"), f"{path}.severity", catalogue.SEVERITIES, "severity"),
            nodes.several(entries.get("penalties"), f"{path}.penalties", PENALTY_KINDS, "penalties")
            | nodes.several(entries.get("result"), f"{path}.result", known, "result"),
        )

    def _months(self, node: yaml.Node | None, path: str, *, adverse: bool) -> int:
        months = self.nodes.whole(node, path, 1, _LONGEST)
        bound = adverse_bound(self.first_day)
        if node is not None and adverse and months > bound.months:
            self.nodes.fault(node, path, "term", f"不利记录最长计 {bound.months} 个月（{bound.basis}）")
        return months

    def _code(self, node: yaml.Node | None, path: str) -> str:
        code = self.nodes.text(node, path)
        if node is not None and not (code.isascii() and code.replace("-", "a").isalnum() and len(code) <= 40):
            self.nodes.fault(node, path, "code", "代码只用英文字母、数字和“-”，不超过 40 个字符")
        return code

    def _once(self, node: yaml.Node | None, path: str, values: Sequence[str], rule: str) -> None:
        for value, count in Counter(value for value in values if value).items():
            if count > 1 and node is not None:
                self.nodes.fault(node, path, f"duplicate-{rule}", f"“{value}”出现了 {count} 次")

    def _reachable(self, node: yaml.Node | None, path: str, items: Sequence[Item]) -> None:
        """The first item that fits an event decides, so one behind a wider one would never be used."""
        members = self.nodes.sequence(node, path) if items else []
        for place, item in enumerate(items):
            wider = next(
                (one for one in items[:place] if item.when.kinds and one.when.covers(item.when)), None
            )
            if wider is not None:
                message = f"永远用不到：前面的“{wider.title}”已经包括了它的全部情形，请调换顺序或者缩小范围"
                self.nodes.fault(members[place][0], members[place][1], "unreachable", message)

    def _signs(self, node: yaml.Node | None, path: str, items: Sequence[Item]) -> None:
        signs: dict[str, bool] = {}
        members = self.nodes.sequence(node, path) if items else []
        for place, item in enumerate(items):
            if item.group and signs.setdefault(item.group, item.points > 0) != (item.points > 0):
                message = "同一组里不能既有加分又有扣分"
                self.nodes.fault(members[place][0], members[place][1], "group-sign", message)

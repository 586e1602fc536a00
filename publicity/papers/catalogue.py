"""An entry of a published list on paper: a service guide to take home, a power with its benchmark."""

from publicity.catalogue.find import Version
from publicity.catalogue.schema import Entry
from publicity.catalogue.tiers import read_tiers
from registry.kernel.paper import Block, Facts, Heading, Paper, Steps, Table, Text

_BRIEF = frozenset({"code", "line", "choice", "link", "ref", "text"})


def paper(version: Version, entry: Entry, *, bureau: str, public_url: str) -> Paper:
    """The entry as it stands in that version."""
    schema = version.schema
    address = f"{public_url}/catalogues/{schema.code}/{entry['code']}"
    blocks: list[Block] = [
        Heading(entry["name"]),
        Facts(
            [
                (column.title, entry[column.field].replace("\n", "、"))
                for column in schema.columns
                if column.form in _BRIEF and column.field != "name" and entry.get(column.field)
            ]
        ),
    ]
    for column in schema.columns:
        text = entry.get(column.field, "")
        if column.form == "tiers" and text:
            rows = [(tier.name, tier.circumstances, tier.range) for tier in read_tiers(text)]
            blocks += [Heading(column.title), Table(["档次", "适用情形", "裁量幅度"], rows, [1, 3, 3])]
        elif column.form not in _BRIEF and text:
            lines = text.split("\n")
            blocks += [Heading(column.title), Steps(lines) if len(lines) > 1 else Text(text)]
    blocks += [
        Heading("版本"),
        Text(
            f"《{schema.title}》第 {version.number} 版，自 {version.valid_from} 起施行。以公开页面的现行版本为准：{address}"
        ),
    ]
    return Paper(
        title=schema.title,
        name=f"{schema.title} {entry['code']}",
        bureau=bureau,
        address=address,
        blocks=blocks,
    )

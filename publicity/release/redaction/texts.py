"""The texts of a draft by path: `title`, `columns.CF_SY`, `detail.results.0`; and which of them people write. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from publicity.release.redaction.words import WRITTEN, WRITTEN_DETAIL


class Said(NamedTuple):
    """What a notice says, or will: title, columns of the standard, detail of a fact without columns."""

    title: str
    columns: Mapping[str, str]
    detail: Mapping[str, object]


def everything(said: Said) -> dict[str, str]:
    """Every text, by path, in the order of the notice."""
    texts = {"title": said.title, **{f"columns.{code}": text for code, text in said.columns.items()}}
    for name, value in said.detail.items():
        if isinstance(value, str):
            texts[f"detail.{name}"] = value
        elif isinstance(value, list):
            texts |= {
                f"detail.{name}.{place}": one for place, one in enumerate(value) if isinstance(one, str)
            }
    return texts


def texts_of(kind: str, said: Said) -> dict[str, str]:
    """Those that people wrote themselves."""
    return {path: text for path, text in everything(said).items() if written(kind, path)}


def written(kind: str, path: str) -> bool:
    """Whether people write the text at `path` of such a notice themselves."""
    part, _, rest = path.partition(".")
    if part == "columns":
        return rest in WRITTEN.get(kind, ())
    return part == "title" or rest.partition(".")[0] in WRITTEN_DETAIL


def replaced(said: Said, texts: Mapping[str, str]) -> Said:
    """The same with these texts at their paths."""
    columns = {code: texts.get(f"columns.{code}", text) for code, text in said.columns.items()}
    detail: dict[str, object] = {}
    for name, value in said.detail.items():
        if isinstance(value, list):
            detail[name] = [texts.get(f"detail.{name}.{place}", one) for place, one in enumerate(value)]
        else:
            detail[name] = texts.get(f"detail.{name}", value)
    return Said(texts.get("title", said.title), columns, detail)

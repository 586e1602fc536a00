"""What somebody asks for: the line that they typed and what they chose beside it, read in the ways it may be meant. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from registry.roster.kinds import district_code, titles
from registry.roster.narrowing import Narrowed

LONGEST = 100

_WORDS: Mapping[str, str] = {
    **{title: code for code, title in titles().items()},
    "律所": "law_firm",
    "鉴定机构": "forensic_institution",
    "鉴定人": "forensic_appraiser",
    "法律工作者": "grassroots_worker",
}
"""What people call kinds and professions, by code."""


@dataclass(frozen=True)
class Asked:
    """`q` is looked for in names, numbers and codes; the rest keeps what is found (registry.roster.narrowing)."""

    q: str = ""
    kind: str = ""
    district: str = ""
    state: str = ""
    at: str = ""

    @classmethod
    def given(cls, given: Mapping[str, str]) -> "Asked":
        """From an address or a form; texts are cut where nobody's name goes on."""
        texts = {name: " ".join(given.get(name, "").split())[:LONGEST] for name in ("q", "at")}
        return cls(
            texts["q"], given.get("kind", ""), given.get("district", ""), given.get("state", ""), texts["at"]
        )

    @property
    def narrowed(self) -> Narrowed:
        """Raises Invalid for an unknown kind or state."""
        kinds = [self.kind] if self.kind else []
        return Narrowed.to(kinds, district=self.district, standing=self.state, at=self.at)

    @property
    def parameters(self) -> dict[str, str]:
        """What it is in an address; the empty ones are left out."""
        return {name: value for name, value in vars(self).items() if value}


def readings(asked: Asked) -> Iterator[Asked]:
    """The ways a line may be meant, the likeliest first: a name in several words; beside it a district or a profession
    (张伟 浦东新区 律师); a person and their firm, in either order (明理 张伟). The line as one name comes last."""
    words = asked.q.split(" ")
    if len(words) < 2:
        yield asked
        return
    kept = asked
    names = []
    for word in words:
        if word in _WORDS and not kept.kind:
            kept = replace(kept, kind=_WORDS[word])
        elif not kept.district and not word.isascii() and (code := district_code(word)):
            kept = replace(kept, district=code)
        else:
            names.append(word)
    yield replace(kept, q=" ".join(names))
    if len(names) > 1 and not kept.at:
        yield replace(kept, q=names[0], at=" ".join(names[1:]))
        yield replace(kept, q=names[-1], at=" ".join(names[:-1]))
    if len(names) < len(words):
        yield asked

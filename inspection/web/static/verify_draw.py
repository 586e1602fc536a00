#!/usr/bin/env python3
"""Re-runs the published record of a double-random draw:  python3 verify_draw.py record.json

重新计算一份双随机抽取记录：只读这一个文件，不联网，只用 Python 3.9 以上自带的标准库。
The document of a sealed draw (sealed.json) and a proof shown at the door are checked too. 密封抽取的文件和上门出示的抽中证明也可核验。
Written from "Verifiable double-random draw, version 1" alone; section numbers are its. Exit code 0: verified 一致 ·
1: something differs 不一致 · 2: no record could be read 无法读取. Not recomputed are the office's own words (why, ground,
note) and the signature of the checkpoint, which needs the log's public key.
"""
# ruff: noqa: B905, PTH123, RUF007, T201, UP006, UP035, UP045 - one file that runs on Python 3.9

import base64
import datetime
import hashlib
import json
import re
import sys
from typing import Any, Callable, Dict, Iterator, List, Optional, Set, Tuple

FORMAT = "double-random-draw/1"
Json = Dict[str, Any]
Shape = Callable[[Any, str], Any]
Drawn = Tuple[List[List[str]], int]  # teams by seat, and the most units for one inspector


class Fault(Exception):
    """Where a document breaks a rule: the path of the field, and the rule."""


def need(path: str, rule: str, *, when: bool) -> None:
    if not when:
        raise Fault(path, rule)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def jcs(value: Any) -> bytes:
    """RFC 8785, for documents whose keys are ASCII and whose numbers are integers."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


# Shapes of fields (section 1): each checks a value and raises Fault where it has not this shape.


def shape(*tests: Tuple[str, Callable[[Any], object]]) -> Shape:
    """The rules that a field must keep, in the order in which a breach is named."""

    def check(value: Any, path: str) -> None:
        for rule, holds in tests:
            need(path, rule, when=bool(holds(value)))

    return check


def is_day(value: Any) -> bool:
    try:
        return bool(datetime.date.fromisoformat(value).isoformat() == value)
    except (TypeError, ValueError):
        return False


def whole(low: int = 0, high: int = 2**53 - 1) -> Shape:
    return shape(
        ("fraction", lambda value: not isinstance(value, float)),
        ("not an integer", lambda value: isinstance(value, int) and not isinstance(value, bool)),
        ("negative", lambda value: value >= 0),
        (f"below {low}", lambda value: value >= low),
        ("above 2^53" if high == 2**53 - 1 else f"above {high}", lambda value: value <= high),
    )


def digits(low: int, high: int, alphabet: str = "0-9a-f", rule: str = "not lower-case hex") -> Shape:
    return shape(
        _TEXT,
        (rule, lambda value: re.fullmatch(f"[{alphabet}]*", value)),
        ("too few digits", lambda value: len(value) >= low),
        ("too many digits", lambda value: len(value) <= high),
    )


_TEXT = ("not a text", lambda value: isinstance(value, str))
text = shape(_TEXT, ("lone surrogate", lambda value: not re.search("[\ud800-\udfff]", value)))
identifier = shape(_TEXT, ("bad characters", lambda value: re.fullmatch(r"[A-Za-z0-9._-]{1,64}", value)))
flag = shape(("not a boolean", lambda value: isinstance(value, bool)))
day = shape(("no date", is_day))
anything = shape()  # checked where its rule is known


def one_of(*values: str) -> Shape:
    return shape(_TEXT, ("unknown status", lambda value: value in values))


def or_null(inner: Shape) -> Shape:
    return lambda value, path: value is None or inner(value, path)


def ascending(values: List[str], path: str, rule: str) -> None:
    for before, after in zip(values, values[1:]):
        need(path, rule if before == after else "not sorted", when=before < after)


def members(**shapes: Shape) -> Shape:
    def check(value: Any, path: str) -> None:
        need(path, "not an object", when=isinstance(value, dict))
        for key in sorted(shapes.keys() - value.keys()):
            raise Fault(key if path == "record" else f"{path}.{key}", "missing")
        need(path, "unknown key", when=len(value) == len(shapes))
        for key, inner in shapes.items():
            inner(value[key], f"{path}.{key}")

    return check


def items(inner: Shape) -> Shape:
    def check(value: Any, path: str) -> None:
        need(path, "not a list", when=isinstance(value, list))
        for n, item in enumerate(value):
            inner(item, f"{path}[{n}]")

    return check


def ids(value: Any, path: str) -> None:
    items(identifier)(value, path)
    ascending(value, path, "repeated value")


def planned(value: Any, path: str) -> None:
    kind = value.get("kind", "dice") if isinstance(value, dict) else "dice"
    need(f"{path}.kind", "unknown kind", when=isinstance(kind, str) and kind in PLANNED)
    PLANNED[kind](value, path)


# The frame (section 2).

PLANNED = {
    "dice": members(kind=text, by=identifier),
    "beacon": members(kind=text, by=identifier, source=identifier, round=identifier),
    "reveal": members(kind=text, by=identifier, commitment=digits(64, 64)),
}
STRATUM = members(id=identifier, rate_bp=whole(high=10000), min=whole(), max=or_null(whole()))
UNIT = members(
    id=identifier, kind=identifier, stratum=identifier, district=or_null(identifier),
    status=one_of("eligible", "mandatory", "excluded"), ground=anything, note=or_null(text),
)  # fmt: skip
INSPECTOR = members(
    id=identifier, lead=flag, district=or_null(identifier), status=one_of("eligible", "excluded"),
    ground=anything, note=or_null(text), kinds=ids, recused=ids,
)  # fmt: skip
TEAM = members(size=anything, lead_required=flag, cross_district=flag, max_load=or_null(whole()))
FRAME = members(
    draw=identifier, as_of=day, supersedes=or_null(identifier), strata=items(STRATUM), units=items(UNIT),
    reserve=whole(high=100), team=TEAM, inspectors=items(INSPECTOR), entropy=items(planned),
)  # fmt: skip


def check_frame(frame: Json) -> "Seating":
    FRAME(frame, "frame")
    for key in ("strata", "units", "inspectors"):
        need(f"frame.{key}", "empty", when=bool(frame[key]) or key == "inspectors")
        ascending([entry["id"] for entry in frame[key]], f"frame.{key}", "repeated id")
    for n, stratum in enumerate(frame["strata"]):
        fits = stratum["max"] is None or stratum["max"] >= stratum["min"]
        need(f"frame.strata[{n}].max", "below min", when=fits)
    size = frame["team"]["size"]
    need("frame.team.size", "one inspector", when=isinstance(size, (bool, float)) or size != 1)
    whole(2, 5)(size, "frame.team.size")
    strata, units = ({entry["id"] for entry in frame[key]} for key in ("strata", "units"))
    for key in ("units", "inspectors"):
        for n, entry in enumerate(frame[key]):
            path = f"frame.{key}[{n}]"
            if entry["status"] != "eligible":
                identifier(entry["ground"], f"{path}.ground")
            else:
                need(f"{path}.ground", "eligible with a ground", when=entry["ground"] is None)
            if key == "units":
                need(f"{path}.stratum", "stratum not declared", when=entry["stratum"] in strata)
            else:
                need(f"{path}.recused", "unknown unit", when=units.issuperset(entry["recused"]))
    check_plan(frame["entropy"])
    seating = Seating(frame)
    for n, unit in enumerate(frame["units"]):
        if unit["status"] != "excluded":
            seating.check_staffable(unit, f"frame.units[{n}]")
    return seating


def check_plan(plan: List[Json]) -> None:
    need("frame.entropy", "empty plan", when=bool(plan))
    reveals = [item for item in plan if item["kind"] == "reveal"]
    for key, rule in (("by", "same party twice"), ("commitment", "repeated commitment")):
        need("frame.entropy", rule, when=len({item[key] for item in reveals}) == len(reveals))
    need("frame.entropy", "one reveal alone", when=not len(plan) == len(reveals) == 1)


class Seating:
    """Who may sit where (section 5.1). Inspectors are known by their ids."""

    def __init__(self, frame: Json) -> None:
        self.size, self.max_load = frame["team"]["size"], frame["team"]["max_load"]
        self.districts_matter = frame["team"]["cross_district"]
        self.people = {one["id"]: one for one in frame["inspectors"] if one["status"] == "eligible"}
        everyone = not frame["team"]["lead_required"]
        self.leads = {name for name, one in self.people.items() if one["lead"] or everyone}
        self.recused: Dict[str, Set[str]] = {}
        for name, one in self.people.items():
            for unit in one["recused"]:
                self.recused.setdefault(unit, set()).add(name)
        self.by_place: Dict[Tuple[str, Optional[str]], Set[str]] = {}

    def may_sit(self, unit: Json) -> Set[str]:
        return self.unrecused(unit) - self.recused.get(unit["id"], set())

    def unrecused(self, unit: Json) -> Set[str]:
        kind, district = unit["kind"], unit["district"] if self.districts_matter else None
        if (kind, district) not in self.by_place:
            fit = {name for name, one in self.people.items() if kind in one["kinds"]}
            own = {name for name in fit if district is not None and self.people[name]["district"] == district}
            self.by_place[kind, district] = fit - own
        return self.by_place[kind, district]

    def fills_one(self, names: Set[str]) -> bool:
        return len(names) >= self.size and bool(names & self.leads)

    def check_staffable(self, unit: Json, path: str) -> None:
        need(path, "staffable alone: max_load 0", when=self.max_load != 0)
        may = self.may_sit(unit)
        why = "no lead" if len(may) >= self.size else "too few inspectors"
        why = "everyone recused" if self.fills_one(self.unrecused(unit)) else why
        need(path, f"staffable alone: {why}", when=self.fills_one(may))


# Chance (section 3) and the first random (section 4).


def dice(value: Any, path: str) -> None:
    text(value, path)
    digits(20, 256, "0-9", "not decimal digits")(value, path)


def check_entropy(supplied: Any, frame: Json) -> None:
    items(anything)(supplied, "entropy")
    for n, wanted in enumerate(frame["entropy"]):
        path = f"entropy[{n}]"
        need(path, "missing", when=n < len(supplied))
        item, kind = supplied[n], wanted["kind"]
        for key in ("kind", "by") if isinstance(item, dict) else ():
            need(f"{path}.{key}", "not as planned", when=item.get(key, wanted[key]) == wanted[key])
        if kind != "reveal":
            members(kind=text, by=text, value=dice if kind == "dice" else digits(8, 256))(item, path)
            continue
        members(kind=text, by=text, value=digits(32, 256), nonce=digits(32, 64))(item, path)
        said = sha("|".join(("commit", frame["draw"], wanted["by"], item["nonce"], item["value"])))
        need(f"{path}.value", "does not give the commitment", when=said == wanted["commitment"])
    need(f"entropy[{len(frame['entropy'])}]", "not planned", when=len(supplied) <= len(frame["entropy"]))


def assurance(plan: List[Json]) -> str:
    kinds = [item["kind"] for item in plan]
    return "beacon" if "beacon" in kinds else "parties" if kinds.count("reveal") >= 2 else "witnessed"


def draw_units(frame: Json, seed: str) -> Tuple[List[Json], List[Json]]:
    """The selected and the reserves, as a record lists them."""
    pools: Dict[str, List[Json]] = {stratum["id"]: [] for stratum in frame["strata"]}
    selected: List[Json] = []
    reserves: List[Json] = []
    for unit in frame["units"]:
        entry = {"unit": unit["id"], "stratum": unit["stratum"], "ticket": sha(f"{seed}|unit|{unit['id']}")}
        if unit["status"] == "mandatory":
            selected.append({**entry, "mandatory": True})
        elif unit["status"] == "eligible":
            pools[unit["stratum"]].append(entry)
    for stratum in frame["strata"]:
        pool = sorted(pools[stratum["id"]], key=lambda entry: (entry["ticket"], entry["unit"]))
        quota = min(len(pool), max(stratum["min"], (len(pool) * stratum["rate_bp"] + 9999) // 10000))
        quota = quota if stratum["max"] is None else min(quota, stratum["max"])
        selected += [{**entry, "mandatory": False} for entry in pool[:quota]]
        reserves += pool[quota : quota + frame["reserve"]]
    return sorted(selected, key=lambda entry: (entry["ticket"], entry["unit"])), reserves


# The second random (section 5).


class Teams:
    """Teams that all fit together, and how they change. Whether a whole assignment is possible is found by chains: x hands
    a unit to y, y one of its own to z, and so on to somebody with load left. Breadth first, because the steps of a shortest
    chain never undo each other."""

    def __init__(self, units: List[Json], seating: Seating, limit: int) -> None:
        self.seating, self.limit = seating, limit
        self.may = [seating.may_sit(unit) for unit in units]
        self.team: List[Set[str]] = [set() for _ in units]
        self.load = dict.fromkeys(seating.people, 0)
        self.serves: Dict[str, Set[int]] = {name: set() for name in seating.people}

    def hand(self, unit: int, leaving: Optional[str], entering: str) -> None:
        if leaving is not None:
            self.team[unit].remove(leaving)
            self.serves[leaving].remove(unit)
        self.team[unit].add(entering)
        self.serves[entering].add(unit)

    def chain(self, starts: Set[str], also: Set[str], reached: Set[str]) -> Optional[Tuple[str, str]]:
        """Moves duties along the shortest chain to somebody with load left or in `also`: its first and last."""
        came: Dict[str, Tuple[str, int]] = {}
        queue = sorted(starts)
        reached |= starts
        for leaving in queue:
            for unit in sorted(self.serves[leaving]):
                takers = self.may[unit] - self.team[unit] - reached
                if self.team[unit] & self.seating.leads == {leaving}:
                    takers &= self.seating.leads
                for entering in sorted(takers):
                    came[entering] = (leaving, unit)
                    reached.add(entering)
                    queue.append(entering)
                    if entering in also or self.load[entering] < self.limit:
                        return self.move(entering, came), entering
        return None

    def move(self, name: str, came: Dict[str, Tuple[str, int]]) -> str:
        while name in came:
            before, unit = came[name]
            self.hand(unit, before, name)
            name = before
        return name

    def staff(self, unit: int) -> bool:
        """Fills a unit's seats beside all filled before; False proves that no assignment does."""
        while len(self.team[unit]) < self.seating.size:
            open_to = self.may[unit] - self.team[unit]
            if not self.team[unit]:
                open_to &= self.seating.leads
            free = [name for name in open_to if self.load[name] < self.limit]
            found = min(((self.load[name], name) for name in free), default=None)
            chain = (found[1], found[1]) if found else self.chain(open_to, set(), set())
            if chain is None:
                return False
            self.load[chain[1]] += 1
            self.hand(unit, None, chain[0])
        return True

    def settle(self, unit: int, order: List[str]) -> List[str]:
        """Each seat gets the first in this order with whom a whole assignment is still possible."""
        own, self.team[unit] = self.team[unit], set()
        for name in own:
            self.serves[name].discard(unit)
        team: List[str] = []
        hopeless: Set[str] = set()
        while own:
            fit = (name for name in order if name not in team and (team or name in self.seating.leads))
            team.append(next(name for name in fit if self.admit(name, own, hopeless)))
        self.team[unit] = set(team)
        return team

    def admit(self, name: str, own: Set[str], hopeless: Set[str]) -> bool:
        """Gives `name` one of the places that `own` still hold for the unit, if all can be staffed with that."""
        if name in own:
            own.remove(name)
            return True
        last = name
        if self.load[name] >= self.limit:
            reached = set(hopeless)
            chain = None if name in hopeless else self.chain({name}, own, reached)
            if chain is None:
                hopeless |= reached
                return False
            last = chain[1]
        if last in own:
            own.remove(last)
        else:
            self.load[last] += 1
            self.load[own.pop()] -= 1
        return True


def in_order_of_pairs(seed: str, unit: Json, names: Set[str]) -> List[str]:
    return [name for _, name in sorted((sha(f"{seed}|pair|{unit['id']}|{name}"), name) for name in names)]


def staff_all(units: List[Json], seating: Seating) -> Optional[Teams]:
    """Some whole assignment, or None if there is none. A max_load of null: the smallest that allows one, plus one."""
    teams = Teams(units, seating, seating.max_load or 0)
    for unit in range(len(units)):
        while not teams.staff(unit):
            if seating.max_load is not None:
                return None
            teams.limit += 1
    teams.limit += seating.max_load is None
    return teams


def assign(units: List[Json], seating: Seating, seed: str) -> Optional[Drawn]:
    """Teams by seat and the most units for one inspector; None where no assignment exists."""
    teams = staff_all(units, seating)
    if teams is None:
        return None
    orders = (in_order_of_pairs(seed, unit, teams.may[n]) for n, unit in enumerate(units))
    return [teams.settle(n, order) for n, order in enumerate(orders)], teams.limit


# Substitution (section 7).

STEP = {"unit": identifier, "seat": or_null(whole()), "ground": identifier, "note": or_null(text)}
UNIT_STEP = members(**STEP, unit_in=anything, inspectors=anything)
SEAT_STEP = members(**STEP, inspector_in=anything)


class Course:
    """Who inspects what after the draw and each step taken since."""

    def __init__(self, frame: Json, seating: Seating, seed: str, limit: int) -> None:
        self.units = {unit["id"]: unit for unit in frame["units"]}
        self.seating, self.seed, self.limit = seating, seed, limit
        self.teams: Dict[str, List[Optional[str]]] = {}
        self.taken_off: Set[Tuple[str, str]] = set()

    def candidates(self, unit: str) -> List[str]:
        load = [name for team in self.teams.values() for name in team]
        order = in_order_of_pairs(self.seed, self.units[unit], self.seating.may_sit(self.units[unit]))
        return [name for name in order if load.count(name) < self.limit]

    def step(self, entry: Json, path: str, reserves: List[Json]) -> Json:
        """The complete entry for what the recorded one asks."""
        asked = {key: entry[key] for key in STEP}
        unit, seat = asked["unit"], asked["seat"]
        need(f"{path}.unit", "not under inspection", when=unit in self.teams)
        if seat is None:
            unit_in, team = self.replace(unit, reserves)
            return {**asked, "unit_in": unit_in, "inspectors": team}
        need(f"{path}.seat", "no such seat", when=seat < self.seating.size)
        leaving, self.teams[unit][seat] = self.teams[unit][seat], None
        self.taken_off |= {(unit, leaving)} if leaving else set()
        for name in self.candidates(unit):
            fits = name not in self.teams[unit] and (unit, name) not in self.taken_off
            if fits and (seat > 0 or name in self.seating.leads):
                self.teams[unit][seat] = name
                break
        return {**asked, "inspector_in": self.teams[unit][seat]}

    def replace(self, unit: str, reserves: List[Json]) -> Tuple[Optional[str], List[str]]:
        del self.teams[unit]
        if self.units[unit]["status"] == "mandatory":
            return None, []
        for reserve in [one for one in reserves if one["stratum"] == self.units[unit]["stratum"]]:
            order = self.candidates(reserve["unit"])
            if self.seating.fills_one(set(order)):
                head = next(name for name in order if name in self.seating.leads)
                team = [head, *[name for name in order if name != head][: self.seating.size - 1]]
                reserves.remove(reserve)
                self.teams[reserve["unit"]] = list(team)
                return str(reserve["unit"]), team
        return None, []


# The log's proof (section 6; RFC 6962, C2SP checkpoints).

LOG = members(
    origin=text, index=whole(), leaf=text, salt=anything, proof=items(digits(64, 64)), checkpoint=text
)


def from_base64(value: str, path: str) -> bytes:
    try:
        decoded = base64.b64decode(value, validate=True)
    except ValueError:
        decoded = b""
    need(path, "not base64", when=base64.b64encode(decoded).decode() == value)
    return decoded


def check_log(log: Any, path: str, body: Json, **named: Any) -> None:
    """The log holds an entry that commits to `body`, and whose leaf says what `named` does."""
    LOG(log, path)
    lines = log["checkpoint"].split("\n")
    sound = len(lines) >= 4 and lines[0] and re.fullmatch("0|[1-9][0-9]{0,15}", lines[1])
    need(f"{path}.checkpoint", "not a checkpoint", when=bool(sound))
    root = from_base64(lines[2], f"{path}.checkpoint")
    need(f"{path}.checkpoint", "not a checkpoint", when=len(root) == 32)
    need(f"{path}.origin", "differs", when=log["origin"] == lines[0])
    need(f"{path}.index", "outside the tree", when=log["index"] < int(lines[1]))
    leaf = from_base64(log["leaf"], f"{path}.leaf")
    text(log["salt"], f"{path}.salt")
    need(f"{path}.salt", "not lower-case hex", when=bool(re.fullmatch("([0-9a-f]{2})+", log["salt"])))
    named["digest"] = hashlib.sha256(bytes.fromhex(log["salt"]) + jcs(body)).hexdigest()
    entry = read(leaf, f"{path}.leaf")
    commits = isinstance(entry, dict) and all(
        key in entry and type(entry[key]) is type(value) and entry[key] == value
        for key, value in named.items()
    )
    need(f"{path}.leaf", "leaf commits to something else", when=commits)
    leads_to = root_of(leaf, log["index"], int(lines[1]), [bytes.fromhex(node) for node in log["proof"]])
    need(f"{path}.proof", "not under the checkpoint", when=leads_to == root)


def root_of(leaf: bytes, index: int, size: int, proof: List[bytes]) -> Optional[bytes]:
    """The recursion of RFC 6962 section 2.1.1, from the outside in: the last of the proof is the sibling at the top."""
    if size == 1:
        return hashlib.sha256(b"\0" + leaf).digest() if not proof else None
    if not proof:
        return None
    split = 1 << ((size - 1).bit_length() - 1)
    is_left = index < split
    inner = root_of(leaf, index if is_left else index - split, split if is_left else size - split, proof[:-1])
    pair = (inner or b"", proof[-1]) if is_left else (proof[-1], inner or b"")
    return hashlib.sha256(b"\1" + pair[0] + pair[1]).digest() if inner else None


# The record (section 6).

RECORD = members(
    format=anything, frame=anything, frame_sha256=anything, log=anything, entropy=anything, seed=anything,
    assurance=anything, selected=anything, reserves=anything, assignments=anything, unassignable=anything,
    substitutions=anything,
)  # fmt: skip
UNASSIGNABLE = members(units=items(identifier), why=text)


def read(content: bytes, path: str) -> Any:
    """JSON in which no key comes twice."""

    def once(pairs: List[Tuple[str, Any]]) -> Json:
        need(path, "repeated key", when=len({key for key, _ in pairs}) == len(pairs))
        return dict(pairs)

    def refused(_: str) -> None:
        raise Fault(path, "not JSON")

    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=once, parse_constant=refused)
    except RecursionError:
        raise Fault(path, "nested too deeply") from None
    except ValueError:
        raise Fault(path, "not JSON") from None


def compare(expected: Any, found: Any, path: str) -> Iterator[Tuple[str, str]]:
    """Where two JSON values differ, by type and content: 1 is not true."""
    if type(expected) is not type(found):
        yield path, "differs"
    elif isinstance(expected, dict):
        for key in expected:
            if key in found:
                yield from compare(expected[key], found[key], f"{path}.{key}")
            else:
                yield f"{path}.{key}", "missing"
        if found.keys() - expected.keys():
            yield path, "unknown key"
    elif isinstance(expected, list):
        if len(expected) != len(found):
            yield path, "wrong length"
        for n, (ours, theirs) in enumerate(zip(expected, found)):
            yield from compare(ours, theirs, f"{path}[{n}]")
    elif expected != found:
        yield path, "differs"


def verify(record: Any, say: Callable[[str], None] = lambda line: None) -> Iterator[Tuple[str, str]]:
    """Every (path, rule) in which the record differs from its recomputation; `say` is told what is being recomputed."""
    try:
        yield from recompute(record, say)
    except Fault as fault:
        yield fault.args


def recompute(record: Any, say: Callable[[str], None]) -> Iterator[Tuple[str, str]]:
    RECORD(record, "record")
    frame = record["frame"]
    seating = check_frame(frame)
    say(f"名录规则 frame: {len(frame['units'])} units, {len(frame['inspectors'])} inspectors")
    check_entropy(record["entropy"], frame)
    say("随机源 chance: " + " · ".join(f"{item['kind']} {item['by']}" for item in record["entropy"]))
    frame_sha256 = hashlib.sha256(jcs(frame)).hexdigest()
    say(f"名录摘要 frame_sha256: {frame_sha256}")
    chance = [f"{item['kind']}={item['value']}" for item in record["entropy"]]
    seed = sha("|".join((FORMAT, frame["draw"], frame_sha256, *chance)))
    say(f"种子 seed: {seed}")
    selected, reserves = draw_units(frame, seed)
    say(f"对象 units: {len(selected)} selected 抽中, {len(reserves)} reserves 候补")
    expected = {
        "format": FORMAT, "frame_sha256": frame_sha256, "seed": seed, "assurance": assurance(frame["entropy"]),
        "selected": selected, "reserves": reserves,
    }  # fmt: skip
    for key, value in expected.items():
        yield from compare(value, record[key], key)
    units = {unit["id"]: unit for unit in frame["units"]}
    drawn = assign([units[entry["unit"]] for entry in selected], seating, seed)
    yield from compare_assignments(record, selected, drawn, seating)
    say("检查人员 inspectors: " + (f"≤ {drawn[1]} units each 每人" if drawn else "no assignment 无法安排"))
    course = Course(frame, seating, seed, drawn[1]) if drawn else None
    if drawn and course:
        course.teams = {one["unit"]: list(team) for one, team in zip(selected, drawn[0])}
    yield from compare_substitutions(record["substitutions"], reserves, course)
    if course and record["substitutions"]:
        say("替换 substitutions: recomputed step by step 已逐步重算")
    if record["log"] is None:
        say("存证 log: none in this record 本记录不含存证证明")
        return
    check_log(record["log"], "log", {"draw": frame["draw"], "frame_sha256": frame_sha256})
    say(f"存证 log: entry 第 {record['log']['index']} 条, {record['log']['origin']}")


def compare_assignments(
    record: Json, selected: List[Json], drawn: Optional[Drawn], seating: Seating
) -> Iterator[Tuple[str, str]]:
    teams = drawn and [{"unit": one["unit"], "inspectors": team} for one, team in zip(selected, drawn[0])]
    yield from compare(teams, record["assignments"], "assignments")
    found = record["unassignable"]
    if drawn or found is None:
        yield from compare(None if drawn else {}, found, "unassignable")
        return
    try:
        UNASSIGNABLE(found, "unassignable")
        lots = {one["unit"] for one in selected}
        for n, unit in enumerate(found["units"]):
            need(f"unassignable.units[{n}]", "not selected", when=unit in lots)
        ascending(found["units"], "unassignable.units", "repeated id")
        units = [unit for unit in record["frame"]["units"] if unit["id"] in found["units"]]
        need("unassignable.units", "can be served together", when=staff_all(units, seating) is None)
    except Fault as fault:
        yield fault.args


def compare_substitutions(
    found: Any, reserves: List[Json], course: Optional[Course]
) -> Iterator[Tuple[str, str]]:
    """Up to the first step that differs: what comes after it stands on a course that never was."""
    try:
        items(anything)(found, "substitutions")
        need("substitutions", "nothing assigned", when=course is not None or not found)
        for n, entry in enumerate(found if course else ()):
            path = f"substitutions[{n}]"
            of_seat = isinstance(entry, dict) and entry.get("seat") is not None
            (SEAT_STEP if of_seat else UNIT_STEP)(entry, path)
            expected = course.step(entry, path, reserves) if course else None
            differences = list(compare(expected, entry, path))
            yield from differences
            if differences:
                return
    except Fault as fault:
        yield fault.args


# Sealed draws (section 9).

_HEX64 = digits(64, 64)
_SHARED: Dict[str, Shape] = {
    "draw": identifier, "frame_sha256": _HEX64, "leaves": whole(), "opens_after": shape(_TEXT, ("no date", is_day)),
}  # fmt: skip
ROOT = members(version=whole(), root=_HEX64, secret=anything, log=anything)
DOOR = members(
    format=anything, **_SHARED, version=whole(), inspectors=items(or_null(identifier)), position=whole(),
    salt=_HEX64, unit=identifier, root=_HEX64, proof=items(_HEX64), log=anything,
)  # fmt: skip
SEALED = members(format=anything, **_SHARED, roots=anything, record=anything)


def top(shape_of: Shape, value: Any, whole_name: str, tag: str) -> None:
    """A document of its own: its fields are named without a path before them."""
    try:
        need(whole_name, "not an object", when=isinstance(value, dict))
        shape_of(value, "record")
    except Fault as fault:
        path = fault.args[0]
        raise Fault(
            whole_name if path == "record" else path.replace("record.", "", 1), fault.args[1]
        ) from None
    need("format", "differs", when=value["format"] == tag)
    need("leaves", "empty", when=value["leaves"] > 0)


def check_root_log(value: Json, root: str, version: int, log: Any, path: str) -> None:
    body = {**{key: value[key] for key in _SHARED}, "root": root}
    check_log(
        log, path, body, action="draw" if version == 2 else "other", record=value["draw"], version=version
    )


def leaf_of(draw: str, version: int, position: int, salt: str, unit: Any, inspectors: Any) -> bytes:
    return jcs(
        {
            "draw": draw,
            "version": version,
            "position": position,
            "salt": salt,
            "unit": unit,
            "inspectors": inspectors,
        }
    )


def tree(leaves: List[bytes]) -> bytes:
    """RFC 6962 section 2.1."""
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = [
            hashlib.sha256(b"\1" + level[n] + level[n + 1]).digest() for n in range(0, len(level) - 1, 2)
        ]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def verify_sealed(value: Any, say: Callable[[str], None]) -> Iterator[Tuple[str, str]]:
    top(SEALED, value, "sealed", "double-random-draw-sealed/1")
    need("roots", "not a list", when=isinstance(value["roots"], list))
    need("roots", "empty", when=bool(value["roots"]))
    for n, entry in enumerate(value["roots"]):
        path = f"roots[{n}]"
        ROOT(entry, path)
        need(f"{path}.version", "differs", when=entry["version"] == n + 2)
        need(f"{path}.secret", "open in part", when=(entry["secret"] is None) is (value["record"] is None))
        if entry["secret"] is not None:
            _HEX64(entry["secret"], f"{path}.secret")
        if entry["log"] is not None:
            check_root_log(value, entry["root"], entry["version"], entry["log"], f"{path}.log")
    say(f"结果的承诺 roots: {len(value['roots'])}, opens after 最迟启封 {value['opens_after']}")
    if value["record"] is None:
        return
    wrong = list(verify(value["record"], say))
    for path, rule in wrong:
        yield (path if path == "record" else f"record.{path}"), rule
    if not wrong:
        yield from compare_roots(value, value["record"])


def compare_roots(value: Json, record: Json) -> Iterator[Tuple[str, str]]:
    frame = record["frame"]
    expected = {"draw": frame["draw"], "frame_sha256": record["frame_sha256"], "leaves": len(frame["units"])}
    for key, wanted in expected.items():
        yield from compare(wanted, value[key], key)
    kinds = [item["kind"] for item in frame["entropy"]]
    closed = kinds.count("reveal")
    if not closed:
        yield "record.frame.entropy", "nothing closed"
    elif "reveal" in kinds[closed:]:
        yield "record.frame.entropy", "closed after open"
    if len(value["roots"]) != 1 + len(record["substitutions"]):
        yield "roots", "wrong length"
        return
    teams = {one["unit"]: [] for one in record["selected"]}  # type: Dict[str, List[Optional[str]]]
    teams.update({one["unit"]: list(one["inspectors"]) for one in record["assignments"] or []})
    for n, entry in enumerate(value["roots"]):
        if n:
            take_step(teams, record["substitutions"][n - 1])
        leaves = []
        for place, unit in enumerate(frame["units"]):
            salt = sha(f"salt|{frame['draw']}|{entry['version']}|{place}|{entry['secret']}")
            name = unit["id"] if unit["id"] in teams else None
            leaves.append(leaf_of(frame["draw"], entry["version"], place, salt, name, teams.get(unit["id"])))
        if tree(leaves).hex() != entry["root"]:
            yield f"roots[{n}].root", "differs"


def take_step(teams: Dict[str, List[Optional[str]]], step: Json) -> None:
    if step["seat"] is not None:
        teams[step["unit"]][step["seat"]] = step["inspector_in"]
        return
    del teams[step["unit"]]
    if step["unit_in"] is not None:
        teams[step["unit_in"]] = list(step["inspectors"])


def verify_door(value: Any, say: Callable[[str], None]) -> Iterator[Tuple[str, str]]:
    top(DOOR, value, "proof", "double-random-draw-door/1")
    need("version", "unknown version", when=value["version"] >= 2)
    need("position", "outside the tree", when=value["position"] < value["leaves"])
    leaf = leaf_of(*(value[key] for key in ("draw", "version", "position", "salt", "unit", "inspectors")))
    path = [bytes.fromhex(node) for node in value["proof"]]
    above = root_of(leaf, value["position"], value["leaves"], path)
    need("proof", "not under the root", when=above is not None and above.hex() == value["root"])
    if value["log"] is not None:
        check_root_log(value, value["root"], value["version"], value["log"], "log")
    say(
        f"抽中 drawn: {value['unit']}, 检查人员 inspectors: {', '.join(name or '-' for name in value['inspectors'])}"
    )
    yield from ()


def verify_document(value: Any, say: Callable[[str], None] = lambda line: None) -> Iterator[Tuple[str, str]]:
    """A record, a sealed document or a proof at the door, by its own format."""
    tag = value.get("format") if isinstance(value, dict) else None
    if tag not in ("double-random-draw-sealed/1", "double-random-draw-door/1"):
        yield from verify(value, say)
        return
    try:
        yield from (verify_sealed if "sealed" in tag else verify_door)(value, say)
    except Fault as fault:
        yield fault.args


def main(arguments: List[str]) -> int:
    if len(arguments) != 1 or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 2
    try:
        with open(arguments[0], "rb") as file:
            record = read(file.read(), "record")
    except (OSError, Fault) as unread:
        print(f"无法读取 cannot read: {unread}", file=sys.stderr)
        return 2
    differences = list(verify_document(record, print))
    for path, rule in differences[:50]:
        print(f"不一致 differs: {path}: {rule}")
    if len(differences) > 50:
        print(f"…… {len(differences) - 50} more 另有")
    if not differences and isinstance(record, dict) and record.get("record", "") is None:
        print("承诺已存证，尚未启封 committed to, still sealed")
        return 1
    print("核验未通过 NOT verified" if differences else "核验通过 verified")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

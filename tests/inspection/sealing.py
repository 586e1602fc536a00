"""A sealed draw done slowly: straight from section 9 of the specification, without a flow. Also makes its vectors:
`python -m tests.inspection.sealing`."""

import json
import random
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from inspection.draw import record as records
from inspection.draw.chance import commitment
from inspection.draw.frame import check
from inspection.draw.substitute import replace_seat, replace_unit
from tests.inspection.drawing import Json, frame, inspector, unit
from tests.inspection.test_draw_verify import logged, path_of, tree_hash

VECTORS = Path(__file__).parents[1] / "golden" / "draw" / "sealed"
OPENS_AFTER = "2026-12-31"


def jcs(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def record(seed: int = 1, *, units: int = 11, substitutions: int = 2) -> Json:
    """A record whose closed values stand before its dice, with so many units and at most so many substitutions."""
    chance = random.Random(seed)
    reveals = [
        {"kind": "reveal", "by": by, "value": f"{chance.getrandbits(256):064x}", "nonce": f"{n + 1:032x}"}
        for n, by in enumerate(("bar", "office"))
    ]
    plan = [
        {
            "kind": "reveal",
            "by": one["by"],
            "commitment": commitment("D-1", one["by"], nonce=one["nonce"], value=one["value"]),
        }
        for one in reveals
    ]
    document = frame(
        [unit(f"U{n:03}", stratum="AB"[n % 2]) for n in range(units)],
        [inspector(f"J{n}") for n in range(7)],
        strata=[{"id": name, "rate_bp": 2500, "min": 1, "max": None} for name in "AB"],
        entropy=[*plan, {"kind": "dice", "by": "witness-1"}],
        reserve=2,
    )
    dice = {"kind": "dice", "by": "witness-1", "value": "".join(str(chance.randrange(10)) for _ in range(20))}
    drawn = records.draw(check(document), [*reveals, dice])
    drawn["log"] = logged(drawn)
    steps = [
        lambda: replace_seat(drawn, unit=drawn["selected"][0]["unit"], seat=1, ground="recused"),
        lambda: replace_unit(drawn, unit=drawn["selected"][0]["unit"], ground="ended"),
    ]
    for step in steps[:substitutions]:
        drawn["substitutions"].append(step())
    return json.loads(json.dumps(drawn))


def leaf(drawn: Json, version: int, position: int, secret: str) -> Json:
    """Section 9.2: one leaf of one version."""
    teams = {entry["unit"]: entry["inspectors"] for entry in drawn["assignments"]}
    for step in drawn["substitutions"][: version - 2]:
        if step["seat"] is None:
            del teams[step["unit"]]
            if step["unit_in"]:
                teams[step["unit_in"]] = step["inspectors"]
        else:
            changed = list(teams[step["unit"]])
            changed[step["seat"]] = step["inspector_in"]
            teams[step["unit"]] = changed
    unit_id = drawn["frame"]["units"][position]["id"]
    salt = sha256(f"salt|{drawn['frame']['draw']}|{version}|{position}|{secret}".encode()).hexdigest()
    return {
        "draw": drawn["frame"]["draw"],
        "version": version,
        "position": position,
        "salt": salt,
        "unit": unit_id if unit_id in teams else None,
        "inspectors": teams.get(unit_id),
    }


def leaves(drawn: Json, version: int, secret: str) -> list[bytes]:
    return [jcs(leaf(drawn, version, position, secret)) for position in range(len(drawn["frame"]["units"]))]


def entry(drawn: Json, version: int, root: str, *, size: int = 19) -> Json:
    """The log's proof of a root, in a log of `size` entries."""
    said = {
        "draw": drawn["frame"]["draw"],
        "frame_sha256": drawn["frame_sha256"],
        "leaves": len(drawn["frame"]["units"]),
        "opens_after": OPENS_AFTER,
        "root": root,
    }
    salt = bytes([version]) * 32
    stored = jcs(
        {
            "format": "legal-credit-leaf/1",
            "action": "draw" if version == 2 else "other",
            "record": drawn["frame"]["draw"],
            "version": version,
            "time": "2026-11-20T03:00:00Z",
            "digest": sha256(salt + jcs(said)).hexdigest(),
            "restricted": None,
        }
    )
    index = 5 + version
    log = [f"other {n}".encode() for n in range(size)]
    log[index] = stored
    head = b64encode(tree_hash(log)).decode()
    return {
        "origin": "credit.example/log",
        "index": index,
        "leaf": b64encode(stored).decode(),
        "salt": salt.hex(),
        "proof": [node.hex() for node in path_of(index, log)],
        "checkpoint": f"credit.example/log\n{size}\n{head}\n\n— credit.example/log AAAAAA==\n",
    }


def document(drawn: Json, *, is_open: bool) -> Json:
    """The sealed document of section 9.3."""
    roots = []
    for version in range(2, 3 + len(drawn["substitutions"])):
        secret = f"{version:02x}" * 32
        root = tree_hash(leaves(drawn, version, secret)).hex()
        roots.append(
            {
                "version": version,
                "root": root,
                "secret": secret if is_open else None,
                "log": entry(drawn, version, root),
            }
        )
    return {
        "format": "double-random-draw-sealed/1",
        "draw": drawn["frame"]["draw"],
        "frame_sha256": drawn["frame_sha256"],
        "opens_after": OPENS_AFTER,
        "leaves": len(drawn["frame"]["units"]),
        "roots": roots,
        "record": drawn if is_open else None,
    }


def at_the_door(drawn: Json, version: int, unit_id: str) -> Json:
    """The proof of section 9.4."""
    secret = f"{version:02x}" * 32
    hashed = leaves(drawn, version, secret)
    position = [one["id"] for one in drawn["frame"]["units"]].index(unit_id)
    own = leaf(drawn, version, position, secret)
    root = tree_hash(hashed).hex()
    return {
        "format": "double-random-draw-door/1",
        "draw": own["draw"],
        "frame_sha256": drawn["frame_sha256"],
        "opens_after": OPENS_AFTER,
        "leaves": len(hashed),
        "version": version,
        "position": position,
        "salt": own["salt"],
        "unit": own["unit"],
        "inspectors": own["inspectors"],
        "root": root,
        "proof": [node.hex() for node in path_of(position, hashed)],
        "log": entry(drawn, version, root),
    }


def visited(drawn: Json, version: int) -> list[str]:
    """The units (ids) that are inspected in this version."""
    secret = f"{version:02x}" * 32
    listed = [leaf(drawn, version, place, secret)["unit"] for place in range(len(drawn["frame"]["units"]))]
    return [name for name in listed if name is not None]


def write_vectors() -> None:
    drawn = record()
    last = 2 + len(drawn["substitutions"])
    made = {
        "open": document(drawn, is_open=True),
        "closed": document(drawn, is_open=False),
        "door": at_the_door(drawn, last, visited(drawn, last)[0]),
    }
    for name, value in made.items():
        (VECTORS / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    write_vectors()

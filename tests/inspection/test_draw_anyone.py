"""Whoever verifies a draw finds the same, in the browser, with the one-file Python program, and with our own module."""

import ast
import json
import runpy
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Page

from inspection.draw.canon import read_json
from inspection.draw.rules import RULES, Invalid
from inspection.draw.verify import verify
from registry.ledger.note import Signer, sign_note
from tests.inspection import generated
from tests.inspection.test_draw_vectors import RECORDS, REFUSED, VECTORS
from tests.inspection.test_draw_verify import RECORD

STATIC = Path(__file__).parents[2] / "inspection" / "web" / "static"
SCRIPTS = [f"draw-{n}.js" for n in ["rules", "hash", "json", "frame", "assign", "record", "log", "verify"]]
PROGRAM = STATIC / "verify_draw.py"
Found = list[tuple[str, str]]
program = runpy.run_path(str(PROGRAM))


@pytest.fixture
def in_browser(page: Page) -> Callable[[list[str]], list[Found]]:
    """What the scripts of the page find in each of these texts."""
    for script in SCRIPTS:
        page.add_script_tag(path=STATIC / script)

    def found(texts: list[str]) -> list[Found]:
        answers = page.evaluate(
            "texts => texts.map(text => doubleRandomDraw.verifyNow(text).differences.map(d => [d.path, d.rule]))",
            texts,
        )
        return [sorted((path, rule) for path, rule in answer) for answer in answers]

    return found


def by_module(text: str) -> Found:
    try:
        return sorted((one.path, one.rule) for one in verify(read_json(text.encode(), "record")))
    except Invalid as fault:
        return [(fault.path, fault.rule)]


def by_program(text: str) -> Found:
    try:
        return sorted(program["verify"](program["read"](text.encode(), "record")))
    except program["Fault"] as fault:
        return [fault.args]


def agree(texts: list[str], in_browser: Callable[[list[str]], list[Found]]) -> list[Found]:
    """What all three find; any two that differ fail the test with the record."""
    found = [by_module(text) for text in texts]
    browser = in_browser(texts)
    for text, module, seen in zip(texts, found, browser, strict=True):
        told = by_program(text)
        assert seen == module, text
        assert told == module, text
    return found


def generated_texts(seeds: Iterable[int]) -> list[str]:
    texts = []
    for seed in seeds:
        published = generated.record(seed)
        texts += [json.dumps(published), json.dumps(generated.altered(published, seed))]
    return texts


def test_three_verifiers_agree_on_generated_records(in_browser: Callable[[list[str]], list[Found]]) -> None:
    found = agree(generated_texts(range(150)), in_browser)
    assert all(differences == [] for differences in found[::2])
    assert Counter(bool(differences) for differences in found[1::2])[True] > 100


@pytest.mark.slow
def test_three_verifiers_agree_on_ten_thousand_records(
    in_browser: Callable[[list[str]], list[Found]],
) -> None:
    for start in range(1000, 6000, 250):
        found = agree(generated_texts(range(start, start + 250)), in_browser)
        assert all(differences == [] for differences in found[::2])


@pytest.mark.parametrize("part", ["frame", "rest"])
def test_three_verifiers_agree_on_every_class_of_field(
    in_browser: Callable[[list[str]], list[Found]], part: str
) -> None:
    texts = [
        json.dumps(tampered)
        for name, tampered in generated.each_class_altered(RECORD)
        if name.startswith("frame.") == (part == "frame")
    ]
    found = agree(texts, in_browser)
    assert len({path for differences in found for path, _ in differences}) > 30


def test_three_verifiers_agree_on_the_golden_records_and_the_refused_frames(
    in_browser: Callable[[list[str]], list[Found]],
) -> None:
    golden = [(VECTORS / f"{name}.json").read_text(encoding="utf-8") for name in RECORDS]
    assert agree(golden, in_browser) == [[] for _ in golden]
    refused = [json.dumps(RECORD | {"frame": case["frame"]}) for case in REFUSED]
    for case, [(path, rule)] in zip(REFUSED, agree(refused, in_browser), strict=True):
        wanted = "frame" if case["path"] == "frame" else f"frame.{case['path']}"
        assert rule == case["rule"]
        assert path.startswith("frame.units[") if case["path"] == "units[*]" else path == wanted


@pytest.mark.parametrize(
    ("spelled", "faults"),
    [
        ("", [("record", "not JSON")]),
        ("[1,]", [("record", "not JSON")]),
        ('{"a":1,}', [("record", "not JSON")]),
        ('{"a" 1}', [("record", "not JSON")]),
        ("{} {}", [("record", "not JSON")]),
        ("01", [("record", "not JSON")]),
        ("NaN", [("record", "not JSON")]),
        ('"tab\there"', [("record", "not JSON")]),
        ('"\\x"', [("record", "not JSON")]),
        ('"open', [("record", "not JSON")]),
        ("nul", [("record", "not JSON")]),
        ("[" * 5000 + "]" * 5000, [("record", "nested too deeply")]),
        ("7", [("record", "not an object")]),
        ('"\\"\\\\\\u00e9"', [("record", "not an object")]),
        ('{"__proto__": {}}', [("assignments", "missing")]),
        ("\ufeff[]", [("record", "not an object")]),
        (" \r\n\t[ [ ] , { } , -0 , 1e5 ] ", [("record", "not an object")]),
    ],
)
def test_all_read_json_alike(
    in_browser: Callable[[list[str]], list[Found]], spelled: str, faults: Found
) -> None:
    assert agree([spelled], in_browser) == [faults]


def test_a_repeated_key_is_seen_where_a_careless_reader_takes_the_last(
    in_browser: Callable[[list[str]], list[Found]],
) -> None:
    text = json.dumps(RECORD).replace('"reserve": 2', '"reserve": 9, "reserve": 2')
    assert verify(json.loads(text)) == []
    assert by_module(text) == in_browser([text])[0] == [("frame.reserve", "repeated key")]
    assert by_program(text) == [("record", "repeated key")]
    inside = json.dumps(RECORD).replace('"id": "U3"', '"id": "U3", "id": "U3"')
    assert by_module(inside) == in_browser([inside])[0] == [("frame.units[3].id", "repeated key")]


def test_a_number_beyond_two_to_the_53_is_not_rounded(
    in_browser: Callable[[list[str]], list[Found]],
) -> None:
    text = json.dumps(RECORD).replace('"reserve": 2', '"reserve": 9007199254740993')
    assert agree([text], in_browser) == [[("frame.reserve", "above 100")]]
    text = json.dumps(RECORD).replace('"index": 4', '"index": 9007199254740993')
    assert agree([text], in_browser) == [[("log.index", "above 2^53")]]


def test_the_browser_has_a_sentence_for_every_rule(
    page: Page, in_browser: Callable[[list[str]], list[Found]]
) -> None:
    assert page.evaluate("doubleRandomDraw.RULES") == dict(RULES)
    assert in_browser([json.dumps(RECORD)]) == [[]]


def test_the_browser_checks_who_signed_the_checkpoint(
    page: Page, in_browser: Callable[[list[str]], list[Found]]
) -> None:
    signers = [
        Signer("credit.example/log", Ed25519PrivateKey.from_private_bytes(bytes([n] * 32))) for n in (1, 2)
    ]
    text = "\n".join(RECORD["log"]["checkpoint"].split("\n")[:3]) + "\n"
    note = sign_note(text, signers)
    keys = [signer.verifier.vkey for signer in signers]
    stranger = Signer(
        "credit.example/log", Ed25519PrivateKey.from_private_bytes(bytes([3] * 32))
    ).verifier.vkey
    asked = {
        keys[0]: (note, "signed"),
        keys[1]: (note, "signed"),
        stranger: (note, "other key"),
        f"other.example+{keys[0].split('+', 1)[1]}": (note, "bad key"),
        keys[0][:-4]: (note, "bad key"),
    }
    in_browser([])
    ask = "([note, key]) => doubleRandomDraw.signatureOf(note, key)"
    for key, (signed, answer) in asked.items():
        assert page.evaluate(ask, [signed, key]) == answer
    assert page.evaluate(ask, [note.replace("\n7\n", "\n8\n"), keys[0]]) == "wrong signature"
    published = RECORD | {"log": RECORD["log"] | {"checkpoint": note}}
    steps = page.evaluate(
        "([text, keys]) => keys.map(key => doubleRandomDraw.verifyNow(text, key).steps.map(s => [s.id, s.state]))",
        [json.dumps(published), [keys[0], stranger, ""]],
    )
    assert [dict(found)["signature"] for found in steps] == ["ok", "unchecked", "unchecked"]
    assert {state for _, state in steps[0]} == {"ok"}


def test_signatures_as_rfc_8032_has_them(page: Page, in_browser: Callable[[list[str]], list[Found]]) -> None:
    """Vectors 1 to 3 of section 7.1; any bit turned is another signature."""
    in_browser([])
    ask = """([key, message, signature]) => {
      const [k, m, s] = [key, message, signature].map(doubleRandomDraw.bytesOfHex);
      return doubleRandomDraw.isSigned(m, s, k);
    }"""
    for key, message, signature in RFC_8032:
        assert page.evaluate(ask, [key, message, signature])
        for n in (0, 31, 32, 63):
            turned = bytearray.fromhex(signature)
            turned[n] ^= 1
            assert not page.evaluate(ask, [key, message, turned.hex()])
        assert not page.evaluate(ask, [key, message + "00", signature])


RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


def test_the_hashes_of_the_browser_are_those_of_the_standard(
    page: Page, in_browser: Callable[[list[str]], list[Found]]
) -> None:
    in_browser([])
    texts = ["名" * (n % 3) + "a" * n for n in range(200)]
    assert page.evaluate("texts => texts.map(doubleRandomDraw.sha)", texts) == [
        sha256(text.encode()).hexdigest() for text in texts
    ]
    tickets = page.evaluate(
        "texts => texts.map(text => ['', 'U1', 'x'.repeat(64)].map(doubleRandomDraw.ticketsUnder(text)))",
        texts,
    )
    assert tickets == [
        [sha256((text + name).encode()).hexdigest() for name in ("", "U1", "x" * 64)] for text in texts
    ]


def test_the_program_runs_by_itself_and_says_what_it_found(tmp_path: Path) -> None:
    """Exit 0 verified, 1 something differs, 2 nothing could be read; on any Python from 3.9 on."""
    ast.parse(PROGRAM.read_text(encoding="utf-8"), feature_version=(3, 9))
    files = {
        "good": json.dumps(RECORD),
        "altered": json.dumps(RECORD | {"seed": "0" * 64}),
        "cut": '{"frame"',
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        # -I: nothing but the standard library, and nothing from where it is started
        command = [sys.executable, "-I", str(PROGRAM), *arguments]
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, env={"PYTHONIOENCODING": "utf-8"}
        )

    good, altered, cut = run("good"), run("altered"), run("cut")
    assert (good.returncode, altered.returncode, cut.returncode) == (0, 1, 2)
    assert (run().returncode, run("missing").returncode) == (2, 2)
    assert good.stdout.endswith("核验通过 verified\n")
    assert RECORD["frame_sha256"] in good.stdout
    assert "seed: differs" in altered.stdout
    assert altered.stdout.endswith("核验未通过 NOT verified\n")
    assert "not JSON" in cut.stderr

"""Triggers that make the database itself refuse to rewrite the ledger, whatever program asks.

They stop mistakes and honest tools. Whoever may drop triggers can still rewrite rows; that is what signed checkpoints
in other hands and `registry.ledger.verify` are for.
"""

_APPEND_ONLY = ("reg_ledger_entries", "reg_ledger_tiles", "reg_ledger_checkpoints")
_HEADS = "reg_ledger_heads"
_BODIES = "reg_ledger_bodies"
_KEYS = {
    _HEADS: ("book",),
    _BODIES: ("book", "position"),
    "reg_ledger_entries": ("book", "position"),
    "reg_ledger_tiles": ("book", "level", "number"),
    "reg_ledger_checkpoints": ("book", "size"),
}
# `restricted` alone may be sealed anew, under a newer field key; its digest in the leaf still holds.
_FIXED_BODY_COLUMNS = "book, position, salt, body, restricted_salt, until"
_GROWS = "NEW.book = OLD.book AND NEW.size > OLD.size"


_REFUSE = """CREATE FUNCTION reg_ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only', ERRCODE = 'restrict_violation'; END $$"""


def _sqlite() -> list[str]:
    def refuse(table: str, event: str, when: str = "") -> str:
        name = f"{table}_no_{event.partition(' ')[0].lower()}"
        return (
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} {when}\n"
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )

    statements = [refuse(table, event) for table in _APPEND_ONLY for event in ("UPDATE", "DELETE")]
    statements += [
        refuse(_HEADS, "DELETE"),
        refuse(_HEADS, "UPDATE", f"WHEN NOT ({_GROWS})"),
        refuse(_BODIES, f"UPDATE OF {_FIXED_BODY_COLUMNS}"),
    ]
    # INSERT OR REPLACE deletes the row in its way without asking the DELETE trigger.
    for table, key in _KEYS.items():
        same = " AND ".join(f"{column} = NEW.{column}" for column in key)
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 - every part is a constant above
        statements.append(refuse(table, "INSERT", f"WHEN {taken}"))
    return statements


def _postgresql() -> list[str]:
    def refuse(table: str, event: str, each: str, when: str = "") -> str:
        name = f"{table}_no_{event.partition(' ')[0].lower()}"
        return (
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {each} {when}\n"
            "EXECUTE FUNCTION reg_ledger_refuse()"
        )

    statements = [_REFUSE]
    for table in _APPEND_ONLY:
        statements += [refuse(table, "UPDATE", "ROW"), refuse(table, "DELETE", "ROW")]
    statements += [
        refuse(_HEADS, "DELETE", "ROW"),
        refuse(_HEADS, "UPDATE", "ROW", f"WHEN (NOT ({_GROWS}))"),
        refuse(_BODIES, f"UPDATE OF {_FIXED_BODY_COLUMNS}", "ROW"),
    ]
    return statements + [refuse(table, "TRUNCATE", "STATEMENT") for table in _KEYS]


TRIGGERS: dict[str, list[str]] = {"sqlite": _sqlite(), "postgresql": _postgresql()}

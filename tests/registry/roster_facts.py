"""Fictional organisations and people for tests, with numbers that check."""

from datetime import date
from typing import Any

from stdnum.cn import ric, uscc

from registry.kernel.work import WorkSession
from registry.roster import enrol


def code(kind: str = "31", serial: int = 1) -> str:
    """A unified social credit code of Shanghai."""
    body = f"{kind}310000{serial:08d}"
    body += "0"
    return body + uscc.calc_check_digit(body)


def resident(serial: int = 1, *, born: str = "19850412") -> str:
    """An identity number of the unissued region 310000; odd serials are men's."""
    body = f"310000{born}{serial:03d}"
    return body + ric.calc_check_digit(body + "0")


def lawyer(serial: int = 1, *, place: str = "3101", year: int = 2010, category: int = 1, sex: int = 0) -> str:
    """A lawyer's licence number of 17 digits."""
    return f"1{place}{year}{category}{sex}{serial:06d}"


def firm(session: WorkSession, name: str = "上海明理律师事务所", **more: Any) -> enrol.Organisation:
    draft = {
        "kind": "law_firm",
        "name": name,
        "district": "310101",
        "established_on": date(2001, 2, 3),
        **more,
    }
    return enrol.enrol_organisation(session, session.actor, **draft)


def advocate(
    session: WorkSession, place: enrol.Organisation | None, serial: int = 1, **more: Any
) -> enrol.Practitioner:
    draft = {
        "name": "单勇",
        "profession": "lawyer",
        "licence_number": lawyer(serial),
        "organisation": place,
        "granted_on": date(2010, 5, 1),
        **more,
    }
    return enrol.enrol_practitioner(session, session.actor, **draft)

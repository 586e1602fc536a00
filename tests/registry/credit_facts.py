"""Events of tests, as an office would record them."""

from datetime import date
from typing import Any

from registry.credit import record
from registry.credit.record import CreditEvent, NewEvent, Subject
from registry.kernel.work import WorkSession
from registry.roster import enrol


def penalty_of(subject: Subject, **more: Any) -> NewEvent:
    """A warning and a fine of 3,000 yuan under 律师法 art. 47."""
    number = more.pop("document_number", "沪司罚决字〔2026〕第7号")
    columns = {
        "CF_WSH": number,
        "CF_WFXW": "同时在两个以上律师事务所执业",
        "CF_SY": "经查属实",
        "CF_YJ": "《中华人民共和国律师法》第四十七条第（一）项",
        "CF_CFLB": "警告;罚款",
        "CF_NR": "警告，罚款3000元",
        "CF_NR_FK": "0.300000",
        **more.pop("columns", {}),
    }
    facts = {
        "decided_on": date(2026, 5, 20),
        "summary": "同时在两个以上律师事务所执业",
        "authority": "上海市司法局",
        "severity": "一般",
        **more,
    }
    return NewEvent(kind="penalty", subject=subject, document_number=number, columns=columns, **facts)


def punished(session: WorkSession, person: enrol.Practitioner, **more: Any) -> CreditEvent:
    made = record.record_many(session, session.actor, [penalty_of(Subject(practitioner=person.id), **more)])
    assert made[0].event is not None
    return made[0].event

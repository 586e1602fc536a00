"""Who may not be a partner for now, by the suspensions that the register holds (律师法 art. 53). Pure.

The months and years stand in statutes.toml. It warns and refuses nothing: who is a partner is for the firm's articles to say.
"""

from datetime import date, timedelta

from registry.credit.catalogue import add_months
from registry.credit.statutes_table import in_force
from registry.roster.find import Practitioner

_DAY = timedelta(days=1)


def bars(person: Practitioner, on: date) -> list[tuple[str, str]]:
    """Article and words of each bar that runs on the day `on`, with its last day, or without one while the suspension
    itself still lasts."""
    found = []
    for licence in person.licences:
        for period in licence.states:
            if period.value != "suspended" or period.since > on:
                continue
            for statute in in_force(period.since):
                for one in statute.consequences:
                    if licence.profession not in one.subjects:
                        continue
                    ends = period.until - _DAY if period.until else on
                    if ends + _DAY < add_months(period.since, int(one.months)):
                        continue
                    last = add_months(ends, 12 * int(one.years))
                    if period.until is None:
                        found.append((f"{statute.short}{one.cited}", f"{one.text}（尚在停止执业期间）"))
                    elif on <= last:
                        found.append((f"{statute.short}{one.cited}", f"{one.text}（至 {last.isoformat()}）"))
    return found

"""守信激励和失信惩戒 as a table that others ask: `of` for a grade and lists, `may` for a subject and a purpose."""

from registry.credit.measures.check import Answer, Reason, may
from registry.credit.measures.rules import TABLE, Measure, Purpose, of

__all__ = ["TABLE", "Answer", "Measure", "Purpose", "Reason", "may", "of"]

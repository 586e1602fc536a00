"""Statements about a subject that stand on the ledger and can be checked without this service."""

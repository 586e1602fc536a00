"""The ledger: an append-only Merkle log with signed heads, in two books."""

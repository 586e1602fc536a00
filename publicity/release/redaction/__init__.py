"""遮盖: what of a text nobody but the office may read, proposed by rule and decided by the secrecy reviewer."""

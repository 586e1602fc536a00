"""What the public may find: an allow-list over the register, current notices, and their proofs."""

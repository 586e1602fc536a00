"""归集: the public ledger as a feed, and the receipts of those who read it."""

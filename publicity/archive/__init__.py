"""档案: what was published, filed under its number, to be taken out whole and checked by anybody who holds the file."""

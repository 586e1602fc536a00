"""异议: the subject of a record says that it is wrong; it is marked, looked into, decided, and the answer told."""

"""红黑名单: who is put on a list, by which steps, and how they come off it. No step follows from a score."""

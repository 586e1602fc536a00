"""公开属性: whether each fact is told by itself, on request or not at all, on what ground, and when that is looked at again."""

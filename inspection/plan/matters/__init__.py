"""The public list of what may be inspected at random (随机抽查事项清单): prepared by one person, published by another."""

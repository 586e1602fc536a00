"""The draw as an act of office: freeze, commit, chance, draw, publish, void (specification section 8)."""

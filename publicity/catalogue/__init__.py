"""清单与目录: the lists that policy wants published, each in dated versions; four schemas of one mechanism."""

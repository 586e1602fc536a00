"""The verifiable double-random draw, `double-random-draw/1`: pure, standard library only.

`frame.check` reads what is drawn from, `record.draw` draws, `substitute` replaces what falls out later, and
`verify.verify` re-runs a published record. JSON documents go in and come out as plain dicts.
"""

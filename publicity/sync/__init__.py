"""归集程序: the platform's end of the feed. It proves what it reads, and keeps a copy that the feed's digests agree with.

A program of its own: of this service it knows the published formats alone, so a platform may take it as it stands.
"""

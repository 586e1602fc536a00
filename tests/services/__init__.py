"""What the tests need beside Python: a PostgreSQL server, a Chromium, a font with Chinese characters.

Each is found if it is installed; `python -m tests.services` installs what is missing.
"""

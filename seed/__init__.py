"""The demo city: fictional firms and people with valid check digits, the same city for the same day."""

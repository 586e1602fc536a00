"""The ground: settings, time, canonical bytes, secrets, units of work, access, parts and the host that composes them."""

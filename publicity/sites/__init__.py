"""The web sites that firms registered, so that a link to us can tell whose site it stands on."""

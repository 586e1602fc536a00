"""公示: public records in immutable versions, from publication to their end."""

"""Buildings as data."""

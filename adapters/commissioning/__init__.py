"""From a controller's point list to proven reads and writes: lists, mapping, checks, records.

Nothing here writes to a building but ``write_test``, and that only through the guard.
"""

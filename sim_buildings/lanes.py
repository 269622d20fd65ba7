"""How arrays of many buildings lie in memory: lanes side by side in every column.

The engine steps ``LANES`` buildings at once. A row of a zone, an air handler or a building holds
its columns one after the other, and each column holds ``LANES`` numbers, one for each building:
what an inner loop over the lanes reads and writes lies at constant distances, which is what the
compiler needs to work on several buildings with one instruction.

Parameters may be one set for all lanes (``VARIED`` 0) or one for each (``VARIED`` 1).

Plain Python runs with the values below; :func:`sim_buildings.compiled.compiled` puts others in
their place.
"""

from __future__ import annotations

LANES = 1
PARAM_LANES = 1
VARIED = 0
# Whether faults are looked at; batches without any leave them out of the compiled code.
FAULTY = 1


def at(column: int, lane: int) -> int:
    """Where ``column`` of ``lane`` lies in a row of values."""
    return column * LANES + lane


def of(column: int, lane: int) -> int:
    """Where ``column`` of ``lane`` lies in a row of parameters."""
    return column * PARAM_LANES + lane * VARIED

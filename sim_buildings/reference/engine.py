"""``python -m sim_buildings.reference.engine ARGUMENT...``: the EnergyPlus command line.

EnergyPlus keeps process-wide state and may abort the process on bad input, so it never runs in
the caller's process; :mod:`sim_buildings.reference.annual` starts this module instead.
"""

from __future__ import annotations

import sys

from pyenergyplus.api import EnergyPlusAPI


def main(arguments: list[str]) -> int:
    """EnergyPlus's exit code for its own command-line ``arguments``; 0 is success."""
    api = EnergyPlusAPI()
    state = api.state_manager.new_state()
    return int(api.runtime.run_energyplus(state, arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

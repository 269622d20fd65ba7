"""The same building without devices: what its BMS achieves alone, as fast as it computes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sim_buildings.field.files import TRUTH
from sim_buildings.field.recorder import TruthRecorder
from sim_buildings.field.simulated_building import SimulatedBuilding


def run_headless(
    simulated: SimulatedBuilding,
    folder: Path,
    end_s: float,
    progress: Callable[[float], None] = lambda s: None,
) -> Path:
    """Simulate to ``end_s`` under the BMS's own schedule; returns the truth, as CSV.

    ``progress`` hears the site time once a simulated hour or so.
    """
    path = folder / TRUTH
    nobody = dict.fromkeys(simulated.scheduled())
    steps = 0
    with TruthRecorder(path, simulated.truth_columns()) as recorder:
        while simulated.time_s < end_s:
            simulated.step(nobody)
            recorder.add(simulated.time_s, simulated.truth())
            steps += 1
            if steps % 60 == 0:
                recorder.flush()
                progress(simulated.time_s)
    return path

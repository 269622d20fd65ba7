"""What can be broken, and the values that mean it is not."""

from __future__ import annotations

from math import nan

# A zone: its temperature sensor (a constant offset, what a drift adds an hour, the reading of a
# frozen one), where its blind, damper (share of the largest flow) and reheat valve are stuck.
# NaN: not frozen, not stuck.
ZONE_FAULTS = (
    "sensor_offset_k",
    "sensor_drift_k_per_h",
    "sensor_frozen_c",
    "blind_stuck",
    "damper_stuck",
    "valve_stuck",
)
(
    FZ_OFFSET,
    FZ_DRIFT,
    FZ_FROZEN,
    FZ_BLIND,
    FZ_DAMPER,
    FZ_VALVE,
) = range(len(ZONE_FAULTS))
NO_ZONE_FAULT = (0.0, 0.0, nan, nan, nan, nan)

# An air handler: share of the coil's capacity that fouling leaves, a failed fan (1), where the
# outdoor air damper is stuck (share), offset of the supply air sensor.
HANDLER_FAULTS = ("coil_share", "fan_failed", "outdoor_damper_stuck", "supply_sensor_offset_k")
FH_COIL, FH_FAN, FH_DAMPER, FH_SUPPLY_OFFSET = range(len(HANDLER_FAULTS))
NO_HANDLER_FAULT = (1.0, 0.0, nan, 0.0)

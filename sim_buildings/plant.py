"""The air-source heat pump plant: capacity and electric power by outdoor air and part load.

Two circuits, one for the cooling coil and one for the reheat coils, which may run at once. Curves
are those of EnergyPlus's example files for an air-source heat pump (HPACCoolCapFT, HPACCoolEIRFT,
HPACHeatCapFT, HPACHeatEIRFT, HPACCOOLPLFFPLR), used for their shape over outdoor
temperature; capacity and COP at rating come from the building's file. Cooling is sensible, at the
rating's entering wet bulb. Defrost and standby are not modelled.
"""

from __future__ import annotations

from typing import NamedTuple

from sim_buildings.bounds import within

# AHRI 210/240: entering air at 19.4 °C wet bulb; rated at 35 °C (cooling) and 8.3 °C (heating).
RATED_WET_BULB_C = 19.4
# The curves' ranges; outside them the nearest value holds.
COOLING_OUTDOOR_MIN_C = 18.0
COOLING_OUTDOOR_MAX_C = 46.0
HEATING_OUTDOOR_MIN_C = -20.0
HEATING_OUTDOOR_MAX_C = 20.0


class PlantParams(NamedTuple):
    """Rated heat [W] and coefficient of performance [-] of both circuits."""

    cooling_capacity_w: float
    cooling_cop: float
    heating_capacity_w: float
    heating_cop: float


def cooling_capacity_w(outdoor_c: float, plant: PlantParams) -> float:
    """Heat the cooling circuit can take [W]: HPACCoolCapFT at the rated wet bulb."""
    t = within(outdoor_c, COOLING_OUTDOOR_MIN_C, COOLING_OUTDOOR_MAX_C)
    w = RATED_WET_BULB_C
    factor = (
        0.766956
        + 0.0107756 * w
        - 0.0000414703 * w * w
        + 0.00134961 * t
        - 0.000261144 * t * t
        + 0.000457488 * w * t
    )
    return plant.cooling_capacity_w * factor


def cooling_cop(outdoor_c: float, plant: PlantParams) -> float:
    """Full-load coefficient of performance while cooling [-]: HPACCoolEIRFT."""
    t = within(outdoor_c, COOLING_OUTDOOR_MIN_C, COOLING_OUTDOOR_MAX_C)
    w = RATED_WET_BULB_C
    input_ratio = (
        0.297145
        + 0.0430933 * w
        - 0.000748766 * w * w
        + 0.00597727 * t
        + 0.000482112 * t * t
        - 0.000956448 * w * t
    )
    return plant.cooling_cop / input_ratio


def heating_capacity_w(outdoor_c: float, plant: PlantParams) -> float:
    """Heat the heating circuit can give [W]: HPACHeatCapFT."""
    t = within(outdoor_c, HEATING_OUTDOOR_MIN_C, HEATING_OUTDOOR_MAX_C)
    factor = 0.758746 + 0.027626 * t + 0.000148716 * t * t + 0.0000034992 * t * t * t
    return plant.heating_capacity_w * factor


def heating_cop(outdoor_c: float, plant: PlantParams) -> float:
    """Full-load coefficient of performance while heating [-]: HPACHeatEIRFT."""
    t = within(outdoor_c, HEATING_OUTDOOR_MIN_C, HEATING_OUTDOOR_MAX_C)
    input_ratio = 1.19248 - 0.0300438 * t + 0.00103745 * t * t - 0.000023328 * t * t * t
    return plant.heating_cop / input_ratio


def electric_w(heat_w: float, capacity_w: float, cop: float) -> float:
    """Electric power for ``heat_w`` [W]: heat / COP / PLF, PLF = 0.75 + 0.25 heat / capacity.

    HPACCOOLPLFFPLR; 0.25 is also AHRI 210/240's default degradation coefficient.
    """
    if heat_w <= 0.0:
        return 0.0
    part_load = heat_w / capacity_w
    if part_load > 1.0:
        part_load = 1.0
    return heat_w / (cop * (0.75 + 0.25 * part_load))

"""Performance of plant over outdoor temperature, by kind of machine.

Each curve is a polynomial of the outdoor air temperature [°C] in coefficients of rising order,
relative to the rating: capacity factor, and input ratio (1 / COP factor). Outside ``low_c`` to
``high_c`` the nearest value holds. ``part_load_loss`` is the degradation coefficient C_D of AHRI
210/240: electric input = heat / COP / (1 - C_D (1 - part load)).
"""

from __future__ import annotations

from typing import NamedTuple


class Curve(NamedTuple):
    """How one kind of machine follows the outdoor air."""

    capacity: tuple[float, float, float, float]
    input_ratio: tuple[float, float, float, float]
    low_c: float
    high_c: float
    part_load_loss: float
    gas: bool = False


# AHRI 210/240: entering air at 19.4 °C wet bulb.
_WET_BULB_C = 19.4

# EnergyPlus example files for an air-source heat pump: HPACCoolCapFT and HPACCoolEIRFT at the
# rating's entering wet bulb, HPACHeatCapFT, HPACHeatEIRFT; HPACCOOLPLFFPLR is C_D = 0.25.
_DX_CAPACITY = (
    0.766956 + 0.0107756 * _WET_BULB_C - 0.0000414703 * _WET_BULB_C * _WET_BULB_C,
    0.00134961 + 0.000457488 * _WET_BULB_C,
    -0.000261144,
    0.0,
)
_DX_INPUT_RATIO = (
    0.297145 + 0.0430933 * _WET_BULB_C - 0.000748766 * _WET_BULB_C * _WET_BULB_C,
    0.00597727 - 0.000956448 * _WET_BULB_C,
    0.000482112,
    0.0,
)
_CONSTANT = (1.0, 0.0, 0.0, 0.0)

COOLING: dict[str, Curve] = {
    "air_source_heat_pump": Curve(_DX_CAPACITY, _DX_INPUT_RATIO, 18.0, 46.0, 0.25),
    "rooftop_dx": Curve(_DX_CAPACITY, _DX_INPUT_RATIO, 18.0, 46.0, 0.25),
    # Assumed: linear about the rating at 35 °C, 1.0 % of capacity and 2.3 % of input a kelvin, the
    # order of air-cooled screw chillers; several compressors lose little at part load.
    "air_cooled_chiller": Curve(
        (1.35, -0.010, 0.0, 0.0), (0.195, 0.023, 0.0, 0.0), 13.0, 46.0, 0.05
    ),
    # Assumed: a cooling tower keeps the condenser near the wet bulb, so the outdoor air matters
    # half as much as for an air-cooled machine.
    "water_cooled_chiller": Curve(
        (1.175, -0.005, 0.0, 0.0), (0.58, 0.012, 0.0, 0.0), 13.0, 46.0, 0.05
    ),
}
HEATING: dict[str, Curve] = {
    "air_source_heat_pump": Curve(
        (0.758746, 0.027626, 0.000148716, 0.0000034992),
        (1.19248, -0.0300438, 0.00103745, -0.000023328),
        -20.0,
        20.0,
        0.25,
    ),
    # Floor heating takes water near 35 °C whatever the weather; the same source-side curves.
    "hydronic_heat_pump": Curve(
        (0.758746, 0.027626, 0.000148716, 0.0000034992),
        (1.19248, -0.0300438, 0.00103745, -0.000023328),
        -20.0,
        20.0,
        0.1,
    ),
    # A boiler's efficiency is taken as constant over outdoor air; cycling loss assumed small.
    "gas_boiler": Curve(_CONSTANT, _CONSTANT, -50.0, 50.0, 0.05, gas=True),
    "gas_furnace": Curve(_CONSTANT, _CONSTANT, -50.0, 50.0, 0.05, gas=True),
    "electric": Curve(_CONSTANT, _CONSTANT, -50.0, 50.0, 0.0),
}

"""Air: its properties, infiltration, and what it carries: CO2 and moisture."""

from __future__ import annotations

# ASHRAE Handbook Fundamentals 2021, chapter 18: standard air, 1.204 kg/m3 at 20 °C and sea level.
AIR_DENSITY_KG_M3 = 1.204
AIR_HEAT_J_KG_K = 1006.0
AIR_HEAT_J_M3_K = AIR_DENSITY_KG_M3 * AIR_HEAT_J_KG_K
# Heat of vaporisation at 15 °C (ASHRAE Fundamentals, chapter 1: 2501 - 2.381 t kJ/kg).
VAPORISATION_J_KG = 2.465e6
STANDARD_PRESSURE_PA = 101_325.0

# Global mean of the mid 2020s (NOAA Global Monitoring Laboratory), rounded.
OUTDOOR_CO2_PPM = 420.0
# ASHRAE 62.1-2016, informative appendix D: 0.31 L/min for an adult at office work, 1.2 met.
CO2_PER_PERSON_M3_S = 0.31e-3 / 60.0
# The same in ppm m3/s.
CO2_PER_PERSON_PPM = CO2_PER_PERSON_M3_S * 1e6


def infiltration_m3_s(
    constant_m3_s: float,
    stack_m3_s_k: float,
    wind_m2: float,
    difference_k: float,
    local_wind_m_s: float,
    share: float,
) -> float:
    """Outdoor air through cracks [m3/s]: share (A + B |T_in - T_out| + C v), v at the wall [m/s].

    The form of EnergyPlus's ZoneInfiltration:DesignFlowRate. ``share``: what a running air
    handler's slight overpressure leaves of it, 1 at rest.
    """
    flow = constant_m3_s + stack_m3_s_k * abs(difference_k) + wind_m2 * local_wind_m_s
    return flow * share


def carried_after(
    here: float,
    supplied: float,
    supply_m3_s: float,
    outdoors: float,
    infiltration_m3_s: float,
    source: float,
    capacity_m3: float,
    dt_s: float,
) -> float:
    """What well-mixed air carries after ``dt_s``: CO2 [ppm] or moisture [kg/kg].

    V dc/dt = V_sup (c_sup - c) + V_inf (c_out - c) + source, backward Euler: it stays between
    what comes in at any length of step. ``source`` [m3/s times the unit] holds people and what
    neighbours exchange, explicit at the step's start, so that one's loss is the other's gain.
    """
    storage = capacity_m3 / dt_s
    taken = storage * here + supply_m3_s * supplied + infiltration_m3_s * outdoors + source
    return taken / (storage + supply_m3_s + infiltration_m3_s)


def saturation_pa(air_c: float) -> float:
    """Saturation vapour pressure over water [Pa] from -50 to 50 °C.

    Lowe 1977, An approximating polynomial for the computation of saturation vapor pressure,
    J. Appl. Meteorol. 16(1): sixth order, nested.
    """
    a = 1.428945805e-2 + air_c * (
        2.650648471e-4
        + air_c * (3.031240396e-6 + air_c * (2.034080948e-8 + 6.136820929e-11 * air_c))
    )
    return 100.0 * (6.107799961 + air_c * (4.436518521e-1 + air_c * a))


def saturation_humidity(air_c: float) -> float:
    """Humidity ratio of saturated air at sea level [kg/kg]."""
    pressure = saturation_pa(air_c)
    return 0.622 * pressure / (STANDARD_PRESSURE_PA - pressure)

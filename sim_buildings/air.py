"""Air: its properties, infiltration and CO2.

Sensible heat only: moisture is not followed, so coils have no latent load.
"""

from __future__ import annotations

# ASHRAE Handbook Fundamentals 2021, chapter 18: standard air, 1.204 kg/m3 at 20 °C and sea level.
AIR_DENSITY_KG_M3 = 1.204
AIR_HEAT_J_KG_K = 1006.0
AIR_HEAT_J_M3_K = AIR_DENSITY_KG_M3 * AIR_HEAT_J_KG_K

# Global mean of the mid 2020s (NOAA Global Monitoring Laboratory), rounded.
OUTDOOR_CO2_PPM = 420.0
# ASHRAE 62.1-2016, informative appendix D: 0.31 L/min for an adult at office work, 1.2 met.
CO2_PER_PERSON_M3_S = 0.31e-3 / 60.0

# EnergyPlus Input Output Reference, ZoneInfiltration:DesignFlowRate: the DOE-2 coefficient, which
# makes the flow the design flow at 4.47 m/s.
INFILTRATION_PER_M_S = 0.224
# DOE commercial reference buildings, schedule INFIL_QUARTER_ON: a running air handler keeps the
# building at a slight overpressure.
INFILTRATION_SHARE_FAN_ON = 0.25


def infiltration_m3_s(design_m3_s: float, local_wind_m_s: float, fan_on: bool) -> float:
    """Outdoor air through cracks [m3/s] at the wind speed at the wall [m/s].

    V = V_design 0.224 v, a quarter of it while the fan runs.
    """
    flow = design_m3_s * INFILTRATION_PER_M_S * local_wind_m_s
    return flow * INFILTRATION_SHARE_FAN_ON if fan_on else flow


def co2_after(
    co2_ppm: float,
    supply_co2_ppm: float,
    supply_m3_s: float,
    infiltration_m3_s: float,
    mixing_ppm_m3_s: float,
    people: float,
    volume_m3: float,
    dt_s: float,
) -> float:
    """CO2 of a well-mixed zone after ``dt_s`` [ppm].

    V dc/dt = V_sup (c_sup - c) + V_inf (c_out - c) + sum V_ij (c_j - c) + G n, explicit: air that
    leaves carries the concentration at the start, so that what one zone loses the others gain.
    ``mixing_ppm_m3_s`` is the sum over the neighbours [ppm m3/s].
    """
    # 1e6: CO2 flows in m3/s, concentrations in ppm.
    rate = (
        supply_m3_s * (supply_co2_ppm - co2_ppm)
        + infiltration_m3_s * (OUTDOOR_CO2_PPM - co2_ppm)
        + mixing_ppm_m3_s
        + people * CO2_PER_PERSON_M3_S * 1e6
    )
    return co2_ppm + dt_s * rate / volume_m3

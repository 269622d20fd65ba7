"""The columns of what a controller of a block of buildings remembers and computes."""

from __future__ import annotations

from hvac_rl.safety.values import AirHandlerGuardState, ZoneGuardState

# A zone: seconds since somebody was in, the slow filter, what the rule proposes, what the guard
# remembers (ZoneGuardState), the zone's share of cost and its discomfort since the decision.
C_AWAY, C_SLOW, C_HEATING, C_COOLING, C_BLIND, C_LIGHT, C_COST, C_DISCOMFORT, C_CHANGED = range(9)
C_GUARD = 9
N_ZONE_CONTROL = C_GUARD + len(ZoneGuardState._fields)

# An air handler: what its zones ask for, and what the guard remembers (AirHandlerGuardState).
(
    A_OCCUPIED,
    A_BEYOND,
    A_CO2,
    A_REQUIRED,
    A_COOLING,
    A_HEATING,
    A_CHANGED,
) = range(7)
A_GUARD = 7
N_HANDLER_CONTROL = A_GUARD + len(AirHandlerGuardState._fields)

# A building: totals since the decision, and the mean of its zones' air. Energies are the whole
# building's, electricity and fuel; peak_kw is electric.
TOTALS = (
    "discomfort_kh",
    "air_quality_ppmh",
    "energy_kwh",
    "cost",
    "emissions_kg",
    "peak_kw",
    "guard_changes",
    "cost_hvac",
    "cost_lighting",
)
(
    T_DISCOMFORT_KH,
    T_AIR_QUALITY_PPMH,
    T_ENERGY_KWH,
    T_COST,
    T_EMISSIONS_KG,
    T_PEAK_KW,
    T_GUARD_CHANGES,
    T_COST_HVAC,
    T_COST_LIGHTING,
) = range(len(TOTALS))
N_TOTALS = len(TOTALS)
U_BUILDING_AIR = N_TOTALS
N_BUILDING_CONTROL = N_TOTALS + 1

# The clock at a control step: TimeFacts, TimeFeatures and Outlook one after the other. The
# outlook's weather is the truth here; the forecast's error is added for each world.
(
    K_HOUR,
    K_WORKDAY,
    K_WORKDAY_TOMORROW,
    K_SCHEDULED,
    K_TO_START,
    K_TO_END,
    K_F_SCHEDULED,
    K_F_TO_START,
    K_F_TO_END,
    K_F_WORKDAY,
    K_F_WORKDAY_TOMORROW,
    K_F_HOUR_SIN,
    K_F_HOUR_COS,
    K_OUTDOOR_0_2,
    K_OUTDOOR_2_4,
    K_OUTDOOR_4_8,
    K_OUTDOOR_8_16,
    K_OUTDOOR_16_24,
    K_GHI_0_2,
    K_GHI_2_4,
    K_GHI_4_8,
    K_GHI_8_16,
    K_GHI_16_24,
    K_PRICE_0_2,
    K_PRICE_2_6,
    K_PRICE,
) = range(26)
N_CLOCK_TABLE = 26
# Beside the table's: errors of temperature and irradiance, the time and the day.
K_ETA_TEMPERATURE, K_ETA_GHI, K_NOW, K_DAY = range(N_CLOCK_TABLE, N_CLOCK_TABLE + 4)
N_CLOCK = N_CLOCK_TABLE + 4

# A zone's share of its building's cost, and its discomfort.
SHARES = ("cost", "discomfort_kh")
S_COST, S_DISCOMFORT_KH = range(len(SHARES))
N_SHARES = len(SHARES)

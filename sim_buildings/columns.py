"""The columns of every row that the simulator steps, and their names; a name carries its unit.

A zone has one row of values: first what it did (``ZONE_OUT``), then what is remembered of it
(``ZONE_STATE``), then its commands three times over (the BMS's own, overrides, those in force),
then intermediate results. Air handlers and the building likewise. ``Z_AIR`` and the like are
columns of the whole row; ``HEATING`` and the like are added to ``ZONE_BMS``, ``ZONE_OVERRIDE`` or
``ZONE_EFFECTIVE``.
"""

from __future__ import annotations

# What a zone did during the last substep. Temperatures, CO2 and humidity are those at its end.
# Heat flows are positive into the zone. daylight_lux is daylight alone, illuminance_lux has
# electric light; eye_lux is the vertical illuminance that people look into. air_c is what the
# zone's sensor says; it differs from the state only where the sensor is faulty.
ZONE_OUT = (
    "air_c",
    "co2_ppm",
    "people",
    "daylight_lux",
    "illuminance_lux",
    "facade_w_m2",
    "transmitted_w_m2",
    "airflow_m3_s",
    "discharge_air_c",
    "reheat_w",
    "lights_w",
    "equipment_w",
    "people_w",
    "solar_w",
    "air_supply_w",
    "window_w",
    "infiltration_w",
    "opaque_w",
    "slab_w",
    "interzone_w",
    "floor_heat_w",
    "ideal_w",
    "humidity_kg_kg",
    "eye_lux",
)
(
    Z_AIR,
    Z_CO2,
    Z_PEOPLE,
    Z_DAYLIGHT,
    Z_ILLUMINANCE,
    Z_FACADE,
    Z_TRANSMITTED,
    Z_AIRFLOW,
    Z_DISCHARGE_AIR,
    Z_REHEAT,
    Z_LIGHTS,
    Z_EQUIPMENT,
    Z_PEOPLE_HEAT,
    Z_SOLAR,
    Z_AIR_SUPPLY_HEAT,
    Z_WINDOW_HEAT,
    Z_INFILTRATION_HEAT,
    Z_OPAQUE_HEAT,
    Z_SLAB_HEAT,
    Z_INTERZONE_HEAT,
    Z_FLOOR_HEAT,
    Z_IDEAL_HEAT,
    Z_HUMIDITY,
    Z_EYE,
) = range(len(ZONE_OUT))

# What is remembered of a zone between substeps: two masses and the air, with what it carries.
ZONE_STATE = ("air_c", "envelope_c", "mass_c", "co2_ppm", "humidity_kg_kg")
STATE_AIR, STATE_ENVELOPE, STATE_MASS, STATE_CO2, STATE_HUMIDITY = range(
    len(ZONE_OUT), len(ZONE_OUT) + len(ZONE_STATE)
)

# What can be commanded of a zone. blind: 0 retracted .. 0.5 lowered with open slats .. 1 closed;
# light: 0 .. 1.
ZONE_COMMANDS = ("heating_setpoint_c", "cooling_setpoint_c", "blind", "light")
HEATING, COOLING, BLIND, LIGHT = range(len(ZONE_COMMANDS))
ZONE_BMS = len(ZONE_OUT) + len(ZONE_STATE)
ZONE_OVERRIDE = ZONE_BMS + len(ZONE_COMMANDS)
ZONE_EFFECTIVE = ZONE_OVERRIDE + len(ZONE_COMMANDS)

# A zone's equations during one substep: its air's n and d, its air without supply air n / d and
# 1 / d, the two masses' a and b, infiltration, sun driven into the opaque envelope, sun and gains
# by where they go (lost: out through the windows), what the air exchanges with the masses, mixing
# with neighbours, blind geometry.
ZONE_WORK = (
    "n",
    "d",
    "free_c",
    "k_per_w",
    "envelope_a",
    "envelope_b",
    "mass_a",
    "mass_b",
    "infiltration_m3_s",
    "wall_sun_w",
    "envelope_heat_w",
    "mass_heat_w",
    "convective_w",
    "lost_w",
    "envelope_air_w_per_k",
    "mass_air_w_per_k",
    "mixing_co2",
    "mixing_humidity",
    "covered",
    "slat_sine",
    "slat_diffuse",
)
(
    W_N,
    W_D,
    W_FREE,
    W_PER_W,
    W_ENVELOPE_A,
    W_ENVELOPE_B,
    W_MASS_A,
    W_MASS_B,
    W_INFILTRATION,
    W_WALL_SUN,
    W_ENVELOPE_HEAT,
    W_MASS_HEAT,
    W_CONVECTIVE,
    W_LOST,
    W_ENVELOPE_AIR,
    W_MASS_AIR,
    W_MIXING_CO2,
    W_MIXING_HUMIDITY,
    W_COVERED,
    W_SLAT_SINE,
    W_SLAT_DIFFUSE,
) = range(ZONE_EFFECTIVE + len(ZONE_COMMANDS), ZONE_EFFECTIVE + len(ZONE_COMMANDS) + len(ZONE_WORK))
# What neighbours see of a zone during a substep.
BEFORE_AIR, BEFORE_CO2, BEFORE_HUMIDITY = range(3)
N_BEFORE = 3

N_ZONE = ZONE_EFFECTIVE + len(ZONE_COMMANDS) + len(ZONE_WORK)

# What an air handler did during the last substep; *_w are heat but fan_w, which is electric.
# latent_w is part of the coil's total cooling_coil_w. ventilation_w is what outdoor air brought
# in place of the exhaust.
HANDLER_OUT = (
    "supply_air_c",
    "mixed_air_c",
    "return_air_c",
    "supply_flow_m3_s",
    "outdoor_flow_m3_s",
    "supply_co2_ppm",
    "supply_humidity_kg_kg",
    "fan_w",
    "cooling_coil_w",
    "latent_w",
    "ventilation_w",
)
(
    H_SUPPLY_AIR,
    H_MIXED_AIR,
    H_RETURN_AIR,
    H_SUPPLY_FLOW,
    H_OUTDOOR_FLOW,
    H_SUPPLY_CO2,
    H_SUPPLY_HUMIDITY,
    H_FAN,
    H_COOLING_COIL,
    H_LATENT,
    H_VENTILATION,
) = range(len(HANDLER_OUT))

HANDLER_STATE = ("night_cycle", "supply_air_c", "shortfall_k")
STATE_NIGHT_CYCLE, STATE_SUPPLY_AIR, STATE_SHORTFALL = range(
    len(HANDLER_OUT), len(HANDLER_OUT) + len(HANDLER_STATE)
)

# enable: 0 or 1; outdoor_air_m3_s is the minimum, the economiser may take more.
HANDLER_COMMANDS = ("enable", "supply_air_setpoint_c", "static_pressure_pa", "outdoor_air_m3_s")
ENABLE, SUPPLY_AIR, STATIC_PRESSURE, OUTDOOR_AIR = range(len(HANDLER_COMMANDS))
HANDLER_BMS = len(HANDLER_OUT) + len(HANDLER_STATE)
HANDLER_OVERRIDE = HANDLER_BMS + len(HANDLER_COMMANDS)
HANDLER_EFFECTIVE = HANDLER_OVERRIDE + len(HANDLER_COMMANDS)

# Sums over an air handler's zones, and what its boxes reckon with: supply air, the share of its
# largest flow that an open box passes, flow for each watt at the largest discharge temperature.
HANDLER_WORK = (
    "on",
    "coldest_c",
    "warmest_c",
    "cooling_call",
    "estimate_c",
    "damper",
    "flow_per_w",
    "cost_per_flow",
    "flow",
    "flow_heat",
    "flow_co2",
    "flow_humidity",
    "zones_air_c",
    "zones_co2_ppm",
    "zones_humidity",
)
(
    HW_ON,
    HW_COLDEST,
    HW_WARMEST,
    HW_CALL,
    HW_ESTIMATE,
    HW_DAMPER,
    HW_FLOW_PER_W,
    HW_COST_PER_FLOW,
    HW_FLOW,
    HW_FLOW_HEAT,
    HW_FLOW_CO2,
    HW_FLOW_HUMIDITY,
    HW_ZONES_AIR,
    HW_ZONES_CO2,
    HW_ZONES_HUMIDITY,
) = range(
    HANDLER_EFFECTIVE + len(HANDLER_COMMANDS),
    HANDLER_EFFECTIVE + len(HANDLER_COMMANDS) + len(HANDLER_WORK),
)
N_HANDLER = HANDLER_EFFECTIVE + len(HANDLER_COMMANDS) + len(HANDLER_WORK)

# What the building did during the last substep. fan_w, cooling_w, heating_w, pumps_w, lights_w,
# equipment_w and total_w are electric, gas_w is the boiler's fuel; cooling_coil_w and reheat_w
# are heat, reheat_w with the floors'. energy_j and gas_j are the meters.
BUILDING_OUT = (
    "outdoor_c",
    "ghi_w_m2",
    "wind_m_s",
    "fan_w",
    "cooling_w",
    "heating_w",
    "pumps_w",
    "lights_w",
    "equipment_w",
    "total_w",
    "gas_w",
    "cooling_coil_w",
    "reheat_w",
    "price_per_kwh",
    "gas_price_per_kwh",
    "carbon_kg_per_kwh",
    "energy_j",
    "gas_j",
)
(
    B_OUTDOOR,
    B_GHI,
    B_WIND,
    B_FAN,
    B_COOLING,
    B_HEATING,
    B_PUMPS,
    B_LIGHTS,
    B_EQUIPMENT,
    B_TOTAL,
    B_GAS,
    B_COOLING_COIL,
    B_REHEAT,
    B_PRICE,
    B_GAS_PRICE,
    B_CARBON,
    B_ENERGY,
    B_GAS_ENERGY,
) = range(len(BUILDING_OUT))

BUILDING_WORK = (
    "reheat_share",
    "floor_share",
    "floor_w",
    "heating_capacity_w",
    "cooling_capacity_w",
    "cost_per_heat",
)
(
    BW_REHEAT_SHARE,
    BW_FLOOR_SHARE,
    BW_FLOOR,
    BW_HEATING_CAPACITY,
    BW_COOLING_CAPACITY,
    BW_COST_PER_HEAT,
) = range(len(BUILDING_OUT), len(BUILDING_OUT) + len(BUILDING_WORK))
N_BUILDING = len(BUILDING_OUT) + len(BUILDING_WORK)

# The surroundings during a substep; after these come FACADE_SUN for each orientation.
WEATHER = (
    "sky_loss_w_m2",
    "roof_m2_k_w",
    "window_m2_k_w",
    "ground_c",
    "price_per_kwh",
    "gas_price_per_kwh",
    "carbon_kg_per_kwh",
    "hour",
    "workday",
    "outdoor_c",
    "humidity_kg_kg",
    "wind_m_s",
    "ghi_w_m2",
)
(
    X_SKY_LOSS,
    X_ROOF_FILM,
    X_WINDOW_FILM,
    X_GROUND,
    X_PRICE,
    X_GAS_PRICE,
    X_CARBON,
    X_HOUR,
    X_WORKDAY,
    X_OUTDOOR,
    X_HUMIDITY,
    X_WIND,
    X_GHI,
) = range(len(WEATHER))
# Incident beam and diffuse irradiance [W/m2], the beam as far as clear glass passes it, the tangent
# of the solar profile angle; outer film times the sun on the wall, and times the sky's loss.
FACADE_SUN = (
    "beam_w_m2",
    "diffuse_w_m2",
    "window_beam_w_m2",
    "profile_tan",
    "wall_warmed_k",
    "wall_cooled_k",
)
S_BEAM, S_DIFFUSE, S_WINDOW_BEAM, S_PROFILE, S_WALL_WARMED, S_WALL_COOLED = range(len(FACADE_SUN))


def n_weather(orientations: int) -> int:
    """Columns of a row of surroundings."""
    return len(WEATHER) + orientations * len(FACADE_SUN)

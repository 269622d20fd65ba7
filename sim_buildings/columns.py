"""The columns of every array that the simulator steps, and their names.

Arrays are indexed by these integers, in plain Python and compiled alike. A name carries its unit.
"""

from __future__ import annotations

# What is remembered of a zone between substeps.
ZONE_STATE = ("air_c", "envelope_c", "mass_c", "co2_ppm")
STATE_AIR, STATE_ENVELOPE, STATE_MASS, STATE_CO2 = range(len(ZONE_STATE))

# What is remembered of the air handler and the meter.
HANDLER_STATE = ("night_cycle", "supply_air_c", "energy_j")
STATE_NIGHT_CYCLE, STATE_SUPPLY_AIR, STATE_ENERGY = range(len(HANDLER_STATE))

# What can be commanded. blind: 0 retracted .. 1 closed; light: 0 .. 1; enable: 0 or 1;
# outdoor_air_m3_s is the minimum, the economiser may take more.
ZONE_COMMANDS = ("heating_setpoint_c", "cooling_setpoint_c", "blind", "light")
HEATING, COOLING, BLIND, LIGHT = range(len(ZONE_COMMANDS))
HANDLER_COMMANDS = ("enable", "supply_air_setpoint_c", "static_pressure_pa", "outdoor_air_m3_s")
ENABLE, SUPPLY_AIR, STATIC_PRESSURE, OUTDOOR_AIR = range(len(HANDLER_COMMANDS))

# What a zone did during the last substep. Temperatures and CO2 are those at its end. Heat flows
# are positive into the zone. daylight_lux is daylight alone, illuminance_lux has electric light.
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
) = range(len(ZONE_OUT))

# What the building did during the last substep. fan_w, cooling_w, heating_w, lights_w,
# equipment_w and total_w are electric; cooling_coil_w, reheat_w and ventilation_w are heat, the
# last what outdoor air brought in place of the exhaust. energy_j is the meter.
BUILDING_OUT = (
    "outdoor_c",
    "ghi_w_m2",
    "wind_m_s",
    "supply_air_c",
    "mixed_air_c",
    "return_air_c",
    "supply_flow_m3_s",
    "outdoor_flow_m3_s",
    "supply_co2_ppm",
    "fan_w",
    "cooling_w",
    "heating_w",
    "lights_w",
    "equipment_w",
    "total_w",
    "cooling_coil_w",
    "reheat_w",
    "ventilation_w",
    "price_per_kwh",
    "carbon_kg_per_kwh",
    "energy_j",
)
(
    B_OUTDOOR,
    B_GHI,
    B_WIND,
    B_SUPPLY_AIR,
    B_MIXED_AIR,
    B_RETURN_AIR,
    B_SUPPLY_FLOW,
    B_OUTDOOR_FLOW,
    B_SUPPLY_CO2,
    B_FAN,
    B_COOLING,
    B_HEATING,
    B_LIGHTS,
    B_EQUIPMENT,
    B_TOTAL,
    B_COOLING_COIL,
    B_REHEAT,
    B_VENTILATION,
    B_PRICE,
    B_CARBON,
    B_ENERGY,
) = range(len(BUILDING_OUT))

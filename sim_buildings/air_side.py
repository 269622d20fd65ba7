"""The air side's part of a substep: boxes, air handlers and the heat that the plant can give."""

from __future__ import annotations

from sim_buildings.air import OUTDOOR_CO2_PPM
from sim_buildings.air_handler import Stream, cool, fan_power_w, outdoor_air_share
from sim_buildings.bounds import within
from sim_buildings.buffers import Buffers, Floats
from sim_buildings.columns import (
    B_REHEAT,
    BW_COOLING_CAPACITY,
    BW_FLOOR,
    BW_FLOOR_SHARE,
    BW_HEATING_CAPACITY,
    BW_REHEAT_SHARE,
    COOLING,
    H_COOLING_COIL,
    H_FAN,
    H_LATENT,
    H_MIXED_AIR,
    H_OUTDOOR_FLOW,
    H_RETURN_AIR,
    H_SUPPLY_AIR,
    H_SUPPLY_CO2,
    H_SUPPLY_FLOW,
    H_SUPPLY_HUMIDITY,
    H_VENTILATION,
    HANDLER_EFFECTIVE,
    HEATING,
    HW_CALL,
    HW_DAMPER,
    HW_ESTIMATE,
    HW_FLOW,
    HW_FLOW_CO2,
    HW_FLOW_HEAT,
    HW_FLOW_HUMIDITY,
    HW_FLOW_PER_W,
    HW_ON,
    HW_ZONES_AIR,
    HW_ZONES_CO2,
    HW_ZONES_HUMIDITY,
    OUTDOOR_AIR,
    STATE_AIR,
    STATE_CO2,
    STATE_HUMIDITY,
    STATE_SHORTFALL,
    STATE_SUPPLY_AIR,
    STATIC_PRESSURE,
    SUPPLY_AIR,
    W_D,
    W_FREE,
    X_HUMIDITY,
    X_OUTDOOR,
    Z_AIR,
    Z_AIR_SUPPLY_HEAT,
    Z_AIRFLOW,
    Z_DISCHARGE_AIR,
    Z_IDEAL_HEAT,
    Z_REHEAT,
    ZONE_EFFECTIVE,
)
from sim_buildings.fault_columns import (
    FH_COIL,
    FH_DAMPER,
    FH_FAN,
    FH_SUPPLY_OFFSET,
    FZ_DAMPER,
    FZ_VALVE,
)
from sim_buildings.lanes import FAULTY, LANES, at, of
from sim_buildings.parameter_columns import (
    PB_COOLING_CAPACITY_0,
    PB_COOLING_CAPACITY_1,
    PB_COOLING_CAPACITY_2,
    PB_COOLING_CAPACITY_3,
    PB_COOLING_HIGH,
    PB_COOLING_LOW,
    PB_COOLING_W,
    PB_HEATING_CAPACITY_0,
    PB_HEATING_CAPACITY_1,
    PB_HEATING_CAPACITY_2,
    PB_HEATING_CAPACITY_3,
    PB_HEATING_HIGH,
    PB_HEATING_LOW,
    PB_HEATING_W,
    PH_AIR_HEAT,
    PH_AIRFLOW,
    PH_COIL,
    PH_CONSTANT_FAN,
    PH_DISCHARGE_MAX,
    PH_ECONOMISER,
    PH_FAN_EFFICIENCY,
    PH_HEAT_RECOVERY,
    PH_INTERNAL_PRESSURE,
    PH_MODULATING_FAN,
    PH_PLANT_SHARE,
    PH_STATIC_PRESSURE,
    PH_ZONES,
    PZ_AIR_HEAT,
    PZ_AIRFLOW_HEATING,
    PZ_AIRFLOW_MAX,
    PZ_AIRFLOW_MIN,
    PZ_FLOOR,
    PZ_REHEAT,
)
from sim_buildings.parameters import Params
from sim_buildings.plant import cubic
from sim_buildings.vav_box import LEAST_RISE_K, box_action, open_damper
from sim_buildings.zone_step import floor_wish_w


def plant_capacity(params: Params, buffers: Buffers, weather: Floats) -> None:
    """What the plant can give in this weather, and the share of their wish that floors get."""
    plant, building = params.building, buffers.building
    for lane in range(LANES):
        outdoor_c = weather[at(X_OUTDOOR, lane)]
        building[at(BW_HEATING_CAPACITY, lane)] = plant[of(PB_HEATING_W, lane)] * cubic(
            outdoor_c,
            plant[of(PB_HEATING_LOW, lane)],
            plant[of(PB_HEATING_HIGH, lane)],
            plant[of(PB_HEATING_CAPACITY_0, lane)],
            plant[of(PB_HEATING_CAPACITY_1, lane)],
            plant[of(PB_HEATING_CAPACITY_2, lane)],
            plant[of(PB_HEATING_CAPACITY_3, lane)],
        )
        building[at(BW_COOLING_CAPACITY, lane)] = plant[of(PB_COOLING_W, lane)] * cubic(
            outdoor_c,
            plant[of(PB_COOLING_LOW, lane)],
            plant[of(PB_COOLING_HIGH, lane)],
            plant[of(PB_COOLING_CAPACITY_0, lane)],
            plant[of(PB_COOLING_CAPACITY_1, lane)],
            plant[of(PB_COOLING_CAPACITY_2, lane)],
            plant[of(PB_COOLING_CAPACITY_3, lane)],
        )
        building[at(BW_FLOOR, lane)] = 0.0
    for z in range(buffers.zones.shape[0]):
        zone, own = buffers.zones[z], params.zones[z]
        for lane in range(LANES):
            building[at(BW_FLOOR, lane)] += floor_wish_w(
                own[of(PZ_FLOOR, lane)],
                zone[at(ZONE_EFFECTIVE + HEATING, lane)],
                zone[at(Z_AIR, lane)],
            )
    for lane in range(LANES):
        share = share_of(building[at(BW_HEATING_CAPACITY, lane)], building[at(BW_FLOOR, lane)])
        building[at(BW_FLOOR_SHARE, lane)] = share
        building[at(BW_FLOOR, lane)] *= share
        building[at(B_REHEAT, lane)] = 0.0


def share_of(available: float, wanted: float) -> float:
    """The share of what is wanted that there is, at most all of it."""
    short = wanted > available and wanted > 0.0
    return (available if available > 0.0 else 0.0) / wanted if short else 1.0


def begin_handlers(params: Params, buffers: Buffers) -> None:
    """Clear the sums over zones; a failed fan stands still."""
    for h in range(buffers.handlers.shape[0]):
        handler, faults = buffers.handlers[h], buffers.handler_faults[h]
        for lane in range(LANES):
            if FAULTY:
                failed = faults[at(FH_FAN, lane)] > 0.5
                on = handler[at(HW_ON, lane)]
                handler[at(HW_ON, lane)] = 0.0 if failed else on
            handler[at(HW_CALL, lane)] = 0.0
            handler[at(HW_FLOW, lane)] = 0.0
            handler[at(HW_FLOW_HEAT, lane)] = 0.0
            handler[at(HW_FLOW_CO2, lane)] = 0.0
            handler[at(HW_FLOW_HUMIDITY, lane)] = 0.0
            handler[at(HW_ZONES_AIR, lane)] = 0.0
            handler[at(HW_ZONES_CO2, lane)] = 0.0
            handler[at(HW_ZONES_HUMIDITY, lane)] = 0.0


def call_for_cooling(zone: Floats, handler: Floats) -> None:
    """Count a zone that would end above its cooling setpoint without supply air."""
    for lane in range(LANES):
        error_k = zone[at(Z_AIR, lane)] - zone[at(STATE_AIR, lane)]
        free_c = zone[at(W_FREE, lane)] + error_k
        calls = free_c > zone[at(ZONE_EFFECTIVE + COOLING, lane)]
        handler[at(HW_CALL, lane)] += 1.0 if calls else 0.0
        handler[at(HW_ZONES_AIR, lane)] += zone[at(STATE_AIR, lane)]
        handler[at(HW_ZONES_CO2, lane)] += zone[at(STATE_CO2, lane)]
        handler[at(HW_ZONES_HUMIDITY, lane)] += zone[at(STATE_HUMIDITY, lane)]


def estimate_supply(own: Floats, handler: Floats) -> None:
    """What the boxes reckon with: the supply air's setpoint as far as the coil reached it."""
    for lane in range(LANES):
        aimed_c = handler[at(HANDLER_EFFECTIVE + SUPPLY_AIR, lane)]
        aimed_c = aimed_c + handler[at(STATE_SHORTFALL, lane)]
        calls = handler[at(HW_CALL, lane)] > 0.5
        last_c = handler[at(STATE_SUPPLY_AIR, lane)]
        supply_c = aimed_c if calls else last_c
        handler[at(HW_ESTIMATE, lane)] = supply_c
        handler[at(HW_DAMPER, lane)] = open_damper(
            handler[at(HANDLER_EFFECTIVE + STATIC_PRESSURE, lane)],
            own[of(PH_STATIC_PRESSURE, lane)],
        )
        rise_k = own[of(PH_DISCHARGE_MAX, lane)] - supply_c
        least_rise_k = rise_k if rise_k > LEAST_RISE_K else LEAST_RISE_K
        handler[at(HW_FLOW_PER_W, lane)] = 1.0 / (own[of(PH_AIR_HEAT, lane)] * least_rise_k)


def box(
    own: Floats, handler_own: Floats, zone: Floats, handler: Floats, faults: Floats
) -> None:  # fmt: skip
    """Airflow and wanted reheat of one zone's box."""
    for lane in range(LANES):
        on = handler[at(HW_ON, lane)] > 0.5
        air_c = zone[at(STATE_AIR, lane)]
        # The thermostat knows what its sensor says.
        error_k = zone[at(Z_AIR, lane)] - air_c
        cooling_c = zone[at(ZONE_EFFECTIVE + COOLING, lane)] - error_k
        # A heating setpoint above the cooling setpoint would heat and cool at once.
        heating_c = zone[at(ZONE_EFFECTIVE + HEATING, lane)] - error_k
        heating_c = heating_c if heating_c < cooling_c else cooling_c
        largest = own[of(PZ_AIRFLOW_MAX, lane)] * handler[at(HW_DAMPER, lane)]
        flow, reheat_w = box_action(
            zone[at(W_FREE, lane)],
            zone[at(W_D, lane)],
            air_c,
            handler[at(HW_ESTIMATE, lane)],
            heating_c,
            cooling_c,
            own[of(PZ_AIRFLOW_MIN, lane)],
            largest,
            own[of(PZ_AIRFLOW_HEATING, lane)],
            own[of(PZ_REHEAT, lane)],
            handler_own[of(PH_DISCHARGE_MAX, lane)],
            handler[at(HW_FLOW_PER_W, lane)],
            own[of(PZ_AIR_HEAT, lane)],
        )
        if FAULTY:
            damper, valve = faults[at(FZ_DAMPER, lane)], faults[at(FZ_VALVE, lane)]
            stuck_flow = damper * own[of(PZ_AIRFLOW_MAX, lane)]
            stuck_flow = stuck_flow if stuck_flow > 1e-4 else 1e-4
            flow = stuck_flow if damper == damper else flow
            stuck_w = valve * own[of(PZ_REHEAT, lane)]
            reheat_w = stuck_w if valve == valve else reheat_w
        zone[at(Z_AIRFLOW, lane)] = flow if on else 0.0
        zone[at(Z_REHEAT, lane)] = reheat_w if on else 0.0


def return_air(zone: Floats, handler: Floats) -> None:
    """Add one zone's part of the return air."""
    for lane in range(LANES):
        flow = zone[at(Z_AIRFLOW, lane)]
        handler[at(HW_FLOW, lane)] += flow
        handler[at(HW_FLOW_HEAT, lane)] += flow * zone[at(STATE_AIR, lane)]
        handler[at(HW_FLOW_CO2, lane)] += flow * zone[at(STATE_CO2, lane)]
        handler[at(HW_FLOW_HUMIDITY, lane)] += flow * zone[at(STATE_HUMIDITY, lane)]


def condition_air(
    own: Floats, handler: Floats, building: Floats, faults: Floats, weather: Floats
) -> None:  # fmt: skip
    """Mix, cool and blow what the boxes of one air handler draw.

    Economiser and coil work only while some zone calls for cooling; otherwise mixed air goes out
    as it is, warmed by the fan, and the boxes reheat it where needed. At rest its sensors drift
    to the rooms' air.
    """
    for lane in range(LANES):
        flow = handler[at(HW_FLOW, lane)]
        moves = flow > 0.0
        one_flow = flow if moves else 1.0
        air_heat = own[of(PH_AIR_HEAT, lane)]
        zones = own[of(PH_ZONES, lane)]
        still_c = handler[at(HW_ZONES_AIR, lane)] / zones
        return_c = handler[at(HW_FLOW_HEAT, lane)] / one_flow
        return_c = return_c if moves else still_c
        return_ppm = handler[at(HW_FLOW_CO2, lane)] / one_flow
        return_humidity = handler[at(HW_FLOW_HUMIDITY, lane)] / one_flow
        static_pa = handler[at(HANDLER_EFFECTIVE + STATIC_PRESSURE, lane)]
        fan_w = own[of(PH_CONSTANT_FAN, lane)] + own[of(PH_MODULATING_FAN, lane)] * fan_power_w(
            flow,
            static_pa,
            own[of(PH_AIRFLOW, lane)],
            own[of(PH_INTERNAL_PRESSURE, lane)],
            own[of(PH_FAN_EFFICIENCY, lane)],
        )
        fan_w = fan_w if moves else 0.0
        stream_w_per_k = air_heat * one_flow
        fan_rise_k = fan_w / stream_w_per_k
        setpoint_c = handler[at(HANDLER_EFFECTIVE + SUPPLY_AIR, lane)]
        coil_share = 1.0
        if FAULTY:
            setpoint_c = setpoint_c - faults[at(FH_SUPPLY_OFFSET, lane)]
            coil_share = faults[at(FH_COIL, lane)]
        called = handler[at(HW_CALL, lane)] > 0.5
        cooling = moves and called

        outdoor_c = weather[at(X_OUTDOOR, lane)]
        economiser = own[of(PH_ECONOMISER, lane)] > 0.5
        free_cooling = cooling and economiser
        wanted = handler[at(HANDLER_EFFECTIVE + OUTDOOR_AIR, lane)] / one_flow
        least_share = within(wanted, 0.0, 1.0)
        share = outdoor_air_share(
            return_c, outdoor_c, setpoint_c - fan_rise_k, least_share, free_cooling
        )
        if FAULTY:
            stuck = faults[at(FH_DAMPER, lane)]
            share = stuck if stuck == stuck else share
        share = share if moves else 0.0
        # Heat recovery is by-passed while outdoor air cools for free.
        recovery = own[of(PH_HEAT_RECOVERY, lane)]
        recovery = 0.0 if cooling and outdoor_c < return_c else recovery
        fresh_k = (1.0 - recovery) * (outdoor_c - return_c)
        mixed = Stream(
            return_c + share * fresh_k,
            return_humidity + share * (weather[at(X_HUMIDITY, lane)] - return_humidity),
        )
        capacity_w = own[of(PH_PLANT_SHARE, lane)] * building[at(BW_COOLING_CAPACITY, lane)]
        coil_w = own[of(PH_COIL, lane)]
        capacity_w = coil_share * (capacity_w if capacity_w < coil_w else coil_w)
        coil = cool(
            mixed,
            one_flow,
            setpoint_c - fan_rise_k if cooling else 1e3,
            capacity_w,
            air_heat,
        )
        supply_c = coil.leaving_c + fan_rise_k
        handler[at(H_SUPPLY_AIR, lane)] = supply_c if moves else still_c
        mixed_c = mixed.air_c
        handler[at(H_MIXED_AIR, lane)] = mixed_c if moves else still_c
        handler[at(H_RETURN_AIR, lane)] = return_c
        handler[at(H_SUPPLY_FLOW, lane)] = flow
        handler[at(H_OUTDOOR_FLOW, lane)] = share * flow
        still_ppm = handler[at(HW_ZONES_CO2, lane)] / zones
        supply_ppm = return_ppm + share * (OUTDOOR_CO2_PPM - return_ppm)
        handler[at(H_SUPPLY_CO2, lane)] = supply_ppm if moves else still_ppm
        still_humidity = handler[at(HW_ZONES_HUMIDITY, lane)] / zones
        humidity = coil.leaving_humidity
        handler[at(H_SUPPLY_HUMIDITY, lane)] = humidity if moves else still_humidity
        total_w = coil.total_w
        total_w = total_w if moves else 0.0
        handler[at(H_FAN, lane)] = fan_w
        handler[at(H_COOLING_COIL, lane)] = total_w
        latent_w = coil.latent_w
        handler[at(H_LATENT, lane)] = latent_w if moves else 0.0
        handler[at(H_VENTILATION, lane)] = air_heat * share * flow * fresh_k
        short_k = supply_c - setpoint_c
        handler[at(STATE_SHORTFALL, lane)] = short_k if cooling and short_k > 0.0 else 0.0
        handler[at(STATE_SUPPLY_AIR, lane)] = supply_c if moves else still_c


def share_out_heat(building: Floats) -> None:
    """Coils get what heat the floors left, in proportion to what they want."""
    for lane in range(LANES):
        left_w = building[at(BW_HEATING_CAPACITY, lane)] - building[at(BW_FLOOR, lane)]
        coils_w = building[at(B_REHEAT, lane)]
        share = share_of(left_w, coils_w)
        building[at(BW_REHEAT_SHARE, lane)] = share
        building[at(B_REHEAT, lane)] = share * coils_w + building[at(BW_FLOOR, lane)]


def deliver(own: Floats, zone: Floats, handler: Floats, building: Floats) -> None:
    """The heat that the supply air and its coil bring to a zone."""
    for lane in range(LANES):
        flow = zone[at(Z_AIRFLOW, lane)]
        moves = flow > 0.0
        air_c, supply_c = zone[at(STATE_AIR, lane)], handler[at(H_SUPPLY_AIR, lane)]
        reheat_w = zone[at(Z_REHEAT, lane)] * building[at(BW_REHEAT_SHARE, lane)]
        stream_w_per_k = own[of(PZ_AIR_HEAT, lane)] * flow
        heat_w = stream_w_per_k * (supply_c - air_c) + reheat_w
        discharge_c = supply_c + reheat_w / (stream_w_per_k if moves else 1.0)
        zone[at(Z_REHEAT, lane)] = reheat_w
        zone[at(Z_AIR_SUPPLY_HEAT, lane)] = heat_w if moves else 0.0
        zone[at(Z_DISCHARGE_AIR, lane)] = discharge_c if moves else air_c


def ideal_loads(zone: Floats) -> None:
    """Heat or cold without limit to keep a zone between its setpoints, in place of any plant."""
    for lane in range(LANES):
        d, free_c = zone[at(W_D, lane)], zone[at(W_FREE, lane)]
        cold_k = zone[at(ZONE_EFFECTIVE + HEATING, lane)] - free_c
        warm_k = free_c - zone[at(ZONE_EFFECTIVE + COOLING, lane)]
        heat_w = d * (cold_k if cold_k > 0.0 else 0.0) - d * (warm_k if warm_k > 0.0 else 0.0)
        zone[at(Z_IDEAL_HEAT, lane)] = heat_w
        zone[at(Z_AIRFLOW, lane)] = 0.0
        zone[at(Z_REHEAT, lane)] = 0.0
        zone[at(Z_AIR_SUPPLY_HEAT, lane)] = 0.0
        zone[at(Z_DISCHARGE_AIR, lane)] = zone[at(STATE_AIR, lane)]

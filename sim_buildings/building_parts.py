"""What a building's file is made of: its tables as frozen dataclasses, every number with its range.

Densities and properties of zones may come from the file's ``zone_defaults``, those of air handlers
from its ``air_handler_defaults``.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

from sim_buildings.air import AIR_HEAT_J_M3_K
from sim_buildings.exposure import CLEAR, GLASS, Exposure, Overhang, diffuse_gain
from sim_buildings.plant_curves import COOLING, HEATING
from sim_buildings.tables import fraction, not_negative, number, one_of, positive

USES = ("office", "meeting", "core", "retail", "home")
SCHEDULE_DAYS = ("workdays", "six_days", "every_day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facade:
    """An outer wall with its windows; areas are the wall's opaque part and the glass."""

    azimuth_deg: float = number(0.0, 360.0)
    wall_area_m2: float = not_negative()
    window_area_m2: float = not_negative()
    overhang_m: float = not_negative(0.0)
    """Depth of eaves or an overhang above it; 0: none. The three heights below are then needed."""
    overhang_height_m: float = not_negative(0.0)
    """Of the overhang above the facade's foot."""
    window_sill_m: float = not_negative(0.0)
    """Of the windows' lower and upper edge above the facade's foot."""
    window_head_m: float = not_negative(0.0)

    @property
    def overhang(self) -> Overhang:
        if self.overhang_m == 0.0:
            return Overhang()
        return Overhang(
            self.overhang_m, self.overhang_height_m, self.window_sill_m, self.window_head_m
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """One thermal zone."""

    name: str
    air_handler: str
    use: str = one_of(USES, "office")
    """Who comes and goes: a profile of :mod:`sim_buildings.occupancy`."""
    area_m2: float = positive()
    volume_m3: float = positive()
    roof_area_m2: float = not_negative()
    """Under the sky."""
    slab_edge_m: float = not_negative()
    """Length of the floor's edge on the ground, along outer walls."""
    facades: tuple[Facade, ...]

    wall_u_w_m2_k: float = positive()
    roof_u_w_m2_k: float = positive()
    window_u_w_m2_k: float = positive()
    window_outer_film_w_m2_k: float = positive(29.2)
    """The film outside for which that U-value holds: NFRC's winter rating (LBNL-2804E). The film
    in force follows wind and temperature."""
    window_shgc: float = fraction()
    window_glass: str = one_of(GLASS, CLEAR)
    """How its gain falls with the sun's angle: clear panes (two_panes.py), or coated or tinted ones
    (coated_glass.py)."""
    window_absorptance: float = fraction(0.0)
    """Of the glass itself, for sun. What a calm lets stay of its heat comes on top of the gain that
    ``window_shgc`` makes."""
    window_visible: float = fraction()
    """Visible transmittance of the glass."""
    slab_edge_w_m_k: float = not_negative()
    """Loss to outdoor air a metre of that edge."""
    ground_u_w_m2_k: float = not_negative(0.0)
    """Floor to undisturbed ground, a m2 of floor."""
    absorptance: float = fraction()
    """Of the sun on opaque walls and roof."""
    outer_film_w_m2_k: float = positive(17.0)
    """ASHRAE Fundamentals, chapter 18 (sol-air temperature): 17 W/(m2 K)."""
    infiltration_m3_s_m2: float = not_negative()
    """Design infiltration a m2 of outer wall and window, times (constant + stack + wind)."""
    # EnergyPlus Input Output Reference, ZoneInfiltration:DesignFlowRate: BLAST's coefficients.
    infiltration_constant: float = not_negative(0.606)
    infiltration_per_k: float = not_negative(0.03636)
    infiltration_per_m_s: float = not_negative(0.1177)
    infiltration_fan_on: float = fraction(0.25)
    """What is left of it while the air handler runs: schedule INFIL_QUARTER_ON of the DOE
    commercial reference buildings."""
    blinds: bool = True
    blind_closed_solar: float = fraction()
    """What a closed blind leaves of the sun's heat."""
    blind_closed_light: float = fraction()
    """What it leaves of the daylight."""

    inner_film_w_m2_k: float = positive()
    """Convection and radiation together; the radiant part is thermal.RADIANT_FILM_W_M2_K."""
    wall_inside_m2_k_w: float = not_negative(0.0)
    """Between a wall's inner surface and where it stores heat; part of its U-value."""
    roof_inside_m2_k_w: float = not_negative(0.0)
    inner_absorptance: float = number(0.05, 1.0, default=0.6)
    """Of inner surfaces, for sun. ANSI/ASHRAE Standard 140: 0.6."""
    air_capacity_j_k_m2: float = positive()
    wall_capacity_j_k_m2: float = positive()
    roof_capacity_j_k_m2: float = positive()
    mass_capacity_j_k_m2: float = positive()
    partition_capacity_j_k_m2: float = not_negative(0.0)
    """Of partitions and ceilings that follow the room within an hour (gypsum board), a m2 of floor,
    as far as ``air_capacity_j_k_m2`` does not hold them."""
    mass_film_w_m2_k: float = positive()
    """Floor and furniture to the room's air, a m2 of floor."""
    mass_surface: float = not_negative(0.0)
    """Surface of floor, furniture and partitions, a m2 of floor; 0: the floor, and as much more as
    ``mass_film_w_m2_k`` passes more than the film of a floor."""
    radiation_to_mass: float = fraction()
    """Share of transmitted sun that floor and furniture take."""
    solar_to_air: float = fraction(0.0)
    """Share of transmitted sun that warms the air at once (light furniture)."""
    moisture_buffer: float = positive(5.0)
    """Moisture that air and furniture store over what the air does. Assumed: EnergyPlus's
    documentation of the sensible and latent capacity multiplier speaks of 1 to 25."""

    area_per_person_m2: float = number(0.1)
    person_sensible_w: float = positive()
    person_latent_w: float = not_negative(55.0)
    """ASHRAE Fundamentals, chapter 18, table 1: moderately active office work."""
    person_radiant: float = fraction()
    lights_w_m2: float = not_negative()
    lights_radiant: float = fraction()
    full_light_lux: float = positive()
    """What the lights give when they are full on."""
    equipment_w_m2: float = not_negative()
    equipment_radiant: float = fraction()
    equipment_base: float = fraction()
    """Share of the equipment that runs always; the rest follows the people."""

    airflow_max_m3_s: float = positive()
    airflow_min_m3_s: float = positive()
    airflow_heating_m3_s: float = positive()
    """The box's flow while it heats."""
    reheat_capacity_w: float = not_negative()
    """Heat that the box, or the heated floor, can give."""
    floor_heating: bool = False
    """Heat goes into the floor, not into the supply air."""

    @property
    def design_people(self) -> float:
        return self.area_m2 / self.area_per_person_m2

    @property
    def diffuse_gain(self) -> float:
        """Gain of diffuse light over that of a beam that strikes the glass square."""
        return diffuse_gain(self.window_glass)

    def exposure(self, facade: Facade) -> Exposure:
        """What sun a facade of this zone meets."""
        return Exposure(facade.azimuth_deg, self.window_glass, facade.overhang)

    @property
    def wall_area_m2(self) -> float:
        return sum(facade.wall_area_m2 for facade in self.facades)

    @property
    def window_area_m2(self) -> float:
        return sum(facade.window_area_m2 for facade in self.facades)

    @property
    def azimuth_deg(self) -> float:
        """The azimuth of the facade with most glass; NaN without a facade."""
        if not self.facades:
            return nan
        return max(self.facades, key=lambda facade: facade.window_area_m2).azimuth_deg


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """What two zones exchange: heat through the partition, air through its doors."""

    between: tuple[str, str]
    conductance_w_k: float = not_negative()
    mixing_m3_s: float = not_negative()

    @property
    def total_w_k(self) -> float:
        return self.conductance_w_k + AIR_HEAT_J_M3_K * self.mixing_m3_s


@dataclass(frozen=True, slots=True, kw_only=True)
class AirHandler:
    """An air handler and its boxes' common properties."""

    name: str
    fan: str = one_of(("variable_speed", "constant_volume"), "variable_speed")
    """constant_volume: the fan takes its design power whenever it runs (packaged units)."""
    economiser: bool = True
    heat_recovery: float = fraction(0.0)
    """Sensible effectiveness between exhaust and outdoor air."""
    cooling_coil_w: float = positive(1e9)
    """Total (sensible and latent) capacity of the coil; the plant's own limit holds besides."""
    design_static_pressure_pa: float = positive()
    internal_pressure_pa: float = not_negative()
    fan_efficiency: float = number(0.05, 1.0)
    discharge_max_c: float = number(20.0, 60.0)
    """The warmest air that boxes blow into rooms."""
    outdoor_air_per_person_m3_s: float = not_negative()
    outdoor_air_per_area_m3_s_m2: float = not_negative()
    local_wind: float = fraction()
    """Wind at the walls over wind at the weather station."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """Rated performance of what makes cold and heat, and the kinds of machine it is.

    Ratings: cooling at 35 °C outdoors, heat pumps at 8.3 °C. ``heating_cop`` of a boiler or
    furnace is its efficiency.
    """

    cooling: str = one_of(tuple(COOLING), "air_source_heat_pump")
    heating: str = one_of(tuple(HEATING), "air_source_heat_pump")
    cooling_capacity_w: float = not_negative()
    cooling_cop: float = positive()
    heating_capacity_w: float = not_negative()
    heating_cop: float = positive()
    pump_w: float = not_negative(0.0)
    """Electric power of all pumps at design load; follows the part load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bms:
    """The schedules and setpoints that the building management system runs by itself."""

    occupied_start_h: float = number(0.0, 24.0)
    occupied_end_h: float = number(0.0, 24.0)
    lights_start_h: float = number(0.0, 24.0)
    lights_end_h: float = number(0.0, 24.0)
    lights_off_level: float = fraction()
    """Level outside the lights' hours."""
    occupied_heating_c: float = number(5.0, 40.0)
    occupied_cooling_c: float = number(5.0, 40.0)
    setback_heating_c: float = number(5.0, 40.0)
    setback_cooling_c: float = number(5.0, 40.0)
    supply_air_c: float = number(8.0, 20.0)
    warm_up_supply_air_c: float = number(20.0, 45.0)
    """Supply air setpoint while the building warms up."""
    night_cycle_k: float = positive()
    """How far a room passes its setback before the fan starts at night, and comes back before it
    stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When people are expected, by local standard time; ``workdays`` leaves out holidays too."""

    start_h: float = number(0.0, 24.0)
    end_h: float = number(0.0, 24.0)
    days: str = one_of(SCHEDULE_DAYS, "workdays")

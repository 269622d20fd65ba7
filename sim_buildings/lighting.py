"""Light: daylight on the workplane, electric light and glare."""

from __future__ import annotations

# Littlefair 1985, The luminous efficacy of daylight: a review, Lighting Res. Technol. 17(4):
# global daylight lies around 105-120 lm/W.
DAYLIGHT_EFFICACY_LM_W = 110.0
# Share of the flux through the windows that reaches the workplane, in the manner of the IES
# sidelighting lumen method: E = E_v tau CU with windows and floor as the areas. 0.4 stands for a
# 5 m deep zone with light surfaces; it is an average over the zone, not a point in it.
UTILISATION = 0.4
# Reinhart 2004, Lightswitch-2002, Solar Energy 77(1): occupants close blinds when direct
# irradiance on the work place exceeds 50 W/m2. Here on what passes window and blind.
GLARE_TRANSMITTED_W_M2 = 50.0


def daylight_lux_per_w_m2(window_m2: float, visible: float, floor_m2: float) -> float:
    """Mean workplane illuminance for each W/m2 on the facade [lx per W/m2], blinds open.

    E_wp = K E_e tau A_w CU / A_f with K the luminous efficacy.
    """
    return DAYLIGHT_EFFICACY_LM_W * visible * window_m2 * UTILISATION / floor_m2


def electric_light(level: float, full_w: float, full_lux: float) -> tuple[float, float]:
    """Dimmed light: (electric power [W], illuminance [lx]) at ``level`` 0 .. 1.

    LED drivers dim close to linearly; standby power is neglected.
    """
    return level * full_w, level * full_lux


def glares(transmitted_w_m2: float) -> bool:
    """Whether irradiance that passed window and blind [W/m2] disturbs people."""
    return transmitted_w_m2 > GLARE_TRANSMITTED_W_M2

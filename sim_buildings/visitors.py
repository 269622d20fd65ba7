"""People of shops, homes and circulation over a year. All figures are assumptions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim_buildings.presence import (
    HOLIDAY,
    SATURDAY,
    WORKDAY,
    Days,
    count_between,
    row_of,
)
from sim_buildings.sun_course import ROWS_PER_DAY, ROWS_PER_HOUR

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Shops: opening hours by kind of day, mean share of the design occupancy by hour of day.
OPEN_H = {WORKDAY: (9.0, 20.0), SATURDAY: (9.0, 20.0), HOLIDAY: (11.0, 18.0)}
SHOPPERS = {
    WORKDAY: (0.15, 0.2, 0.3, 0.4, 0.35, 0.3, 0.35, 0.45, 0.55, 0.45, 0.25),
    SATURDAY: (0.25, 0.4, 0.55, 0.65, 0.7, 0.7, 0.65, 0.6, 0.5, 0.4, 0.25),
    HOLIDAY: (0.0, 0.0, 0.3, 0.45, 0.55, 0.55, 0.5, 0.4, 0.25, 0.0, 0.0),
}
FIRST_SHOPPING_H = 9
SHOPPING_H = 0.4
STAFF_SHARE = 0.1
DAY_SPREAD = 0.25
"""Standard deviation of the logarithm of a day's factor on visitors."""

# Circulation: people pass, from first arrivals to last departures.
PASSING_H = 0.08
PASSING_SHARE = 0.3
PASSING = {WORKDAY: (7.5, 18.5, 1.0), SATURDAY: (10.0, 15.0, 0.05), HOLIDAY: (10.0, 15.0, 0.03)}

# Homes: a resident works or learns elsewhere on workdays with this probability.
OUT_ON_WORKDAYS = 0.7
LEAVE_H, LEAVE_SPREAD_H = 7.7, 0.6
RETURN_H, RETURN_SPREAD_H = 17.2, 1.0
ERRAND, ERRAND_H, ERRAND_SPREAD_H = 0.6, 2.0, 0.7
EVENING_OUT = 0.12


def retail_year(random: np.random.Generator, count: int, kinds: Days) -> Floats:
    """People in a shop, (rows,): staff while it is open, and visitors who come and go."""
    shares = np.zeros((3, ROWS_PER_DAY))
    first = FIRST_SHOPPING_H * ROWS_PER_HOUR
    staff_start, staff_end = np.zeros(3, dtype=np.int64), np.zeros(3, dtype=np.int64)
    for kind, by_hour in SHOPPERS.items():
        shares[kind, first : first + len(by_hour) * ROWS_PER_HOUR] = np.repeat(
            by_hour, ROWS_PER_HOUR
        )
        staff_start[kind], staff_end[kind] = (round(h * ROWS_PER_HOUR) for h in OPEN_H[kind])
    staff = max(1, round(STAFF_SHARE * count))
    busy = np.exp(DAY_SPREAD * random.standard_normal(kinds.size) - DAY_SPREAD**2 / 2.0)
    visitors = _passing(
        random, shares[kinds] * (busy * count)[:, None], SHOPPING_H, staff_end[kinds]
    )
    day = np.arange(kinds.size)
    present = staff * count_between(kinds.size, day, staff_start[kinds], staff_end[kinds])
    # The doors close to more than the design's people.
    full: Floats = np.minimum(visitors + present, max(count, staff))
    return full


def core_year(random: np.random.Generator, count: int, kinds: Days) -> Floats:
    """People in corridors, stairs and service rooms, (rows,): short stays."""
    hour = np.arange(ROWS_PER_DAY) / ROWS_PER_HOUR
    shares = np.zeros((3, ROWS_PER_DAY))
    for kind, (start_h, end_h, share) in PASSING.items():
        shares[kind] = PASSING_SHARE * share * ((hour >= start_h) & (hour < end_h))
    until = np.full(kinds.size, ROWS_PER_DAY)
    people = _passing(random, shares[kinds] * count, PASSING_H, until)
    full: Floats = np.minimum(people, count)
    return full


def home_year(random: np.random.Generator, count: int, kinds: Days) -> Floats:
    """Residents at home, (rows,): nights, evenings and much of the free days."""
    days = kinds.size
    works = random.random(count) < OUT_ON_WORKDAYS
    uniform = random.random((days, 3, count))
    normal = random.standard_normal((days, 3, count))
    out = (kinds == WORKDAY)[:, None] & works & (uniform[:, 0] > 0.08)
    leave = row_of(LEAVE_H + LEAVE_SPREAD_H * normal[:, 0])
    back = np.where(out, row_of(RETURN_H + RETURN_SPREAD_H * normal[:, 1]), 0)
    # Who stays at home by day has an errand some time.
    errand_h = 10.0 + 6.0 * uniform[:, 1]
    lasts_h = np.maximum(ERRAND_H + ERRAND_SPREAD_H * normal[:, 2], 0.25)
    has_errand = ~out & (uniform[:, 0] < ERRAND)
    errand_end = np.where(has_errand, row_of(errand_h + lasts_h), 0)
    # An evening out begins after every other absence has ended.
    evening = np.maximum.reduce([row_of(19.0 + normal[:, 1]), back, errand_end])
    evening_end = np.where(uniform[:, 2] < EVENING_OUT, row_of(22.5 + 0.5 * normal[:, 0]), 0)
    day = np.broadcast_to(np.arange(days)[:, None], leave.shape).ravel()
    people = np.full(days * ROWS_PER_DAY, float(count))
    for start, end in ((leave, back), (row_of(errand_h), errand_end), (evening, evening_end)):
        people -= count_between(days, day, start.ravel(), end.ravel())
    return people


def _passing(random: np.random.Generator, mean: Floats, stay_h: float, until: Ints) -> Floats:
    """Visitors present, (rows,): Poisson arrivals that keep ``mean`` (days, 288) people on average.

    Stays are exponential with mean ``stay_h``, at least one row, and end at row ``until`` (days,).
    """
    days = mean.shape[0]
    # The mean of a stay that is rounded up to whole rows.
    stay_rows = 1.0 / -np.expm1(-1.0 / (stay_h * ROWS_PER_HOUR))
    arrivals = random.poisson(mean.ravel() / stay_rows)
    at = np.repeat(np.arange(arrivals.size), arrivals)
    day, start = at // ROWS_PER_DAY, at % ROWS_PER_DAY
    stay = np.ceil(random.exponential(stay_h * ROWS_PER_HOUR, at.size)).astype(np.int64)
    end = np.minimum(start + stay, until[day])
    return count_between(days, day, start, end)

"""The bound: what no controller of the simulator can undercut, knowing everything beforehand."""

from agents.bound.bound import Bound, WeekBounds, bound, lower_bound_of, week_bounds

__all__ = ["Bound", "WeekBounds", "bound", "lower_bound_of", "week_bounds"]

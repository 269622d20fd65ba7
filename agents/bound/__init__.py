"""The bound: what no controller of the simulator can undercut, knowing everything beforehand."""

from agents.bound.bound import Bound, ExamBounds, bound, exam_bounds, lower_bound_of

__all__ = ["Bound", "ExamBounds", "bound", "exam_bounds", "lower_bound_of"]

"""A linear program put together in blocks of variables and rows, and solved to a safe bound."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from hvac_rl.errors import HvacRlError

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]
Term = tuple[Floats | float, Ints]
"""A coefficient and variables, broadcast against the rows of a block."""


@dataclass(frozen=True, slots=True)
class Problem:
    """min c x, row_low <= A x <= row_high, low <= x <= high; every variable is bounded."""

    cost: Floats
    low: Floats
    high: Floats
    matrix: sparse.csr_matrix
    row_low: Floats
    row_high: Floats


@dataclass(frozen=True, slots=True)
class Solution:
    """What a solver found: ``bound`` holds whatever its tolerances were."""

    bound: float
    objective: float
    x: Floats
    y: Floats


class Program:
    """Collects variables and rows; names of rows serve reports and tests."""

    def __init__(self) -> None:
        self._cost: list[Floats] = []
        self._low: list[Floats] = []
        self._high: list[Floats] = []
        self._count = 0
        self._rows = 0
        self._entries: list[tuple[Ints, Ints, Floats]] = []
        self._row_low: list[Floats] = []
        self._row_high: list[Floats] = []
        self.row_names: list[tuple[str, int]] = []
        self.variables: dict[str, Ints] = {}

    def variable(
        self,
        name: str,
        shape: tuple[int, ...],
        low: Floats | float,
        high: Floats | float,
        cost: Floats | float = 0.0,
    ) -> Ints:
        """Indices of new variables, of ``shape``; bounds and costs are broadcast to it."""
        size = int(np.prod(shape))
        index = np.arange(self._count, self._count + size, dtype=np.int64).reshape(shape)
        self._count += size
        for values, into in ((low, self._low), (high, self._high), (cost, self._cost)):
            into.append(np.broadcast_to(np.asarray(values, dtype=float), shape).ravel())
        self.variables[name] = index
        return index

    def rows(self, name: str, terms: list[Term], low: Floats | float, high: Floats | float) -> None:
        """One row for each element of the broadcast shape of ``terms`` and limits."""
        shape = np.broadcast_shapes(
            *(np.shape(index) for _, index in terms),
            *(np.shape(coefficient) for coefficient, _ in terms),
            np.shape(low),
            np.shape(high),
        )
        size = int(np.prod(shape))
        row = np.arange(self._rows, self._rows + size, dtype=np.int64)
        self._rows += size
        self.row_names.append((name, size))
        for coefficient, index in terms:
            values = np.broadcast_to(np.asarray(coefficient, dtype=float), shape).ravel()
            columns = np.broadcast_to(index, shape).ravel()
            used = values != 0.0
            self._entries.append((row[used], columns[used], values[used]))
        self._row_low.append(np.broadcast_to(np.asarray(low, dtype=float), shape).ravel())
        self._row_high.append(np.broadcast_to(np.asarray(high, dtype=float), shape).ravel())

    def rows_of_sums(
        self,
        name: str,
        summed: list[Term],
        low: Floats | float,
        high: Floats | float,
        terms: list[Term] | None = None,
    ) -> None:
        """One row for each first index of ``summed``, whose second index is summed over."""
        parts: list[Term] = list(terms or [])
        for coefficient, index in summed:
            values = np.broadcast_to(np.asarray(coefficient, dtype=float), index.shape)
            parts += [(values[:, j], index[:, j]) for j in range(index.shape[1])]
        self.rows(name, parts, low, high)

    def problem(self) -> Problem:
        """Everything so far as one problem."""
        rows, columns, values = (np.concatenate(part) for part in zip(*self._entries, strict=True))
        matrix = sparse.csr_matrix((values, (rows, columns)), shape=(self._rows, self._count))
        matrix.sum_duplicates()
        return Problem(
            np.concatenate(self._cost),
            np.concatenate(self._low),
            np.concatenate(self._high),
            matrix,
            np.concatenate(self._row_low),
            np.concatenate(self._row_high),
        )

    def row_name(self, row: int) -> str:
        """The name of a row's block, with its place in it."""
        for name, size in self.row_names:
            if row < size:
                return f"{name}[{row}]"
            row -= size
        raise IndexError(row)


def safe_bound(problem: Problem, y: Floats) -> float:
    """A lower bound on the optimum from any multipliers ``y`` of the rows.

    Weak duality with bounded variables: y b + sum of the least (c - A'y) x over the box. Rounding
    and tolerances of the solver cannot make it wrong, only looser (Neumaier & Shcherbina 2004, Safe
    bounds in linear and mixed-integer linear programming, Math. Program. 99).
    """
    # A multiplier whose side of the row is open would give minus infinity: it is cut to zero.
    y = np.where((y > 0.0) & np.isinf(problem.row_low), 0.0, y)
    y = np.where((y < 0.0) & np.isinf(problem.row_high), 0.0, y)
    side = np.where(y > 0.0, problem.row_low, problem.row_high)
    fixed = np.where(y == 0.0, 0.0, y * np.where(np.isinf(side), 0.0, side)).sum()
    reduced = problem.cost - problem.matrix.T @ y
    return float(
        fixed + np.where(reduced > 0.0, reduced * problem.low, reduced * problem.high).sum()
    )


def solve(problem: Problem, *, method: str = "ipm", time_limit_s: float = 900.0) -> Solution:
    """Solve by HiGHS on one thread. Raises HvacRlError where there is no solution."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("solver", method)
    highs.setOptionValue("run_crossover", "off")
    highs.setOptionValue("time_limit", time_limit_s)
    matrix = problem.matrix
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(problem.cost), len(problem.row_low)
    lp.col_cost_ = problem.cost.astype(np.float64)
    lp.col_lower_ = problem.low.astype(np.float64)
    lp.col_upper_ = problem.high.astype(np.float64)
    lp.row_lower_ = problem.row_low.astype(np.float64)
    lp.row_upper_ = problem.row_high.astype(np.float64)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data
    highs.passModel(lp)
    highs.run()
    status = highs.getModelStatus()
    solution = highs.getSolution()
    if not solution.dual_valid:
        raise HvacRlError("bound", f"HiGHS found no bound: {highs.modelStatusToString(status)}")
    x, y = np.array(solution.col_value), np.array(solution.row_dual)
    return Solution(safe_bound(problem, y), float(problem.cost @ x), x, y)

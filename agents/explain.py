"""A decision tree that does nearly what a policy does, and how nearly.

Such a tree is an explanation after the fact (a surrogate, as in Craven & Shavlik 1996, "Extracting
tree-structured representations of trained networks", NIPS 8): it is fitted to what the policy makes
of the modes in states that it visits. Its fidelity is measured in other such states: how often both
choose the same mode, and how much of the policy's gain the tree's choices keep. It never serves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hvac_rl.control.encoding import FEATURE_NAMES, FEATURES, N_MODES, RULE_MODE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Column(NamedTuple):
    """What a tree may ask for, in engineering units."""

    name: str
    unit: str
    """"" is a plain number, "yes" what holds or does not."""
    of: Callable[[Floats, float], Floats]
    """From observations (n, N_FEATURES) and the tariff's mean price to (n,)."""


def _plain(name: str, unit: str, factor: float = 1.0, offset: float = 0.0) -> Column:
    k = FEATURE_NAMES.index(name)
    return Column(name, unit, lambda seen, mean: offset + factor * seen[:, k])


def _columns() -> tuple[Column, ...]:
    """The encoding's normalisation turned round; see ``encoding.zone_features``."""
    made: list[Column] = []
    for feature in FEATURES:
        name = feature.name
        if name.startswith(("outdoor", "ghi")):
            outdoor = name.startswith("outdoor")
            made.append(_plain(name, "°C", 15.0, 15.0) if outdoor else _plain(name, "W/m²", 800.0))
        elif name.startswith("price"):
            k = FEATURE_NAMES.index(name)
            made.append(
                Column(name, "/kWh", lambda seen, mean, k=k: mean * (1.0 + seen[:, k]))  # type: ignore[misc]
            )
        elif feature.unit == "bool":
            made.append(_plain(name, "yes"))
        elif name not in ("hour_sin", "hour_cos", "to_start"):
            made.append(_plain(name, *_SCALES[name]))
    k, sine, cosine = (FEATURE_NAMES.index(n) for n in ("to_start", "hour_sin", "hour_cos"))
    made.append(
        Column("to_start", "h", lambda seen, mean: -4.0 * np.log(np.maximum(seen[:, k], 1e-11)))
    )
    turn = 24.0 / (2.0 * np.pi)
    made.append(
        # Rounded, so that midnight is 0 and not nearly 24.
        Column("hour", "h", lambda seen, mean: np.round(
            turn * np.arctan2(seen[:, sine], seen[:, cosine]), 3) % 24.0)
    )  # fmt: skip
    return tuple(made)


_SCALES: dict[str, tuple[str, float, float]] = {
    "air": ("°C", 5.0, 22.5),
    "air_slow": ("°C", 5.0, 22.5),
    "building_air": ("°C", 5.0, 22.5),
    "co2": ("ppm", 800.0, 400.0),
    "facade": ("W/m²", 500.0, 0.0),
    "rule_heating": ("°C", 5.0, 21.0),
    "rule_cooling": ("°C", 6.0, 24.0),
    "rule_blind": ("", 1.0, 0.0),
    "orientation_sin": ("", 1.0, 0.0),
    "orientation_cos": ("", 1.0, 0.0),
    "to_end": ("h", 10.0, 0.0),
}
COLUMNS = _columns()


def in_units(observations: NDArray[np.floating], price_mean: float) -> Floats:
    """Observations (n, N_FEATURES) in engineering units, (n, COLUMNS)."""
    seen = observations.astype(np.float64)
    return np.column_stack([column.of(seen, price_mean) for column in COLUMNS])


class Visited(NamedTuple):
    """States that a policy met, what it chose there, and what it made of each mode."""

    observations: NDArray[np.float32]
    """(n, N_FEATURES)"""
    modes: Ints
    """(n,)"""
    values: Floats
    """(n, N_MODES): gain over the rule's own mode, NaN for modes not offered; or 1 for the mode
    that was chosen, where a policy's values are no gains."""


@dataclass(frozen=True, slots=True)
class Node:
    """A question and its two answers, or, without children, a mode."""

    mode: int
    share: float
    """Of the states that come here."""
    agrees: float
    """Of these, where the policy chooses ``mode`` as well."""
    column: Column | None = None
    threshold: float = 0.0
    below: Node | None = None
    """Where the column is at most the threshold."""
    above: Node | None = None

    @property
    def leaves(self) -> int:
        if self.below is None or self.above is None:
            return 1
        return self.below.leaves + self.above.leaves


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How nearly a tree does what its policy does, over held-out states."""

    states: int
    same: float
    """Share of the states in which both choose the same mode."""
    constant: float
    """The same for always choosing the policy's most frequent mode: what no tree reaches too."""
    departs: float
    """Share of the states in which the policy chooses another mode than the rule's own."""
    same_where_departs: float
    """Of those, in which both choose the same; NaN where there are none."""
    gain_kept: float
    """What the tree's choices gain over the rule's own mode, by the policy's own values, over what
    its own choices gain; NaN where these gain nothing."""


def gains(values: NDArray[np.floating], not_offered: float) -> Floats:
    """Values (n, N_MODES) less that of the rule's own mode; NaN for those below ``not_offered``."""
    offered = np.where(values < not_offered, np.nan, values.astype(np.float64))
    return offered - offered[:, [RULE_MODE]]


def choices(modes: Ints) -> Floats:
    """(n, N_MODES): 1 for the mode that was chosen."""
    return np.eye(N_MODES)[modes]


def explain(
    fit: Visited, held_out: Visited, price_mean: float, depth: int
) -> tuple[Node, Fidelity]:
    """The tree fitted to ``fit``, and its fidelity on ``held_out``.

    It is fitted to values, not to names: many modes come to nearly the same in a state, and which
    of them a network puts first says little (Bastani, Pu & Solar-Lezama 2018, "Verifiable
    reinforcement learning via policy extraction", NeurIPS 31). A leaf's mode is the one with the
    best mean.
    """
    from sklearn.tree import DecisionTreeRegressor

    least = max(5, len(fit.modes) // 500)
    tree = DecisionTreeRegressor(max_depth=depth, min_samples_leaf=least, random_state=0)
    rows = in_units(fit.observations, price_mean)
    # What nobody may choose has no value to be fitted to.
    offered = np.flatnonzero(np.isfinite(fit.values).all(axis=0))
    values = fit.values[:, offered]
    tree.fit(rows, values)
    root = _node(tree, 0, rows, values, fit.modes, offered, np.arange(len(rows)))
    apart = in_units(held_out.observations, price_mean)
    says = np.array([path_of(root, row)[1].mode for row in apart], dtype=np.int64)
    return root, fidelity(says, held_out)


def fidelity(says: Ints, held_out: Visited) -> Fidelity:
    """Of what a tree says, (n,), to what the policy chose."""
    chosen = held_out.modes
    same, departs = says == chosen, chosen != RULE_MODE
    _, counts = np.unique(chosen, return_counts=True)
    each = np.arange(len(chosen))
    base = held_out.values[:, RULE_MODE]
    gained = float((held_out.values[each, says] - base).sum())
    possible = float((held_out.values[each, chosen] - base).sum())
    return Fidelity(
        len(chosen),
        float(same.mean()),
        float(counts.max() / len(chosen)),
        float(departs.mean()),
        float(same[departs].mean()) if departs.any() else float("nan"),
        gained / possible if possible > 0.0 else float("nan"),
    )


def _node(
    tree: object, k: int, rows: Floats, values: Floats, chosen: Ints, offered: Ints, here: Ints
) -> Node:
    """The node k of scikit-learn's tree; branches that say the same become one leaf."""
    inside = tree.tree_  # type: ignore[attr-defined]
    mode = int(offered[values[here].mean(axis=0).argmax()])
    leaf = Node(mode, len(here) / len(rows), float((chosen[here] == mode).mean()))
    if inside.children_left[k] < 0:
        return leaf
    column, threshold = int(inside.feature[k]), float(inside.threshold[k])
    # As scikit-learn compares: in single precision.
    goes_below = rows[here, column].astype(np.float32) <= threshold
    below, above = (
        _node(tree, int(child), rows, values, chosen, offered, here[side])
        for child, side in (
            (inside.children_left[k], goes_below),
            (inside.children_right[k], ~goes_below),
        )
    )
    if below.column is None and above.column is None and below.mode == above.mode:
        return leaf
    return Node(mode, leaf.share, leaf.agrees, COLUMNS[column], threshold, below, above)


def question(column: Column, threshold: float, above: bool) -> str:
    """One answer in words: "air > 23.4 °C", "not occupied"."""
    if column.unit == "yes":
        return column.name if above else f"not {column.name}"
    digits = {"°C": 1, "h": 1, "ppm": 0, "W/m²": 0, "/kWh": 3}.get(column.unit, 2)
    return f"{column.name} {'>' if above else '≤'} {threshold:.{digits}f} {column.unit}".rstrip()


def path_of(node: Node, row: Sequence[float] | Floats) -> tuple[list[str], Node]:
    """The answers of a state in engineering units, (COLUMNS,), on its way down; its leaf."""
    words: list[str] = []
    while node.column is not None and node.below is not None and node.above is not None:
        above = row[COLUMNS.index(node.column)] > node.threshold
        words.append(question(node.column, node.threshold, above))
        node = node.above if above else node.below
    return words, node

"""A decision tree that does nearly what a policy does, and how nearly.

Such a tree is an explanation after the fact (a surrogate, as in Craven & Shavlik 1996, "Extracting
tree-structured representations of trained networks", NIPS 8): it is fitted to the policy's own
choices in states that the policy visits, and its fidelity is the share of other such states in
which both choose the same mode. It never serves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hvac_rl.control.encoding import FEATURE_NAMES, FEATURES, RULE_MODE

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
    """States that a policy met, and what it chose there."""

    observations: NDArray[np.float32]
    """(n, N_FEATURES)"""
    modes: Ints
    """(n,)"""


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


def explain(
    fit: Visited, held_out: Visited, price_mean: float, depth: int
) -> tuple[Node, Fidelity]:
    """The tree fitted to ``fit``, and its fidelity on ``held_out``."""
    from sklearn.tree import DecisionTreeClassifier

    least = max(5, len(fit.modes) // 500)
    tree = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=least, random_state=0)
    tree.fit(in_units(fit.observations, price_mean), fit.modes)
    says: Ints = tree.predict(in_units(held_out.observations, price_mean))
    return _node(tree, 0), fidelity(says, held_out.modes)


def fidelity(says: Ints, chosen: Ints) -> Fidelity:
    """Of what a tree says, (n,), to what the policy chose, (n,)."""
    same, departs = says == chosen, chosen != RULE_MODE
    _, counts = np.unique(chosen, return_counts=True)
    return Fidelity(
        len(chosen),
        float(same.mean()),
        float(counts.max() / len(chosen)),
        float(departs.mean()),
        float(same[departs].mean()) if departs.any() else float("nan"),
    )


def _node(tree: object, k: int) -> Node:
    """The node k of scikit-learn's tree; branches that say the same become one leaf."""
    inside = tree.tree_  # type: ignore[attr-defined]
    shares = inside.value[k][0] / inside.value[k][0].sum()
    best = int(shares.argmax())
    mode = int(tree.classes_[best])  # type: ignore[attr-defined]
    share = float(inside.n_node_samples[k] / inside.n_node_samples[0])
    leaf = Node(mode, share, float(shares[best]))
    if inside.children_left[k] < 0:
        return leaf
    below, above = _node(tree, inside.children_left[k]), _node(tree, inside.children_right[k])
    if below.column is None and above.column is None and below.mode == above.mode:
        return leaf
    return Node(
        mode, share, leaf.agrees, COLUMNS[inside.feature[k]], float(inside.threshold[k]),
        below, above,
    )  # fmt: skip


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

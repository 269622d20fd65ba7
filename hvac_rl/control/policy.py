"""Policies that serve: an ONNX network, a table, or the rule with its own parameters."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.bundle import Bundle
from hvac_rl.control.encoding import N_MODES, RULE_MODE
from hvac_rl.errors import PolicyRefused
from hvac_rl.ports import Policy


class RulePolicy:
    """Always the rule's own mode; what makes it a policy are its tuned parameters."""

    features: tuple[str, ...] = ()

    def __init__(self, name: str) -> None:
        self.name = name

    def choose(self, observations: Sequence[Sequence[float]]) -> list[int]:
        return [RULE_MODE] * len(observations)


class OnnxPolicy:
    """A network from observations (zones, features) to values (zones, modes); greedy."""

    def __init__(self, name: str, features: tuple[str, ...], model: bytes) -> None:
        """Raises ValueError when the model is not one or has other shapes."""
        # Imported here: a site without a network policy needs no inference engine in memory.
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises its own classes, all plain Exceptions
            raise ValueError(f"not an ONNX model that can be loaded: {error}") from error
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1 or inputs[0].shape[-1] != len(features):
            raise ValueError(
                f"the model takes {[i.shape for i in inputs]}, expected (zones, {len(features)})"
            )
        if outputs[0].shape[-1] != N_MODES:
            raise ValueError(f"the model gives {outputs[0].shape}, expected (zones, {N_MODES})")
        self._input = inputs[0].name
        self.name = name
        self.features = features

    def values(self, observations: Sequence[Sequence[float]]) -> np.ndarray:
        """The value of each mode, shape (zones, modes)."""
        batch = np.asarray(observations, dtype=np.float32)
        return np.asarray(self._session.run(None, {self._input: batch})[0])

    def choose(self, observations: Sequence[Sequence[float]]) -> list[int]:
        values = self.values(observations)
        if not np.isfinite(values).all():
            raise ValueError("the network answered with values that are not finite")
        return [int(mode) for mode in values.argmax(axis=1)]


class TablePolicy:
    """A Q-table over binned features: readable, printable, greedy.

    ``edges[i]`` cuts feature i into ``len(edges[i]) + 1`` bins; ``values`` has one axis a
    feature and a last one for the modes.
    """

    def __init__(
        self,
        name: str,
        features: tuple[str, ...],
        edges: Sequence[Sequence[float]],
        values: np.ndarray,
    ) -> None:
        """Raises ValueError when the shapes do not fit together."""
        expected = (*(len(cuts) + 1 for cuts in edges), N_MODES)
        if len(edges) != len(features) or values.shape != expected:
            raise ValueError(f"the table has shape {values.shape}, its bins give {expected}")
        if not np.isfinite(values).all():
            raise ValueError("the table holds values that are not finite")
        self.name = name
        self.features = features
        self._edges = [list(cuts) for cuts in edges]
        self._values = values

    def choose(self, observations: Sequence[Sequence[float]]) -> list[int]:
        return [int(self._values[self.bins(row)].argmax()) for row in observations]

    def bins(self, row: Sequence[float]) -> tuple[int, ...]:
        """The table cell of one observation."""
        return tuple(
            bisect_right(cuts, value) for cuts, value in zip(self._edges, row, strict=True)
        )


def make_policy(kind: str, name: str, features: tuple[str, ...], payload: bytes) -> Policy:
    """The policy in a payload; raises ValueError when it does not fit."""
    if kind == "onnx":
        return OnnxPolicy(name, features, payload)
    if kind == "rule":
        return RulePolicy(name)
    try:
        document = json.loads(payload)
        values = np.asarray(document["values"], dtype=np.float64)
        return TablePolicy(name, features, document["edges"], values)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a table: {error!r}") from error


def load_policy(bundle: Bundle) -> Policy:
    """The policy of a verified bundle; raises PolicyRefused when its payload does not fit."""
    manifest = bundle.manifest
    try:
        return make_policy(manifest.kind, manifest.name, manifest.features, bundle.payload)
    except ValueError as error:
        raise PolicyRefused(str(bundle.path), f"{manifest.payload.file}: {error}") from error


def rule_parameters(bundle: Bundle | None) -> RuleParameters:
    """The base rule's parameters: the bundle's where it brings some."""
    if bundle is None or not bundle.manifest.rule_parameters:
        return RuleParameters()
    given = bundle.manifest.rule_parameters
    unknown = set(given) - set(RuleParameters._fields)
    if unknown:
        raise PolicyRefused(str(bundle.path), f"unknown rule parameters: {sorted(unknown)}")
    return RuleParameters()._replace(**given)

"""Whether a served network says what the trained one said, over states of all kinds.

Three witnesses: the network in torch, the ONNX file in ONNX Runtime as the daemon runs it, and the
same file in ONNX's own reference implementation, which is slow and shares no code with the other.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hvac_rl.control.encoding import FEATURES, N_FEATURES, N_MODES
from hvac_rl.control.policy import OnnxPolicy
from hvac_rl.errors import ConfigError, HvacRlError

if TYPE_CHECKING:
    import torch

Floats = NDArray[np.float32]

STATES = 10_000
MOST_APART = 1e-4
"""Between the values of torch and of ONNX Runtime: single precision in another order of sums."""


def states(features: Sequence[str], count: int = STATES, seed: int = 0) -> Floats:
    """Observations of all kinds, (count, features), normalised.

    Standard normal, so well beyond the [-1, 1] that buildings show; presence and calendar 0 or 1.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.standard_normal((count, N_FEATURES)).astype(np.float32)
    for column, feature in enumerate(FEATURES):
        if feature.unit == "bool":
            drawn[:, column] = drawn[:, column] > 0.0
    names = [feature.name for feature in FEATURES]
    return drawn[:, [names.index(name) for name in features]]


def furthest(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """The largest difference; infinite where one of them is not a number."""
    apart = np.abs(one.astype(np.float64) - other.astype(np.float64))
    return float(apart.max()) if np.isfinite(apart).all() else float("inf")


def of_torch(network: torch.nn.Module, seen: Floats) -> Floats:
    """What the network itself says, (states, modes)."""
    import torch

    network.eval()
    with torch.inference_mode():
        values: Floats = network(torch.from_numpy(seen)).numpy()
    return values


def of_reference(model: bytes, seen: Floats) -> Floats:
    """What ONNX's reference implementation says, (states, modes)."""
    import onnx
    from onnx.reference import ReferenceEvaluator

    evaluator = ReferenceEvaluator(onnx.load_model_from_string(model))
    (values,) = evaluator.run(None, {evaluator.input_names[0]: seen})
    return np.asarray(values)


def parity(policy: OnnxPolicy, network: torch.nn.Module) -> float:
    """How far ONNX Runtime and torch are apart over 10,000 states; infinite for other shapes."""
    seen = states(policy.features)
    expected = of_torch(network, seen)
    if expected.shape != (len(seen), N_MODES):
        return float("inf")
    return furthest(policy.values(seen), expected)  # type: ignore[arg-type]


def onnx_that_agrees(network: torch.nn.Module, features: tuple[str, ...]) -> tuple[bytes, float]:
    """The network as ONNX, and how far the two are apart over 10,000 states.

    Raises HvacRlError when that is more than 1e-4: such a model is not what was trained.
    """
    from agents.export import to_onnx

    model = to_onnx(network, len(features))
    apart = parity(OnnxPolicy("export", features, model), network)
    if not apart <= MOST_APART:
        raise HvacRlError(
            "export to ONNX",
            f"ONNX Runtime and torch differ by {apart:.3g} over {STATES:,} states, "
            f"more than {MOST_APART:g}",
            "The network holds values that are not finite, or layers that do not survive export.",
        )
    return model, apart


def network_of_checkpoint(path: Path) -> torch.nn.Module:
    """The best network so far of a fast DQN's run, from its ``checkpoint.pt``; nothing in the
    file is executed. Raises ConfigError."""
    import torch

    from agents.fast_dqn.network import Modes, QNetwork

    try:
        document = torch.load(path, weights_only=True)
        width = int(json.loads(document["settings"])["width"])
        network = QNetwork(width, seed=0, price=float(document["best_price"]))
        network.load_state_dict(document["best"])
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read: {error.strerror}") from error
    except Exception as error:  # torch raises many kinds for a damaged file
        raise ConfigError(str(path), f"is not a checkpoint of the fast DQN: {error}") from error
    return Modes(network)

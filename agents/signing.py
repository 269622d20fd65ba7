"""Bundles before and after signing: what is checked, in words that a person can follow."""

from __future__ import annotations

import importlib.util
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agents import parity
from agents.export import limits_hash, write_signature
from hvac_rl.control.bundle import DEMO_PUBLIC_KEY, MANIFEST, SIGNATURE, Bundle, read_bundle
from hvac_rl.control.encoding import MODE_NAMES
from hvac_rl.control.policy import OnnxPolicy, load_policy, rule_parameters
from hvac_rl.errors import PolicyRefused
from hvac_rl.ports import Policy


class Finding(NamedTuple):
    """One thing that was looked at. What must not run raises PolicyRefused in its place."""

    what: str
    words: str
    fine: bool = True
    """False for what a person should know, though the bundle may run."""


def called(key: str) -> str:
    """A public key as a person is told of it."""
    return f"{key} (the demonstration key: loopback only)" if key == DEMO_PUBLIC_KEY else key


def read_unsigned(folder: Path) -> Bundle:
    """A bundle whose signature is missing or of no interest; raises PolicyRefused.

    The daemon's reader knows no way around a signature, and none is made here: it reads a copy,
    signed by a key that nobody keeps.
    """
    try:
        manifest = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise PolicyRefused(
            str(folder),
            f"{MANIFEST} cannot be read: {error.strerror}",
            "A bundle is a folder with manifest.json and its payload.",
        ) from error
    key = Ed25519PrivateKey.generate()
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for file in (*folder.glob("*.json"), *folder.glob("*.onnx")):
            shutil.copyfile(file, copy / file.name)
        write_signature(copy, manifest, key)
        written = json.loads((copy / SIGNATURE).read_text())
        try:
            bundle = read_bundle(copy, [written["key"]])
        except PolicyRefused as error:
            raise PolicyRefused(str(folder), error.message, error.hint) from error
    return Bundle(folder, bundle.manifest, bundle.payload, "")


def read_any(folder: Path) -> Bundle:
    """A bundle whoever signed it, for looking at; ``signed_by`` is "" for none.

    Raises PolicyRefused where there is a signature that does not hold.
    """
    if not (folder / SIGNATURE).exists():
        return read_unsigned(folder)
    try:
        key = str(json.loads((folder / SIGNATURE).read_bytes())["key"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PolicyRefused(str(folder), f"{SIGNATURE} is not a signature: {error!r}") from error
    return read_bundle(folder, [key])


def sign(folder: Path, key: Ed25519PrivateKey) -> Bundle:
    """Sign a bundle that would run; a signature that it has is replaced.

    Raises PolicyRefused, and writes nothing, for one that a daemon would refuse all the same.
    """
    bundle = read_unsigned(folder)
    findings(bundle)
    write_signature(folder, (folder / MANIFEST).read_bytes(), key)
    return bundle


def verify(folder: Path, trusted: Sequence[str], checkpoint: Path | None) -> list[Finding]:
    """Everything about a bundle that can be checked; raises PolicyRefused with the first fault.

    ``checkpoint``: of the run that trained it, whose network must say the same.
    """
    bundle = read_bundle(folder, [DEMO_PUBLIC_KEY, *trusted])
    return [
        Finding("signature", f"holds, by {called(bundle.signed_by)}"),
        *findings(bundle),
        *([] if checkpoint is None else [_same_as(bundle, checkpoint)]),
    ]


def findings(bundle: Bundle) -> list[Finding]:
    """What is checked of a bundle whether signed or not."""
    manifest = bundle.manifest
    policy = load_policy(bundle)
    tuned = rule_parameters(bundle)
    if not np.isfinite(tuned).all():
        raise PolicyRefused(str(bundle.path), "rule parameters are not finite")
    found = [
        Finding("payload", f"{manifest.payload.file} has the SHA-256 that the manifest names"),
        Finding(
            "schema",
            f"{len(manifest.features)} features and {len(MODE_NAMES)} modes, those of this version",
        ),
        Finding("loads", _LOADS[manifest.kind]),
        _finite(bundle, policy),
    ]
    if isinstance(policy, OnnxPolicy):
        found += _parity(bundle, policy)
    if manifest.limits_sha256 != limits_hash():
        found.append(
            Finding(
                "limits",
                "it was trained under other limits than this version's defaults; the guard keeps "
                "the site's own all the same",
                fine=False,
            )
        )
    return found


_LOADS = {
    "onnx": "ONNX Runtime takes it",
    "table": "its bins and values fit together",
    "rule": "the base rule with parameters of its own",
}


def _finite(bundle: Bundle, policy: Policy) -> Finding:
    seen = parity.states(policy.features)
    try:
        chosen = policy.choose(seen.tolist())
    except ValueError as error:
        raise PolicyRefused(str(bundle.path), f"{bundle.manifest.payload.file}: {error}") from error
    return Finding(
        "values", f"finite over {len(seen):,} states, in which it chooses {len(set(chosen))} modes"
    )


def _parity(bundle: Bundle, policy: OnnxPolicy) -> list[Finding]:
    """With torch as export recorded it; with ONNX's reference implementation where installed."""
    recorded = bundle.manifest.training.get("parity_max_abs")
    if isinstance(recorded, int | float):
        _near(bundle, float(recorded), "it was exported although ONNX Runtime and torch differ")
        found = [
            Finding(
                "torch", f"at most {recorded:.1e} apart over {parity.STATES:,} states at export"
            )
        ]
    else:
        words = "how far export and training are apart was not recorded"
        found = [Finding("torch", words, fine=False)]
    if importlib.util.find_spec("onnx") is not None:
        seen = parity.states(policy.features)
        reference = parity.of_reference(bundle.payload, seen)
        apart = parity.furthest(policy.values(seen), reference)  # type: ignore[arg-type]
        _near(bundle, apart, "ONNX Runtime and ONNX's reference implementation differ")
        found.append(
            Finding("reference", f"at most {apart:.1e} from ONNX's own reference implementation")
        )
    return found


def _same_as(bundle: Bundle, checkpoint: Path) -> Finding:
    policy = load_policy(bundle)
    if not isinstance(policy, OnnxPolicy):
        raise PolicyRefused(
            str(bundle.path), f"is a {bundle.manifest.kind}, {checkpoint} holds a network"
        )
    apart = parity.parity(policy, parity.network_of_checkpoint(checkpoint))
    _near(bundle, apart, f"it is not the network in {checkpoint}: they differ")
    return Finding("network", f"at most {apart:.1e} from the one in {checkpoint}")


def _near(bundle: Bundle, apart: float, words: str) -> None:
    if not apart <= parity.MOST_APART:
        raise PolicyRefused(
            str(bundle.path), f"{words} by {apart:.3g}, more than {parity.MOST_APART:g}"
        )

"""From a trained agent to a signed bundle that a daemon accepts."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hvac_rl.control.bundle import (
    DEMO_KEY_WORDS,
    KEY_PREFIX,
    MANIFEST,
    SIGNATURE,
    Manifest,
    Payload,
)
from hvac_rl.control.encoding import schema_hash
from hvac_rl.errors import ConfigError
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Trained:
    """What training hands over: the payload and the words that go with it."""

    kind: Literal["onnx", "table", "rule"]
    name: str
    building: str
    features: tuple[str, ...]
    payload: bytes
    training: Mapping[str, object]
    results: Mapping[str, object]
    rule: Mapping[str, float] = field(default_factory=dict)
    """The base rule's parameters under the policy, where they are not the strong rule's."""


def demo_key() -> Ed25519PrivateKey:
    """The published demonstration key: good for loopback, refused everywhere else."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(DEMO_KEY_WORDS.encode()).digest())


def read_key(path: Path) -> Ed25519PrivateKey:
    """An ed25519 private key in PEM without a passphrase; raises ConfigError."""
    hint = "Make one with: openssl genpkey -algorithm ed25519 -out key.pem"
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read: {error.strerror}", hint) from error
    except (ValueError, TypeError) as error:
        raise ConfigError(str(path), f"is not a private key: {error}", hint) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(str(path), "is not an ed25519 key", hint)
    return key


def key_text(key: Ed25519PrivateKey) -> str:
    """The public half as a site file pins it."""
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return KEY_PREFIX + base64.b64encode(raw).decode()


def limits_hash() -> str:
    """SHA-256 of the default limits an agent was trained under."""
    text = json.dumps([ZoneLimits()._asdict(), AirHandlerLimits()._asdict()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def write_bundle(
    folder: Path, trained: Trained, version: int, key: Ed25519PrivateKey | None
) -> None:
    """Write payload, manifest and, with a key, signature; a bundle in ``folder`` is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    file = "policy.onnx" if trained.kind == "onnx" else f"{trained.kind}.json"
    manifest = Manifest(
        format=1,
        kind=trained.kind,
        name=trained.name,
        version=version,
        building=trained.building,
        features=trained.features,
        schema_sha256=schema_hash(trained.features),
        limits_sha256=limits_hash(),
        rule_parameters=dict(trained.rule),
        payload=Payload(file=file, sha256=hashlib.sha256(trained.payload).hexdigest()),
        training=dict(trained.training),
        results=dict(trained.results),
    )
    text = (manifest.model_dump_json(indent=2) + "\n").encode()
    for old in folder.glob("*"):
        if old.name in {"policy.onnx", "table.json", "rule.json", MANIFEST, SIGNATURE}:
            old.unlink()
    (folder / file).write_bytes(trained.payload)
    (folder / MANIFEST).write_bytes(text)
    if key is not None:
        write_signature(folder, text, key)


def write_signature(folder: Path, manifest: bytes, key: Ed25519PrivateKey) -> None:
    """Sign a manifest's bytes: the signature lies beside it."""
    signature = {
        "key": key_text(key),
        "signature": base64.b64encode(key.sign(manifest)).decode(),
    }
    (folder / SIGNATURE).write_text(json.dumps(signature, indent=2) + "\n")


def next_version(folder: Path) -> int:
    """One more than the bundle that lies in ``folder``; 1 for none."""
    try:
        return int(json.loads((folder / MANIFEST).read_text())["version"]) + 1
    except FileNotFoundError:
        return 1
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(str(folder / MANIFEST), f"is not a manifest: {error!r}") from error


def to_onnx(network: torch.nn.Module, features: int) -> bytes:
    """A network (zones, features) -> (zones, modes) as ONNX with a free batch dimension."""
    import torch

    network = network.eval()
    # The exporter notes which optional packages it goes without.
    notes = logging.getLogger("torch.onnx")
    before = notes.level
    notes.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            program = torch.onnx.export(
                network,
                (torch.zeros(2, features),),
                input_names=["observation"],
                output_names=["value"],
                dynamic_shapes=({0: torch.export.Dim("zones")},),
                dynamo=True,
                verbose=False,
            )
    finally:
        notes.setLevel(before)
    assert program is not None
    proto = program.model_proto
    # The exporter notes where in which file each operator came from: nobody else's business.
    del proto.metadata_props[:]
    for one in (proto.graph, *proto.graph.node, *proto.graph.input, *proto.graph.value_info):
        del one.metadata_props[:]
        one.doc_string = ""
    model: bytes = proto.SerializeToString(deterministic=True)
    return model

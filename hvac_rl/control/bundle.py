"""Policy bundles: a folder with a manifest, a payload and a signature, read without trust.

``manifest.json`` names the payload and its SHA-256; ``signature.json`` holds an ed25519 signature
(RFC 8032) over the manifest's bytes by a key that the site pins. Nothing is unpickled.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hvac_rl.control.encoding import FEATURE_NAMES, schema_hash
from hvac_rl.errors import PolicyRefused

MANIFEST = "manifest.json"
SIGNATURE = "signature.json"
KEY_PREFIX = "ed25519:"

# The key that signs the bundles shipped with this program is derived from published words, so
# anybody can sign with it. A daemon refuses it as soon as one device is not on loopback.
DEMO_KEY_WORDS = "hvac-rl demonstration signing key: published, worth nothing"
DEMO_PUBLIC_KEY = "ed25519:jGkqV+HOSJ8tQzWQKL47S/bhi/MzNhcgfHtdKNkfdQM="


class Payload(BaseModel):
    model_config = ConfigDict(extra="forbid")
    file: str = Field(pattern=r"^[a-z_]+\.(onnx|json)$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """What a bundle says of itself."""

    model_config = ConfigDict(extra="forbid")
    format: Literal[1]
    kind: Literal["onnx", "table", "rule"]
    name: str = Field(min_length=1, max_length=80)
    version: int = Field(ge=1)
    building: str
    features: tuple[str, ...]
    schema_sha256: str
    limits_sha256: str
    rule_parameters: dict[str, float] = {}
    payload: Payload
    training: dict[str, object] = {}
    results: dict[str, object] = {}


class Bundle:
    """A verified bundle."""

    def __init__(self, path: Path, manifest: Manifest, payload: bytes, signed_by: str) -> None:
        self.path = path
        self.manifest = manifest
        self.payload = payload
        self.signed_by = signed_by


def public_key(text: str) -> Ed25519PublicKey:
    """The key behind "ed25519:BASE64"; raises ValueError."""
    if not text.startswith(KEY_PREFIX):
        raise ValueError(f"a key reads {KEY_PREFIX}BASE64")
    try:
        raw = base64.b64decode(text[len(KEY_PREFIX) :], validate=True)
        return Ed25519PublicKey.from_public_bytes(raw)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"not an ed25519 public key: {error}") from error


def read_bundle(path: Path, trusted_keys: Sequence[str]) -> Bundle:
    """Read and verify a bundle; raises PolicyRefused with the reason.

    Order matters: nothing of the manifest is believed before its signature holds, nothing of
    the payload before its hash does.
    """
    where = str(path)
    manifest_bytes = _bytes(path, MANIFEST)
    signed_by = _verify(where, manifest_bytes, _bytes(path, SIGNATURE), trusted_keys)
    try:
        manifest = Manifest.model_validate_json(manifest_bytes)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise PolicyRefused(where, f"{MANIFEST}: {key}: {first['msg']}") from error
    payload = _bytes(path, manifest.payload.file)
    if hashlib.sha256(payload).hexdigest() != manifest.payload.sha256:
        raise PolicyRefused(
            where,
            f"{manifest.payload.file} was altered after signing: its SHA-256 differs",
            "Fetch the bundle again from whoever trained it.",
        )
    unknown = [name for name in manifest.features if name not in FEATURE_NAMES]
    if unknown or schema_hash(manifest.features) != manifest.schema_sha256:
        detail = f" (unknown: {', '.join(unknown)})" if unknown else ""
        raise PolicyRefused(
            where,
            f"it was trained for other observations or modes than this version offers{detail}",
            "Train it again with this version of hvac-rl, or run the version it was made with.",
        )
    return Bundle(path, manifest, payload, signed_by)


def _bytes(path: Path, name: str) -> bytes:
    try:
        return (path / name).read_bytes()
    except OSError as error:
        what = "unsigned: " if name == SIGNATURE and path.is_dir() else ""
        raise PolicyRefused(
            str(path),
            f"{what}{name} cannot be read: {error.strerror}",
            "A bundle is a folder with manifest.json, its payload and signature.json.",
        ) from error


def _verify(
    where: str, manifest: bytes, signature_bytes: bytes, trusted_keys: Sequence[str]
) -> str:
    try:
        signature = json.loads(signature_bytes)
        key_text, value = signature["key"], base64.b64decode(signature["signature"])
    except (ValueError, KeyError, TypeError) as error:
        raise PolicyRefused(where, f"{SIGNATURE} is not a signature: {error!r}") from error
    if key_text not in trusted_keys:
        raise PolicyRefused(
            where,
            f"signed by {key_text}, which this site does not trust",
            "If the signer is right, add the key to policy.trusted_keys in the site file.",
        )
    try:
        public_key(key_text).verify(value, manifest)
    except InvalidSignature as error:
        raise PolicyRefused(
            where,
            f"{MANIFEST} was altered after signing: the signature does not hold",
            "Fetch the bundle again from whoever trained it.",
        ) from error
    except ValueError as error:
        raise PolicyRefused(where, str(error)) from error
    return str(key_text)

"""A bundle is believed only as far as its signature and hashes carry."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agents.export import Trained, demo_key, key_text, write_bundle
from hvac_rl.control.bundle import DEMO_PUBLIC_KEY, read_bundle
from hvac_rl.control.encoding import N_MODES
from hvac_rl.control.policy import TablePolicy, load_policy
from hvac_rl.errors import PolicyRefused

FEATURES = ("occupied", "outdoor")


def table(values: np.ndarray | None = None) -> bytes:
    if values is None:
        values = np.zeros((2, 3, N_MODES))
        values[1, 2, 4] = 1.0
    return json.dumps({"edges": [[0.5], [-1.0, 0.0]], "values": values.tolist()}).encode()


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    trained = Trained("table", "small", "small_office", FEATURES, table(), {}, {})
    write_bundle(folder, trained, 3, demo_key())
    return folder


def test_the_demo_key_is_the_published_one() -> None:
    assert key_text(demo_key()) == DEMO_PUBLIC_KEY


def test_a_good_bundle_serves(bundle: Path) -> None:
    read = read_bundle(bundle, [DEMO_PUBLIC_KEY])
    assert read.manifest.version == 3
    policy = load_policy(read)
    assert policy.features == FEATURES
    assert policy.choose([[1.0, 0.5], [0.0, 0.5], [1.0, -0.5]]) == [4, 0, 0]


def _edit_manifest(**changes: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest.update(changes)
        (folder / "manifest.json").write_text(json.dumps(manifest))

    return change


def _edit_payload(folder: Path) -> None:
    payload = folder / "table.json"
    payload.write_bytes(payload.read_bytes().replace(b"1.0", b"2.0"))


def _resign_elsewhere(folder: Path) -> None:
    trained = Trained("table", "small", "small_office", FEATURES, table(), {}, {})
    write_bundle(folder, trained, 3, Ed25519PrivateKey.generate())


def _forge_key(folder: Path) -> None:
    """Sign with another key but claim the trusted one."""
    _resign_elsewhere(folder)
    signature = json.loads((folder / "signature.json").read_text())
    signature["key"] = DEMO_PUBLIC_KEY
    (folder / "signature.json").write_text(json.dumps(signature))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "signature.json").unlink(), "unsigned: signature.json cannot"),
        (lambda folder: (folder / "signature.json").write_text("{}"), "is not a signature"),
        (_edit_manifest(version=9), "manifest.json was altered after signing"),
        (_edit_payload, "table.json was altered after signing"),
        (_resign_elsewhere, "which this site does not trust"),
        (_forge_key, "altered after signing: the signature does not hold"),
        (lambda folder: (folder / "table.json").unlink(), "table.json cannot be read"),
    ],
)
def test_anything_else_is_refused(
    bundle: Path, spoil: Callable[[Path], None], message: str
) -> None:
    spoil(bundle)
    with pytest.raises(PolicyRefused, match=message):
        read_bundle(bundle, [DEMO_PUBLIC_KEY])


def test_other_observations_are_refused(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.export.schema_hash", lambda features: "0" * 64)
    trained = Trained("table", "small", "small_office", FEATURES, table(), {}, {})
    write_bundle(bundle, trained, 1, demo_key())
    with pytest.raises(PolicyRefused, match="trained for other observations or modes"):
        read_bundle(bundle, [DEMO_PUBLIC_KEY])


@pytest.mark.parametrize(
    "payload",
    [b"not json", b"{}", table(np.zeros((2, 2, N_MODES))), table(np.full((2, 3, N_MODES), np.nan))],
)
def test_a_payload_that_does_not_fit_is_refused(bundle: Path, payload: bytes) -> None:
    trained = Trained("table", "small", "small_office", FEATURES, payload, {}, {})
    write_bundle(bundle, trained, 1, demo_key())
    with pytest.raises(PolicyRefused, match=r"table\.json"):
        load_policy(read_bundle(bundle, [DEMO_PUBLIC_KEY]))


def test_the_table_cuts_its_bins_upwards() -> None:
    policy = TablePolicy("t", FEATURES, [[0.5], [0.0]], np.zeros((2, 2, N_MODES)))
    assert policy.bins([0.5, -0.1]) == (1, 0)
    assert policy.bins([0.4, 0.0]) == (0, 1)

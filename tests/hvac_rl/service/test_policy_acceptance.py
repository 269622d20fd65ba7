"""Which bundles a daemon runs: signed, unaltered, not older, no demonstration key abroad."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.memory import MemoryKind
from agents.export import Trained, demo_key, key_text, write_bundle
from hvac_rl.errors import PolicyRefused
from hvac_rl.service.assembly import accept, site_bundle
from hvac_rl.service.site_file import Site, load_site
from hvac_rl.service.store import Store

WriteSite = Callable[[dict[str, Any]], Path]
OWN = Ed25519PrivateKey.generate()


def make_bundle(folder: Path, version: int, key: Ed25519PrivateKey) -> None:
    write_bundle(folder, Trained("rule", "tuned", "office", (), b"{}", {}, {}), version, key)


@pytest.fixture
def make_site(document: dict[str, Any], write_site: WriteSite) -> Callable[[], Site]:
    def make() -> Site:
        keys = [key_text(OWN), key_text(demo_key())]
        document["policy"] = {"bundle": "bundle", "trusted_keys": keys}
        return load_site(write_site(document))

    return make


def test_versions_only_rise_unless_a_person_says_so(
    make_site: Callable[[], Site], tmp_path: Path
) -> None:
    site = make_site()
    store = Store(site.store_url)
    make_bundle(tmp_path / "bundle", 3, OWN)
    bundle = site_bundle(site, store, None)
    assert bundle is not None
    accept(bundle, store, 0.0, None)
    make_bundle(tmp_path / "bundle", 2, OWN)
    with pytest.raises(PolicyRefused, match="version 2 of tuned is older than version 3"):
        site_bundle(site, store, None)
    older = site_bundle(site, store, "the new one overheats the lobby")
    assert older is not None
    accept(older, store, 0.0, "the new one overheats the lobby")
    assert store.highest_policy("tuned") == 2
    store.close()


def test_the_demonstration_key_is_refused_outside_loopback(
    document: dict[str, Any],
    make_site: Callable[[], Site],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del document["evidence"]
    make_bundle(tmp_path / "bundle", 1, demo_key())
    site = make_site()
    store = Store(site.store_url)
    assert site_bundle(site, store, None) is not None
    monkeypatch.setattr(MemoryKind, "is_loopback", lambda self, options: False)
    abroad = make_site()
    with pytest.raises(PolicyRefused, match="demonstration key, but ctl-ahu is a real device"):
        site_bundle(abroad, store, None)
    make_bundle(tmp_path / "bundle", 1, OWN)
    assert site_bundle(abroad, store, None) is not None
    store.close()

"""``hvac-rl policy export | sign | verify | show``, with small networks that learned nothing."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium import spaces
from sb3_contrib import QRDQN
from stable_baselines3 import A2C, DQN, PPO
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize
from typer.testing import CliRunner, Result

from agents import explain, visits
from agents.dqn import Offered
from agents.explain import COLUMNS, Visited, in_units
from agents.export import Trained, demo_key, key_text, write_bundle
from agents.fast_dqn.network import Modes, QNetwork
from agents.parity import onnx_that_agrees, states
from agents.settings import FEW_MODES
from agents.show import bin_words
from agents.situation import observe, read_situation
from agents.years import Years
from hvac_rl.cli import app
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.bundle import DEMO_PUBLIC_KEY, read_bundle
from hvac_rl.control.encoding import FEATURE_NAMES, MODE_NAMES, N_FEATURES, N_MODES
from hvac_rl.control.policy import load_policy
from sim_buildings.building import load_building

runner = CliRunner()
ALGORITHMS = {"dqn": DQN, "qrdqn": QRDQN, "ppo": PPO, "a2c": A2C}


class View(gymnasium.Env[np.ndarray, int]):
    """The shapes of ZoneVecEnv, without a building."""

    def __init__(self, features: int = N_FEATURES, modes: int = N_MODES) -> None:
        self.observation_space = spaces.Box(-10.0, 10.0, (features,), np.float32)
        self.action_space = spaces.Discrete(modes)


def policy(*arguments: object) -> Result:
    return runner.invoke(app, ["policy", *(str(one) for one in arguments)])


def archive(folder: Path, algorithm: str = "dqn", features: int = N_FEATURES,
            modes: int = N_MODES) -> tuple[Path, object]:  # fmt: skip
    model = ALGORITHMS[algorithm](
        "MlpPolicy",
        DummyVecEnv([lambda: View(features, modes)]),
        seed=0,
        policy_kwargs={"net_arch": [16]},
        device="cpu",
    )
    model.save(folder / "model.zip")
    return folder / "model.zip", model


def export(folder: Path, path: Path, algorithm: str, *more: object) -> Result:
    return policy(
        "export", path, "--algorithm", algorithm, "--building", "small_office",
        "--out", folder / "bundle", "--i-trust-this-archive", *more,
    )  # fmt: skip


@cache
def exported() -> tuple[bytes, float]:
    """A network over few modes; once, for export takes its time."""
    torch.manual_seed(0)
    network = Offered(torch.nn.Linear(N_FEATURES, len(FEW_MODES)), FEW_MODES)
    return onnx_that_agrees(network, FEATURE_NAMES)


def bundle_of(folder: Path, network: torch.nn.Module | None = None) -> Path:
    """A bundle signed with the demonstration key."""
    payload, parity = exported() if network is None else onnx_that_agrees(network, FEATURE_NAMES)
    training = {"agent": "dqn", "climate": "greensboro", "parity_max_abs": parity}
    results = {"unseen_weeks": 52, "cost_vs_strong_rule": [-0.031, -0.034, -0.028]}
    trained = Trained(
        "onnx", "net", "small_office", FEATURE_NAMES, payload, training, results,
        RuleParameters(standby_k=1.25)._asdict(),
    )  # fmt: skip
    write_bundle(folder / "bundle", trained, 1, demo_key())
    return folder / "bundle"


@pytest.mark.parametrize("algorithm", list(ALGORITHMS))
def test_what_is_exported_chooses_as_the_model_does(tmp_path: Path, algorithm: str) -> None:
    path, model = archive(tmp_path, algorithm, modes=len(FEW_MODES))
    result = export(tmp_path, path, algorithm, "--modes", "few")
    assert result.exit_code == 0, result.exception
    assert "executes code" in result.output
    assert "It is not signed" in result.output
    assert not (tmp_path / "bundle" / "signature.json").exists()
    assert policy("verify", tmp_path / "bundle").exit_code != 0
    assert policy("sign", tmp_path / "bundle", "--sign-with-demo-key").exit_code == 0
    bundle = read_bundle(tmp_path / "bundle", [DEMO_PUBLIC_KEY])
    assert bundle.manifest.training["parity_max_abs"] <= 1e-4  # type: ignore[operator]
    seen = states(FEATURE_NAMES, 300)
    wanted, _ = model.predict(seen, deterministic=True)  # type: ignore[attr-defined]
    chosen = load_policy(bundle).choose(seen.tolist())
    assert chosen == [FEW_MODES[action] for action in wanted]
    assert len(set(chosen)) > 1


def test_an_archive_is_not_loaded_unless_somebody_says_so(tmp_path: Path) -> None:
    """What is pickled in it runs when it is loaded; this one would leave a file."""

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[object, ...]]:
            return os.mkdir, (str(tmp_path / "sprung"),)

    path, model = archive(tmp_path)
    model.trap = Trap()  # type: ignore[attr-defined]
    model.save(path)  # type: ignore[attr-defined]
    result = policy("export", path, "--algorithm", "dqn", "--building", "small_office",
                    "--out", tmp_path / "bundle")  # fmt: skip
    assert "--i-trust-this-archive" in str(result.exception)
    assert not (tmp_path / "sprung").exists()
    assert not (tmp_path / "bundle").exists()
    export(tmp_path, path, "dqn")
    assert (tmp_path / "sprung").exists(), "the warning is true"


@pytest.mark.parametrize(
    ("made", "more", "words"),
    [
        ({"features": 12}, (), "observes Box"),
        ({"modes": 4}, (), "chooses among 4 modes, --modes names 36"),
        ({"modes": 4}, ("--modes", "0,1,2,99"), "each mode once, 0 to 35"),
        ({"modes": 4}, ("--modes", "rule"), "numbers such as 0,3,6-8"),
        ({"algorithm": "ppo"}, (), "cannot be loaded as dqn"),
    ],
)
def test_a_model_that_cannot_serve_is_refused(
    tmp_path: Path, made: dict[str, object], more: tuple[str, ...], words: str
) -> None:
    path, _ = archive(tmp_path, **made)  # type: ignore[arg-type]
    result = export(tmp_path, path, "dqn", *more)
    assert words in str(result.exception)
    assert not (tmp_path / "bundle").exists()


def test_observations_normalised_in_training_are_normalised_in_service(tmp_path: Path) -> None:
    path, model = archive(tmp_path)
    wrapped = VecNormalize(DummyVecEnv([View]))
    wrapped.obs_rms.mean = np.linspace(-1.0, 1.0, N_FEATURES)
    wrapped.obs_rms.var = np.linspace(0.2, 3.0, N_FEATURES)
    wrapped.save(tmp_path / "statistics.pkl")
    result = export(tmp_path, path, "dqn", "--normalizer", tmp_path / "statistics.pkl")
    assert result.exit_code == 0, result.exception
    policy("sign", tmp_path / "bundle", "--sign-with-demo-key")
    seen = states(FEATURE_NAMES, 300)
    wanted, _ = model.predict(wrapped.normalize_obs(seen))  # type: ignore[attr-defined]
    served = load_policy(read_bundle(tmp_path / "bundle", [DEMO_PUBLIC_KEY]))
    assert served.choose(seen.tolist()) == wanted.tolist()


def test_a_network_that_is_broken_is_not_exported(tmp_path: Path) -> None:
    path, model = archive(tmp_path)
    with torch.no_grad():
        next(model.q_net.parameters()).fill_(float("nan"))  # type: ignore[attr-defined]
    model.save(path)  # type: ignore[attr-defined]
    assert "not finite" in str(export(tmp_path, path, "dqn").exception)


def test_signing_with_a_key_of_ones_own(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
    (tmp_path / "key.pem").write_bytes(text)
    bundle = bundle_of(tmp_path)
    assert "give either" in str(policy("sign", bundle).exception)
    assert key_text(key) in policy("sign", bundle, "--key", tmp_path / "key.pem").output
    assert "does not trust" in str(policy("verify", bundle).exception)
    assert "not an ed25519" in str(policy("verify", bundle, "--trusted-key", "ed25519:x").exception)
    assert policy("verify", bundle, "--trusted-key", key_text(key)).exit_code == 0


def test_verify_says_what_it_checked(tmp_path: Path) -> None:
    output = policy("verify", bundle_of(tmp_path)).output
    for words in ("demonstration key: loopback only", "SHA-256", "ONNX Runtime takes it",
                  "finite over 10,000 states", "ONNX's own reference"):  # fmt: skip
        assert words in output


def rewritten(bundle: Path, change: dict[str, object]) -> None:
    document = json.loads((bundle / "manifest.json").read_text()) | change
    (bundle / "manifest.json").write_text(json.dumps(document))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema_sha256": "0" * 64}, "other observations or modes"),
        ({"training": {"parity_max_abs": 0.01}}, "differ by 0.01, more than 0.0001"),
        ({"rule_parameters": {"magic": 1.0}}, "unknown rule parameters"),
        ({"kind": "table"}, "policy.onnx"),
        ({"version": 0}, "version"),
    ],
)
def test_what_a_daemon_would_refuse_is_not_signed(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    bundle = bundle_of(tmp_path)
    before = (bundle / "signature.json").read_bytes()
    rewritten(bundle, change)
    assert "was altered after signing" in str(policy("verify", bundle).exception)
    result = policy("sign", bundle, "--sign-with-demo-key")
    assert words in str(result.exception)
    assert str(bundle) in str(result.exception)
    assert (bundle / "signature.json").read_bytes() == before


def test_a_payload_that_was_exchanged_is_neither_signed_nor_shown(tmp_path: Path) -> None:
    bundle = bundle_of(tmp_path)
    (bundle / "policy.onnx").write_bytes(b"something else")
    for command in (("sign", "--sign-with-demo-key"), ("verify",), ("show", "--no-tree")):
        result = policy(command[0], bundle, *command[1:])
        assert "its SHA-256 differs" in str(result.exception)
    assert "manifest.json cannot be read" in str(policy("show", tmp_path / "nothing").exception)


def test_a_bundle_is_held_against_the_network_that_was_trained(tmp_path: Path) -> None:
    network = QNetwork(16, seed=1, price=0.4)
    torch.nn.init.normal_(network.heads.weight)
    document = {"settings": json.dumps({"width": 16}), "best": network.state_dict(),
                "best_price": 0.4}  # fmt: skip
    torch.save(document, tmp_path / "checkpoint.pt")
    bundle = bundle_of(tmp_path, Modes(network))
    right = policy("verify", bundle, "--checkpoint", tmp_path / "checkpoint.pt")
    assert "from the one in" in right.output
    torch.save(document | {"best_price": 0.5}, tmp_path / "checkpoint.pt")
    wrong = policy("verify", bundle, "--checkpoint", tmp_path / "checkpoint.pt")
    assert "is not the network in" in str(wrong.exception)
    (tmp_path / "checkpoint.pt").write_bytes(b"no")
    assert "is not a checkpoint" in str(
        policy("verify", bundle, "--checkpoint", tmp_path / "checkpoint.pt").exception
    )


def test_show_tells_a_person(tmp_path: Path) -> None:
    bundle = bundle_of(tmp_path)
    result = policy("show", bundle, "--no-tree", "--situation", "winter-morning",
                    "--situation", "air=17")  # fmt: skip
    assert result.exit_code == 0, result.exception
    for words in ("Signed by ed25519:", "in the climate of greensboro", "-3.1%", "unseen weeks",
                  "standby_k", "1.25", "air 17 °C", "hour 5 h", "above the rule's own",
                  f"without the other {N_MODES - len(FEW_MODES)} modes"):  # fmt: skip
        assert words.lower() in result.output.lower(), words
    seen = observe(
        read_situation(["winter-morning", "air=17"]), load_building("small_office"),
        "time_of_use", RuleParameters(standby_k=1.25),
    )  # fmt: skip
    best = load_policy(read_bundle(bundle, [DEMO_PUBLIC_KEY])).choose([seen.observation])[0]
    table = result.output.split("the best first")[1].splitlines()
    assert table[4].split("  ")[1].strip() == MODE_NAMES[best]
    (bundle / "signature.json").unlink()
    assert "Not signed: no daemon runs it" in policy("show", bundle, "--no-tree").output


@pytest.mark.parametrize(
    ("word", "words"),
    [("warmth=3", "unknown key"), ("noon", "Named: summer-morning"), ("air=hot", "not a number"),
     ("air=99", "must be 0 to 50 °C"), ("occupied=0.5", "must be 0 or 1")],
)  # fmt: skip
def test_a_wrong_situation_is_refused(tmp_path: Path, word: str, words: str) -> None:
    result = policy("show", bundle_of(tmp_path), "--no-tree", "--situation", word)
    assert words in str(result.exception)


def test_units_are_the_encodings_own_turned_round() -> None:
    given = read_situation(
        ["hour=14.5", "air=24.1", "air_slow=22.9", "co2=820", "occupied=1", "outdoor=31",
         "ghi=640", "facade=210", "price=0.45", "price_2_6=0.3", "outdoor_8_16=19",
         "rule_cooling=24.5", "rule_blind=0.75", "building_air=23.8"]
    )  # fmt: skip
    seen = observe(given, load_building("small_office"), "time_of_use", RuleParameters())
    row = in_units(np.array([seen.observation]), seen.told["price_mean"])[0]
    turned = dict(zip([column.name for column in COLUMNS], row, strict=True))
    for name, value in given.items():
        assert turned[name] == pytest.approx(value, abs=1e-3), name
    assert turned["to_start"] == pytest.approx(0.0, abs=1e-9)
    schedule = load_building("small_office").schedule
    assert turned["to_end"] == pytest.approx(schedule.end_h - 14.5)
    early = observe({"hour": 3.0}, load_building("small_office"), "flat", RuleParameters())
    row = in_units(np.array([early.observation]), early.told["price_mean"])[0]
    wait = row[[column.name for column in COLUMNS].index("to_start")]
    assert wait == pytest.approx(schedule.start_h - 3.0)


def by_hand(count: int, seed: int) -> Visited:
    """A policy that a tree can say: precool where the air is above 24 °C before work."""
    seen = states(FEATURE_NAMES, count, seed)
    warm = seen[:, FEATURE_NAMES.index("air")] > (24.0 - 22.5) / 5.0
    empty = seen[:, FEATURE_NAMES.index("occupied")] == 0.0
    mode = np.where(warm & empty, MODE_NAMES.index("precool"), 0)
    return Visited(seen, mode, explain.choices(mode))


def test_the_tree_finds_a_policy_that_is_one() -> None:
    node, fidelity = explain.explain(by_hand(4000, 1), by_hand(2000, 2), 0.25, depth=4)
    assert fidelity.same > 0.99
    assert fidelity.constant < 0.9
    assert node.leaves == 3
    row = in_units(states(FEATURE_NAMES, 1), 0.25)[0]
    row[[column.name for column in COLUMNS].index("air")] = 25.0
    row[[column.name for column in COLUMNS].index("occupied")] = 0.0
    words, leaf = explain.path_of(node, row)
    assert MODE_NAMES[leaf.mode] == "precool"
    assert sorted(words) == ["air > 24.0 °C", "not occupied"]


def test_the_fidelity_is_that_of_states_held_out() -> None:
    """A policy that changes its mind between the years is not explained, and that is said."""
    held_out = by_hand(2000, 2)
    modes = np.where(held_out.modes == 0, 5, 0)
    held_out = Visited(held_out.observations, modes, explain.choices(modes))
    _, fidelity = explain.explain(by_hand(4000, 1), held_out, 0.25, depth=4)
    assert fidelity.same < 0.01
    assert fidelity.departs == pytest.approx(np.mean(held_out.modes != 0))


def test_show_runs_the_policy_for_its_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "YEARS", Years((101, 102), every_weeks=51))
    result = policy("show", bundle_of(tmp_path), "--depth", "3")
    assert result.exit_code == 0, result.exception
    # One year of two weeks in five zones.
    assert "1,680 states of another year" in result.output
    assert "A decision tree that approximates it" in result.output
    assert "So the tree says" in result.output


def test_a_table_is_shown_as_it_is(tmp_path: Path) -> None:
    features = ("scheduled", "to_start", "air")
    edges = [[0.5], [float(np.exp(-1.0)), float(np.exp(-0.5))], [-0.2]]
    values = np.full((2, 3, 2, N_MODES), -1e3)
    values[..., 0] = 0.0
    values[0, 1, 1, MODE_NAMES.index("precool")] = 0.25
    visits_ = np.zeros((2, 3, 2, len(FEW_MODES)), dtype=int)
    visits_[0, 1, 1, 0] = 1234
    payload = {"edges": edges, "values": values.tolist(), "visits": visits_.tolist()}
    trained = Trained(
        "table", "table", "small_office", features, json.dumps(payload).encode(), {}, {}
    )
    write_bundle(tmp_path, trained, 1, demo_key())
    output = policy("show", tmp_path).output
    (row,) = [line for line in output.splitlines() if "1234" in line]
    assert row.split() == ["no", "2–4", "h", "≥", "21.5", "°C", "precool", "+0.250", "1234"]
    assert "11 of 12 cells were never visited" in output
    assert bin_words("to_start", edges[1], 1.0) == ["≥ 4 h", "2–4 h", "< 2 h"]
    assert "its bins and values fit together" in policy("verify", tmp_path).output


def test_a_tuned_rule_is_shown_by_its_parameters(tmp_path: Path) -> None:
    rule = RuleParameters(start_margin_h=1.5)._asdict()
    trained = Trained("rule", "tuned", "small_office", (), b"{}\n", {}, {}, rule)
    write_bundle(tmp_path, trained, 1, demo_key())
    output = policy("show", tmp_path).output
    assert "start_margin_h" in output
    assert "standby_k" not in output
    assert "it chooses no other mode" in output
    assert policy("verify", tmp_path).exit_code == 0

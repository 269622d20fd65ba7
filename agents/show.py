"""A policy in a person's words: who trained it, what came of it, what it does and why."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.tree import Tree

from agents.explain import COLUMNS, Fidelity, Node, in_units, path_of, question
from agents.signing import called
from agents.situation import KEYS, Seen
from agents.visits import NOT_OFFERED
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.bundle import Bundle
from hvac_rl.control.encoding import (
    FEATURE_NAMES,
    MODE_NAMES,
    N_FEATURES,
    N_MODES,
    RULE_MODE,
    decode,
)
from hvac_rl.control.policy import OnnxPolicy, TablePolicy, rule_parameters
from hvac_rl.ports import Policy

MODES_SHOWN = 12
KINDS = {
    "onnx": "a network that values each mode for each zone once an hour",
    "table": "a table that values each mode in each cell of a few binned features",
    "rule": "the base rule with parameters of its own; no network",
}


def print_manifest(bundle: Bundle, console: Console) -> None:
    """Who, how trained, how it did."""
    manifest = bundle.manifest
    console.print(
        f"[bold]{manifest.name}[/], version {manifest.version}: {KINDS[manifest.kind]}.",
        highlight=False,
    )
    signer = f"Signed by {called(bundle.signed_by)}." if bundle.signed_by else (
        "Not signed: no daemon runs it. Sign it with: hvac-rl policy sign"
    )  # fmt: skip
    console.print(signer, highlight=False, soft_wrap=True)
    console.print(trained_words(bundle), highlight=False, soft_wrap=True)
    for line in result_words(bundle):
        console.print(line, highlight=False, soft_wrap=True)


def trained_words(bundle: Bundle) -> str:
    """A few sentences from the manifest's ``training``."""
    told = dict(bundle.manifest.training)
    words = f"Trained for {bundle.manifest.building}"
    if "climate" in told:
        words += f" in the climate of {told.pop('climate')}"
    if "tariff" in told:
        words += f" under the tariff {told.pop('tariff')}"
    if "agent" in told:
        words += f", by {told.pop('agent')}"
    if "library" in told:
        words += f" of {told.pop('library')}"
    if "base" in told:
        words += f", over the {told.pop('base')} rule"
    if "train_s" in told:
        words += f", in {float(str(told.pop('train_s'))):.0f} s"
    settings = ", ".join(f"{name} {_plain(value)}" for name, value in told.items())
    return f"{words}.\nSettings: {settings or 'none recorded'}."


def _plain(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return "[" + ", ".join(_plain(one) for one in value) + "]"
    return str(value)


def result_words(bundle: Bundle) -> list[str]:
    """One line a result in the manifest."""
    results = bundle.manifest.results
    if not results:
        return ["Results: none recorded; judge it with: hvac-rl evaluate"]
    lines = []
    for name, value in results.items():
        if name.startswith("cost_vs_") and isinstance(value, list) and len(value) == 3:
            mean, low, high = (float(x) for x in value)
            other = name.removeprefix("cost_vs_").replace("_", " ")
            lines.append(
                f"Cost against the {other}: {mean:+.1%} (95 % interval {low:+.1%} to {high:+.1%})."
            )
        elif isinstance(value, dict):
            parts = ", ".join(f"{who} {_plain(number)}" for who, number in value.items())
            lines.append(f"{name.replace('_', ' ').capitalize()}: {parts}.")
        else:
            lines.append(f"{name.replace('_', ' ').capitalize()}: {_plain(value)}.")
    return lines


def print_rule(bundle: Bundle, console: Console) -> None:
    """The parameters of the rule under it that are not the strong rule's."""
    mine, strong = rule_parameters(bundle), RuleParameters()
    changed = [name for name in mine._fields if getattr(mine, name) != getattr(strong, name)]
    if not changed:
        console.print("\nUnder it runs the strong rule, unchanged.")
        return
    table = Table(title="The rule under it, where it is not the strong one", box=SIMPLE_HEAD)
    table.add_column("parameter")
    table.add_column("strong rule", justify="right")
    table.add_column("this one", justify="right")
    for name in changed:
        table.add_row(name, f"{getattr(strong, name):.4g}", f"{getattr(mine, name):.4g}")
    console.print(table)


def values_of(bundle: Bundle, policy: Policy, seen: Seen) -> np.ndarray | None:
    """What the policy says of the modes, (N_MODES,), NaN for those not offered; None of a rule."""
    row = [seen.observation[FEATURE_NAMES.index(name)] for name in policy.features]
    if isinstance(policy, OnnxPolicy):
        values = policy.values([row])[0].astype(np.float64)
    elif isinstance(policy, TablePolicy):
        table = np.asarray(json.loads(bundle.payload)["values"], dtype=np.float64)
        values = table[policy.bins(row)]
    else:
        return None
    return np.where(values < NOT_OFFERED, np.nan, values)


def print_situation(
    bundle: Bundle, policy: Policy, seen: Seen, all_modes: bool, console: Console
) -> None:
    """What it sees, and what it thinks of each mode."""
    units = {key.name: key.unit for key in KEYS}
    told = ", ".join(
        f"{name} {value:.4g}{'' if units[name].startswith('0') else ' ' + units[name]}"
        for name, value in seen.told.items()
    )
    console.print(f"\n[bold]The situation[/]: {told}.", highlight=False)
    wish = seen.rule_wish
    console.print(
        f"The rule under it wishes {wish.heating_c:.1f} to {wish.cooling_c:.1f} °C and "
        f"blinds {wish.blind:.0%} closed.",
        highlight=False,
    )
    values = values_of(bundle, policy, seen)
    if values is None:
        console.print("And that is what it does: it chooses no other mode.")
        return
    logits = bundle.manifest.training.get("values") == "logits"
    offered = np.flatnonzero(np.isfinite(values))
    order = [int(mode) for mode in offered[np.argsort(-values[offered], kind="stable")]]
    shown = order if all_modes else order[:MODES_SHOWN]
    if RULE_MODE in order and RULE_MODE not in shown:
        shown.append(RULE_MODE)
    table = Table(title="What it makes of the modes, the best first", box=SIMPLE_HEAD)
    table.add_column("mode", no_wrap=True)
    table.add_column("°C", justify="right", no_wrap=True)
    table.add_column("blind", justify="right")
    table.add_column("logit" if logits else "value", justify="right")
    table.add_column("chance" if logits else "above the rule's own", justify="right")
    # Not offered is no chance.
    chances = np.exp(values - np.nanmax(values)) / np.nansum(np.exp(values - np.nanmax(values)))
    for mode in shown:
        wanted = decode(mode, wish, seen.occupied)
        beyond = f"{chances[mode]:.1%}" if logits else _signed(values[mode] - values[RULE_MODE])
        table.add_row(
            MODE_NAMES[mode],
            f"{wanted.heating_c:.1f}–{wanted.cooling_c:.1f}",
            f"{wanted.blind:.0%}",
            f"{values[mode]:.4g}",
            beyond,
            style="bold" if mode == order[0] else None,
        )
    console.print(table)
    hidden = len(order) - len(shown)
    notes = [f"{hidden} more with --all-modes." if hidden else ""]
    if len(order) < N_MODES:
        notes.append(f"It was trained without the other {N_MODES - len(order)} modes.")
    notes.append("The guard may still narrow what is wished.")
    console.print(" ".join(note for note in notes if note), highlight=False)


def _signed(number: float) -> str:
    """With its sign; a dash where the rule's own mode is not offered."""
    return "–" if math.isnan(number) else f"{number:+.4g}"


def print_table(bundle: Bundle, policy: TablePolicy, price_mean: float, console: Console) -> None:
    """The cells that were visited in training: what is chosen, its gain, how often seen."""
    document = json.loads(bundle.payload)
    values = np.asarray(document["values"], dtype=np.float64)
    cells = values.shape[:-1]
    known = "visits" in document
    visits = (
        np.asarray(document["visits"], dtype=np.int64).sum(axis=-1)
        if known
        else np.ones(cells, dtype=np.int64)
    )
    bins = [
        bin_words(name, cuts, price_mean)
        for name, cuts in zip(policy.features, document["edges"], strict=True)
    ]
    table = Table(title="The table", box=SIMPLE_HEAD)
    for name in policy.features:
        table.add_column(name, no_wrap=True)
    table.add_column("mode", no_wrap=True)
    table.add_column("gain", justify="right", no_wrap=True)
    table.add_column("visits", justify="right", no_wrap=True)
    for cell in np.ndindex(*cells):
        if visits[cell] == 0:
            continue
        best = int(values[cell].argmax())
        gain = values[cell][best] - values[cell][RULE_MODE]
        table.add_row(
            *(words[k] for words, k in zip(bins, cell, strict=True)),
            MODE_NAMES[best],
            "" if best == RULE_MODE else f"{gain:+.3f}",
            str(visits[cell]) if known else "–",
        )
    console.print(table)
    console.print(
        f"{int((visits == 0).sum())} of {visits.size} cells were never visited; there, and where "
        "a gain may be chance, the rule's own mode stands.",
        highlight=False,
    )


def bin_words(name: str, cuts: Sequence[float], price_mean: float) -> list[str]:
    """The bins of a feature in engineering units, in the order of the table."""
    column = next((k for k, one in enumerate(COLUMNS) if one.name == name), None)
    if column is not None and COLUMNS[column].unit == "yes":
        return ["no", "yes"] if len(cuts) == 1 else [str(k) for k in range(len(cuts) + 1)]
    unit, edges = "", [f"{cut:g}" for cut in cuts]
    falling = False
    if column is not None and cuts:
        rows = np.zeros((len(cuts), N_FEATURES))
        rows[:, FEATURE_NAMES.index(name)] = cuts
        turned = in_units(rows, price_mean)[:, column]
        # Only hours to the start were turned round by the encoding.
        falling = name == "to_start"
        unit, edges = COLUMNS[column].unit, [f"{edge:.3g}" for edge in turned]
    if not edges:
        return ["any"]
    first, last = ("≥", "<") if falling else ("<", "≥")
    between = [f"{b}–{a}" if falling else f"{a}–{b}" for a, b in pairwise(edges)]
    words = [f"{first} {edges[0]}", *between, f"{last} {edges[-1]}"]
    return [f"{one} {unit}".rstrip() for one in words]


def print_tree(node: Node, fidelity: Fidelity, console: Console) -> None:
    """The tree, and how much of the policy is in it."""
    root = Tree(f"[bold]A decision tree that approximates it[/] ({node.leaves} leaves)")
    _grow(root, node)
    console.print()
    console.print(root, highlight=False)
    console.print(fidelity_words(fidelity), highlight=False)


def _grow(branch: Tree, node: Node) -> None:
    if node.column is None or node.below is None or node.above is None:
        branch.add(_leaf(node))
        return
    for child, above in ((node.below, False), (node.above, True)):
        words = question(node.column, node.threshold, above)
        if child.column is None:
            branch.add(f"{words}: {_leaf(child)}")
        else:
            _grow(branch.add(words), child)


def _leaf(node: Node) -> str:
    return (
        f"[bold]{MODE_NAMES[node.mode]}[/] "
        f"({node.share:.1%} of states, {node.agrees:.0%} of them rightly)"
    )


def fidelity_words(fidelity: Fidelity) -> str:
    """What share of the policy the tree tells."""
    words = (
        f"Fidelity: in {fidelity.same:.1%} of {fidelity.states:,} states of another year, which "
        "the policy visits in the simulator and the tree was not fitted to, both choose the same "
        f"mode; always naming the policy's most frequent mode would come to {fidelity.constant:.1%}"
        f". The policy departs from the rule's own mode in {fidelity.departs:.1%} of the states"
    )
    if fidelity.departs == 0.0:
        return f"{words}: it is the rule."
    words = f"{words}, and the tree is right in {fidelity.same_where_departs:.1%} of those"
    if math.isnan(fidelity.gain_kept):
        return f"{words}."
    return (
        f"{words}. By the policy's own values the tree's choices keep {fidelity.gain_kept:.1%} of "
        "what the policy gains over the rule's own modes."
    )


def print_path(node: Node, policy: Policy, seen: Seen, price_mean: float, console: Console) -> None:
    """What the tree says of the situation, and whether the policy says the same."""
    row = in_units(np.array([seen.observation]), price_mean)[0]
    asked, leaf = path_of(node, row)
    features = [seen.observation[FEATURE_NAMES.index(name)] for name in policy.features]
    chosen = policy.choose([features])[0]
    says = "as the policy does" if leaf.mode == chosen else (
        f"where the policy chooses {MODE_NAMES[chosen]}"
    )  # fmt: skip
    console.print(
        f"In the situation above: {', '.join(asked) or 'whatever it is'}. "
        f"So the tree says {MODE_NAMES[leaf.mode]}, {says}.",
        highlight=False,
    )

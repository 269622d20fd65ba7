"""The league's page: complete, self-contained, and safe whatever things are called."""

from __future__ import annotations

import math
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from agents.league.looks import duration, interval, number, percent
from agents.league.page import write_page
from agents.league.page_table import against, in_order
from hvac_rl.errors import HvacRlError

HOSTILE = "<script>alert(1)</script> $\\frac{1}$ & \"q\" 's' \x00--> end"
LOADING = {"src", "srcset", "data", "action", "formaction", "background", "poster", "ping"}
VOID = {"meta", "br", "img", "link", "input", "hr"}


def a_trace() -> dict[str, Any]:
    hours = list(range(168))
    return {
        "hour": hours,
        "zone": HOSTILE,
        "air_c": [22.0 + math.sin(h / 4.0) for h in hours],
        "heating_c": [21.0] * 168,
        "cooling_c": [24.0] * 168,
        "power_kw": [float(h % 24) for h in hours],
        "outdoor_c": [10.0] * 168,
        "price": [0.14] * 168,
        "occupied": [int(8 <= h % 24 < 18) for h in hours],
        "blind": [0.5] * 168,
    }


def a_controller(label: str, kind: str, vs_tuned: float | None, **others: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(
        (
            "cost_hvac", "cost_lighting", "peak_kw", "energy_kwh_m2", "emissions_kg_m2",
            "air_quality_ppmh_per_zone_week", "vs_strong", "vs_strong_ci95", "gap_closed",
            "planner_share", "guard_changes_per_day", "setpoint_moves_per_zone_day",
            "blind_moves_per_zone_day", "train_s", "decision_us", "trace",
        )
    )  # fmt: skip
    ci = None if vs_tuned is None else [vs_tuned - 0.01, vs_tuned + 0.01]
    return {
        **nothing,
        "label": label,
        "kind": kind,
        "seeds": 5,
        "cost": 200.0 * (1.0 + (vs_tuned or 0.0)),
        "discomfort_kh_per_zone_week": 0.5,
        "vs_tuned": vs_tuned,
        "vs_tuned_ci95": ci,
        "worth_shipping": f"words on {label}",
        "week_cost": [200.0 * (1.0 + (vs_tuned or 0.0))] * 4,
        "learning_curve": [],
        **others,
    }


def a_result(agent: str = "fast DQN") -> dict[str, Any]:
    curve = [[10.0, 0.01, 0.6], [60.0, -0.03, 0.5]]
    controllers = {
        "typical-practice": a_controller("typical practice", "rule", 0.35),
        "strong-rule": a_controller("strong rule", "rule", 0.04, vs_strong=0.0),
        "tuned-rule": a_controller("tuned rule", "rule", 0.0, vs_tuned_ci95=None, trace=a_trace()),
        agent: a_controller(agent, "agent", -0.02, learning_curve=curve, trace=a_trace()),
        "planner": a_controller("planner", "reference", -0.05),
        "bound": a_controller("bound", "bound", None, discomfort_kh_per_zone_week=None),
    }
    buildings = {
        name: {
            "climate": HOSTILE,
            "tariff": "flat",
            "zones": 5,
            "area_m2": 511.0,
            "weeks": 4,
            "bound": {"cost_per_week": 180.0, "note": f"note {HOSTILE}"},
            "controllers": controllers,
        }
        for name in ("small_office", agent)
    }
    test = {"climate_years": [901, 902], "weeks_per_year": 2, "seeds": [1, 2, 3, 4, 5]}
    return {"generated": "2026-01-01", "version": HOSTILE, "test": test, "buildings": buildings}


class Read(HTMLParser):
    """The page as a browser sees it: elements, attributes, text; every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def ids(self) -> list[str]:
        return [value for name, value in self.attributes if name == "id"]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    path = tmp_path_factory.mktemp("league") / "league.html"
    write_page(a_result(HOSTILE), path)
    reader = Read()
    reader.feed(path.read_text(encoding="utf-8"))
    assert not reader._open
    return reader


def test_hostile_names_are_only_text(read: Read) -> None:
    assert not {"script", "img", "iframe", "object", "link"} & set(read.tags)
    assert not [name for name, _ in read.attributes if name.startswith("on")]
    shown = HOSTILE.replace("\x00", " ")
    # In verdict, both tables, the figures' own text and titles.
    assert sum(shown in words for words in read.words) > 8


def test_the_page_loads_nothing(read: Read) -> None:
    assert not [name for name, _ in read.attributes if name in LOADING]
    links = [value for name, value in read.attributes if name.endswith("href")]
    assert links
    assert all(link.startswith("#") for link in links)
    styles = [value for name, value in read.attributes if name == "style"]
    styles.append(read.words[read.words.index(next(w for w in read.words if "--paper" in w))])
    for style in styles:
        assert "http" not in style
        assert "@import" not in style
        assert style.count("url(") == style.count("url(#")


def test_every_reference_has_its_place(read: Read) -> None:
    ids = read.ids()
    assert len(ids) == len(set(ids))
    for name, value in read.attributes:
        if name.endswith("href"):
            assert value.removeprefix("#") in ids
        if name == "clip-path":
            assert value.removeprefix("url(#").removesuffix(")") in ids
        if name == "aria-labelledby":
            assert set(value.split()) <= set(ids)


def test_all_controllers_and_figures_are_there(read: Read) -> None:
    text = "\n".join(read.words)
    for label in ("typical practice", "strong rule", "tuned rule", "planner", "bound"):
        assert f"words on {label}" in text
    # Of each building: intervals, scatter, savings, two learning curves, two weeks.
    assert read.tags.count("svg") == 2 * 7
    assert read.tags.count("title") == 1 + 2 * 7
    # Overview; standing and indicators of each.
    assert read.tags.count("table") == 1 + 2 * 2
    assert "2.0\u202f%" in text
    assert "−3.0 to −1.0" in text


def test_no_colour_is_fixed(read: Read) -> None:
    styles = [value for name, value in read.attributes if name == "style"]
    assert any("var(--ink)" in style for style in styles)
    assert not [style for style in styles if "#0102" in style or "fill: #" in style]


def test_arrows_only_where_zero_is_excluded() -> None:
    assert "▼" in against({"vs_tuned": -0.02, "vs_tuned_ci95": [-0.03, -0.01]}, "vs_tuned")
    assert "▲" in against({"vs_tuned": 0.02, "vs_tuned_ci95": [0.01, 0.03]}, "vs_tuned")
    unsure = against({"vs_tuned": -0.02, "vs_tuned_ci95": [-0.05, 0.01]}, "vs_tuned")
    assert "▼" not in unsure
    assert "▲" not in unsure
    assert against({"vs_tuned": None}, "vs_tuned") == "–"


def test_cheapest_first_unknown_last() -> None:
    controllers = a_result()["buildings"]["small_office"]["controllers"]
    assert in_order(controllers) == [
        "planner", "fast DQN", "tuned-rule", "strong-rule", "typical-practice", "bound",
    ]  # fmt: skip


def test_numbers_for_people() -> None:
    assert percent(-0.0321) == "−3.2\u202f%"
    assert percent(float("nan")) == "–"
    assert interval([-0.01, 0.02]) == "−1.0 to +2.0"
    assert interval(None) == ""
    assert number(12345.678, 1) == "12\u202f345.7"
    assert [duration(s) for s in (42, 588, 7300, None)] == [
        "42\u202fs", "9.8\u202fmin", "2.0\u202fh", "–",
    ]  # fmt: skip


def test_a_building_with_one_rule_alone(tmp_path: Path) -> None:
    result = a_result()
    only = result["buildings"]["small_office"]
    only["controllers"] = {"strong-rule": a_controller("strong rule", "rule", None)}
    only["bound"] = {"cost_per_week": None, "note": "not covered"}
    result["buildings"] = {"small_office": only}
    write_page(result, tmp_path / "page.html")
    assert "not covered" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_page_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(HvacRlError, match="cannot be written"):
        write_page(a_result(), tmp_path / "missing" / "page.html")

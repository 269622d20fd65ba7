"""A matplotlib figure as SVG inside a page: its colours follow the page, its text is text.

A figure is drawn in stand-in colours (:data:`INK`, :data:`SERIES` and so on), which become the
page's CSS variables; so one drawing serves light, dark and paper. Names are plain text throughout:
matplotlib's mathematics is off, and the XML is parsed, not patched.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

INK, MUTED, FAINT, PAPER, GOOD = "#010203", "#010204", "#010205", "#010206", "#010207"
SERIES: tuple[str, ...] = tuple(f"#0102{0x10 + k:02x}" for k in range(8))
VARIABLES: dict[str, str] = {
    INK: "--ink",
    MUTED: "--muted",
    FAINT: "--faint",
    PAPER: "--paper",
    GOOD: "--good",
    **{colour: f"--s{k}" for k, colour in enumerate(SERIES)},
}
"""CSS variables that a page must define, by the colour that stands in for each."""

_STYLE: dict[Any, Any] = {
    "text.parse_math": False,
    "svg.fonttype": "none",
    "font.size": 10.0,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": FAINT,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "legend.frameon": False,
    "legend.fontsize": 9.0,
    "lines.solid_capstyle": "round",
}
_COLOUR = re.compile(r"#0102[0-9a-f]{2}")
_FONT = re.compile(r"(font:[^;]*?px)[^;]*")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@contextmanager
def drawing() -> Iterator[None]:
    """The style in which figures are made *and* turned into SVG."""
    with plt.rc_context(_STYLE):
        yield


def plain(text: object) -> str:
    """``text`` without characters that XML does not permit."""
    return _UNPRINTABLE.sub(" ", str(text))


def inline_svg(figure: Figure, name: str, title: str, description: str) -> str:
    """The figure as an ``<svg>`` element, and close it.

    ``name`` makes ids unique in the page; ``title`` and ``description`` are for those who do not
    see it.
    """
    file = io.StringIO()
    with plt.rc_context({"svg.hashsalt": name}):
        figure.savefig(file, format="svg", metadata={"Date": None})
    plt.close(figure)
    root = ElementTree.fromstring(file.getvalue())
    _strip(root)
    for element in root.iter():
        _to_page(element, name)
    for size in ("width", "height", "version"):
        root.attrib.pop(size, None)
    names = {"title": title, "desc": description}
    for k, (tag, words) in enumerate(names.items()):
        child = ElementTree.Element(tag, {"id": f"{name}-{tag}"})
        child.text = plain(words)
        root.insert(k, child)
    root.set("role", "img")
    root.set("aria-labelledby", " ".join(f"{name}-{tag}" for tag in names))
    return ElementTree.tostring(root, encoding="unicode")


def _strip(element: ElementTree.Element) -> None:
    """No metadata, and no style sheet: it would be the whole page's."""
    for child in list(element):
        if child.tag.rpartition("}")[2] in {"metadata", "style"}:
            element.remove(child)
        else:
            _strip(child)


def _to_page(element: ElementTree.Element, name: str) -> None:
    element.tag = element.tag.rpartition("}")[2]
    for key, value in list(element.attrib.items()):
        del element.attrib[key]
        bare = key.rpartition("}")[2]
        if bare == "id":
            value = f"{name}-{value}"
        elif bare == "href":
            value = f"#{name}-{value.removeprefix('#')}"
        elif bare == "style":
            value = _FONT.sub(r"\1 var(--font)", value)
            value = _COLOUR.sub(lambda found: f"var({VARIABLES[found.group()]})", value)
        element.set(bare, _REFERENCE.sub(rf"url(#{name}-\1)", value))

"""Names and descriptions of points into concepts: "EG_R012_Raumtemp" -> zone, temperature.

A token is one run of letters between separators and changes of case. It is looked up whole; then
as known words glued together ("CLGUNOCC"); then for long words inside it ("Zulufttemperatur").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

Vocabulary = Mapping[str, tuple[str, ...]]
"""Word -> the concepts it stands for."""

LONG_WORD = 5
"""Letters from which a word may be found inside a token that is not known in full."""
_RUNS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)
# Mixed case that is one word, and letters with a digit that belong together.
_WHOLE = (
    (re.compile(r"co[_ ]?2|co₂", re.IGNORECASE), " carbondioxide "),
    (re.compile(r"set[ _-]?point", re.IGNORECASE), " setpoint "),
    (re.compile(r"kWh"), " kwh "),
    (re.compile(r"kW"), " kw "),
    (re.compile(r"\bVOCs?\b"), " voc "),
)


def folded(text: str) -> str:
    """Without umlauts and accents; case kept."""
    plain = unicodedata.normalize("NFKD", text.translate(_UMLAUTS))
    return "".join(c for c in plain if not unicodedata.combining(c))


def tokens(text: str) -> list[str]:
    """Lower-case runs of letters, in order."""
    text = folded(text)
    for pattern, whole in _WHOLE:
        text = pattern.sub(whole, text)
    return [run.lower() for run in _RUNS.findall(text)]


class Reader:
    """Finds the concepts of a text with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words = dict(vocabulary)
        self._longest = max(map(len, self._words), default=0)
        self._long = sorted((w for w in self._words if len(w) >= LONG_WORD), key=len, reverse=True)
        self._cached = lru_cache(maxsize=65536)(self._concepts_of_token)

    def concepts(self, text: str, shortest: int = 1) -> set[str]:
        """Of tokens of at least ``shortest`` letters."""
        found: set[str] = set()
        for token in tokens(text):
            if len(token) >= shortest:
                found.update(self._cached(token))
        return found

    def unknown(self, text: str) -> list[str]:
        """Tokens of three letters and more that say nothing to us."""
        return [t for t in tokens(text) if len(t) > 2 and not self._cached(t)]

    def _concepts_of_token(self, token: str) -> tuple[str, ...]:
        if token in self._words:
            return self._words[token]
        pieces = self._glued(token)
        if pieces is None:
            pieces = self._inside(token)
        return tuple(concept for piece in pieces for concept in self._words[piece])

    def _glued(self, token: str) -> list[str] | None:
        """The token as known words one after the other, with the fewest; None if it is not.

        A single letter counts at the end only: "znt" is a zone's temperature, "tzn" nothing.
        """
        best: list[list[str] | None] = [None] * (len(token) + 1)
        best[0] = []
        for end in range(1, len(token) + 1):
            for start in range(max(0, end - self._longest), end):
                before, piece = best[start], token[start:end]
                single = end - start == 1
                if before is None or piece not in self._words:
                    continue
                if single and (end != len(token) or not before):
                    continue
                known = best[end]
                if known is None or len(before) + 1 < len(known):
                    best[end] = [*before, piece]
        pieces = best[len(token)]
        # "EAST" is no exhaust status: two letters alone prove too little of two letters more.
        if pieces and len(pieces) > 1 and max(map(len, pieces)) == 2 and len(pieces[-1]) == 2:
            return None
        return pieces

    def _inside(self, token: str) -> list[str]:
        pieces: list[str] = []
        rest = token
        for word in self._long:
            if word in rest:
                pieces.append(word)
                rest = rest.replace(word, " ")
        return pieces


def vocabulary(
    words: Mapping[str, Iterable[str]], abbreviations: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """``words``: concept -> its words; ``abbreviations``: word -> several concepts as text.

    Raises ValueError for a word that stands for two concepts, or an unknown concept.
    """
    found: dict[str, tuple[str, ...]] = {}
    for concept, spelled in words.items():
        for word in spelled:
            if word in found:
                raise ValueError(f"{word!r} is a word of {found[word][0]} and of {concept}")
            found[word] = (concept,)
    for word, concepts in abbreviations.items():
        parts = tuple(concepts.split())
        for part in parts:
            if part not in words:
                raise ValueError(f"{word!r}: there is no concept {part!r}")
        if word in found:
            raise ValueError(f"{word!r} is a word and an abbreviation")
        found[word] = parts
    return found

"""The words of search terms, and the ways in which a report spells one."""

from __future__ import annotations

import numpy as np

_NOUNS = {
    "all": ("water bottle", "desk lamp", "phone case", "yoga mat", "coffee filter", "backpack", 'shelf 12" wide'),
    "beauty": ("lip balm", "shampoo, dry", "face mask", "nail polish", "perfume", "eye cream", "hair oil"),
    "electronics": ("usb c cable", "power bank", "earbuds", "hdmi switch", "ssd 1tb", "mouse", "webcam"),
    "toys": ("building blocks", "puzzle", "plush bear", "race track", "doll house", "kite", "board game"),
    "garden": ("garden hose", "pruning shears", "bird feeder", "planter", "fire pit", "sprinkler", "wheelbarrow"),
}
_LOCAL = {"DE": ("größe", "für kinder", "weiß"), "JP": ("セット", "ケース", "人気"), "FR": ("crème", "été", "noël")}
_COMMON = ("for women", "for men", "best", "small", "large", "cheap", "new", "black", "white", "blue", "set", "gift")
SPELLINGS = ("plain", "upper case", "full width", "spaces")


def make_terms(marketplace: str, department: str, count: int) -> list[str]:
    """So many terms, in the normal form of the curated table: lower case, single spaces, NFKC."""
    nouns, words = _NOUNS[department], (*_COMMON, *_LOCAL.get(marketplace, ()))
    terms = []
    for place in range(count):
        noun, word = nouns[place % len(nouns)], words[place // len(nouns) % len(words)]
        again = place // (len(nouns) * len(words))
        # The department's name makes a term belong to one department only, as a label without one needs.
        terms.append(f"{noun} {word} {department}" + (f" {again + 1}" if again else ""))
    return terms


def spelled(term: str, spelling: int) -> str:
    """The term as a report may write it; each way is the same term in its normal form."""
    match SPELLINGS[spelling]:
        case "upper case":
            return term.replace("ß", "ẞ").upper()
        case "full width":
            return "".join(chr(ord(c) + 0xFEE0) if "a" <= c <= "z" else c for c in term)
        case "spaces":
            return f" {term.replace(' ', '  ')} "
    return term


def spelled_all(terms: list[str]) -> np.ndarray:
    """Every spelling of every term, as texts by `spelling * len(terms) + term`."""
    return np.array([spelled(term, spelling) for spelling in range(len(SPELLINGS)) for term in terms], dtype=object)

"""The rule library, Rocq files that are part of the package."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

FILES = ("Operators", "Rules", "Axioms")
_NAMED = re.compile(r"\b(?:Lemma|Theorem|Definition|Fixpoint|Ltac|Module Type|Module)\s+([A-Za-z]\w*)")
_SEALED = re.compile(r"\b(?:Parameter|Axiom)\s+((?:[A-Za-z]\w*\s+)+):")


def library_source(name: str) -> str:
    return (files("derive.certify") / "rocq" / f"{name}.v").read_text("utf-8")


@cache
def library_names() -> frozenset[str]:
    """Everything that the library names; a certificate may not give these names another meaning."""
    out: set[str] = set()
    for name in FILES:
        text = library_source(name)
        out.update(_NAMED.findall(text))
        for words in _SEALED.findall(text):
            out.update(words.split())
    return frozenset(out)


@cache
def axiom_lemmas() -> dict[str, str]:
    """The statements of the lemmas on the axioms, by the axiom's name."""
    text = library_source("Axioms")
    return {
        m.group(1): " ".join(m.group(2).split())
        for m in re.finditer(r"^Lemma ax_(\w+) : (.*?)\.\nProof\.", text, re.DOTALL | re.MULTILINE)
    }

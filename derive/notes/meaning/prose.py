"""Phrases of the prose beside a display that say what holds, listed as assumed: bounds, definitions, sums to one, one-hot, distributions.

Only what stands between dollars is read as a formula, and only in a few fixed turns; all other prose is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from derive.notes.document.pages import Document, Inline
from derive.notes.formula.parser import Parser
from derive.notes.formula.surface import Expr, Ref, names_in, num
from derive.notes.formula.tokens import Tokens, UnreadableError
from derive.notes.meaning.sorts import Sorts
from derive.notes.meaning.world import Meaning, World

_LEADS = re.compile(r"(?:\b(?:let|with|write|where|for|put|set|denote|here|has|and)\s*|[(,;:]\s*)$", re.IGNORECASE)
_NAMES = re.compile(r"\b(?:let|with|write|where|put|set|denote|here|for|has)\s*$|\(\s*$", re.IGNORECASE)
_SUMS = re.compile(r"^[^.$]{0,25}\bsums?(?:\s+up)?\s+to\s+(?:one|1\b|\$1\$)", re.IGNORECASE)
_ENTRIES = re.compile(r"\b(?:entries|components|elements)\s+of\s*$", re.IGNORECASE)
_HOT = re.compile(r"^[^.$]{0,25}\bone-hot\b", re.IGNORECASE)
_HOT_BEFORE = re.compile(r"\bone-hot\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
_LAW_BEFORE = re.compile(r"\b(?:distribution|distributions|density|densities|policy|policies)\s*$", re.IGNORECASE)
_LAW_BEHIND = re.compile(
    r"^\s*(?:is|are|be)\s+(?:an?\s+)?(?:positive\s+)?(?:probability\s+)?(?:distribution|distributions|densit)",
    re.IGNORECASE,
)
_BOUND = frozenset(("<", "<=", ">", ">=", "∈", "!="))
_ASIDE = re.compile(
    r"\b(?:if|unless|whether|suppose|show|prove|claim|that|then|so|hence|thus|recall|would|should|cannot|not|when)\b[^.$]{0,20}$",
    re.IGNORECASE,
)


def phrases(
    document: Document, read: Callable[[Inline], Tokens | None], parser: Parser, sorts: Sorts
) -> Iterator[tuple[int, str, object]]:
    """What the prose says, in order: where, in words, and the fact or definition."""
    text = document.text
    for p in document.parts:
        if not isinstance(p, Inline):
            continue
        tokens = read(p)
        if tokens is None:
            continue
        before, behind = _around(text, p)
        said = text[p.span.start : p.span.end].strip("$ ")
        for found in _formula(tokens, before, parser):
            yield p.span.start, f"{said} (from the text)", found
        for fact in _named(tokens, before, behind, parser, sorts):
            yield p.span.start, f"{said}: {fact[0]} (from the text)", fact[1]


def _around(text: str, p: Inline) -> tuple[str, str]:
    """The text of the sentence before and behind a formula; other formulas end it."""
    before = re.sub(r"\s+", " ", text[max(0, p.span.start - 80) : p.span.start]).rstrip("$")
    behind = re.sub(r"\s+", " ", text[p.span.end : p.span.end + 80]).lstrip("$")
    if before.endswith(("\\(",)):
        before = before[:-2]
    return before, behind


def _formula(tokens: Tokens, before: str, parser: Parser) -> Iterator[object]:
    """0 < a < 1, t in {0, 1}, n >= 1, and, behind let or with, a name and what it is."""
    signs = [t.text for t in tokens if t.kind == "sign"]
    if _ASIDE.search(before):
        return
    if (
        signs
        and any(s in _BOUND for s in signs)
        and all(s in _BOUND or s not in ("=", "≈", "∝", "~", "⇒") for s in signs)
    ):
        try:
            rels = next(parser.relations(tokens), None)
        except UnreadableError:
            rels = None
        if rels and all(_simple(r) for r in rels):
            yield rels
        return
    if signs.count("=") == 1 and _NAMES.search(before) and "…" not in signs:
        cut = next(i for i, t in enumerate(tokens) if t.text == "=" and t.kind == "sign")
        left, right = parser.maybe(tokens[:cut]), parser.maybe(tokens[cut + 1 :])
        if (
            left
            and right
            and left[0].op == "ref"
            and right[0].op != "num"
            and left[0].ref.name not in names_in(right[0])
        ):
            yield Meaning(left[0], right[0])


def _simple(rel: Expr) -> bool:
    """A bound by a number, or membership of a set that is written out: what one says of a name when it is brought in."""
    a, b = rel.args
    if rel.data == "∈":
        return a.op == "ref" and b.op in ("set", "tuple")
    return (
        (a.op == "ref" and b.op == "num")
        or (a.op == "num" and b.op == "ref")
        or (rel.data == "!=" and a.is_name() and b.is_name())
    )


def _named(tokens: Tokens, before: str, behind: str, parser: Parser, sorts: Sorts) -> Iterator[tuple[str, object]]:
    """What is said of a name in words."""
    if any(t.kind == "sign" for t in tokens):
        return
    found = parser.maybe(tokens)
    if not found or found[0].op != "ref":
        return
    e = found[0]
    entries = _family(e, sorts)
    if (_SUMS.search(behind) and not _ASIDE.search(before)) and entries is not None:
        letter = entries.args[-1]
        total = Expr("big", (entries, Expr("bound", (letter,), "all", e.span)), "sum", e.span)

        yield "sums to one", (Expr("rel", (total, num(1)), "=", e.span),)
    if (_HOT.search(behind) or _HOT_BEFORE.search(before)) and entries is not None:
        yield "one-hot", ("one-hot", e, entries.args[-1])


def _family(e: Expr, sorts: Sorts) -> Expr | None:
    """An entry of a family, with the letter by which the page counts it: t_k of t."""
    if e.ref.signs:
        return None
    for key in sorted(sorts.keys[e.ref.name]):
        use = sorts.uses.get(key)
        if use is not None and not use.ref.signs and len(use.args) == len(e.args) + 1:
            letter = use.args[-1]
            if not letter.is_name():
                letter = Expr("ref", (), Ref("k"), e.span)
            return Expr("ref", (*e.args, letter), e.ref._replace(below=e.ref.below + 1), e.span)
    return None


def assume(world: World, words: str, found: object) -> None:
    """Add what a phrase says."""
    if isinstance(found, Meaning):
        world.meanings.append(found._replace(assumed=words))
    elif isinstance(found, tuple) and found and found[0] == "one-hot":
        world.one_hot.append((found[1], found[2]))
        world.assumed_hot[str(found[1])] = words
    elif isinstance(found, tuple):
        world.facts.append((found, words))

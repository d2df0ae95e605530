"""What sentences say of names in words: both are positive, the gates sum to one, each is a probability.

The names are those that stand before the words or behind them (*positive numbers a and b*), the pair that *both* goes back to, or those
that a noun of the sentence has elsewhere: *the gates* where the page has *gates g_k*.  What is said so is listed as assumed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from derive.notes.document.pages import Document, Inline
from derive.notes.formula.parser import Parser
from derive.notes.formula.surface import Expr, num
from derive.notes.formula.tokens import Tokens

_NO_NUMBER = r"(?!\s*-?\s*(?:semi|definite|distribution|law|measure|densit|constant\s+times|joint|real\s+part|part|class|example|sample|pair))"
A_LAW = "a distribution"
_WORDS = {
    "positive": rf"(?:strictly\s+)?positive\b{_NO_NUMBER}",
    "not negative": rf"non-?\s?negative\b{_NO_NUMBER}",
    "a probability": r"(?:a\s+)?probabilit(?:y|ies)\b(?!\s+(?:distribution|mass|measure|density|vector|that|of))",
    "between 0 and 1": r"between\s+\$?(?:0|zero)\$?\s+and\s+\$?(?:1|one)\b\$?",
    "on the simplex": r"(?:in|on)\s+the\s+(?:probability\s+|unit\s+)?simplex\b",
    "sums to one": r"sums?(?:\s+up)?\s+to\s+(?:one|unity|1\b|\$1\$)",
    A_LAW: r"(?:distributions?|probability\s+vectors?|(?:probability\s+)?mass\s+functions?|pmfs?)\b(?!\s+(?:functions?|shifts?|match\w*|learn\w*|famil\w+))",
}
_OF_A_LAW = r"(?:(?!(?:of|in|on|for|from|under|over|to|with|by|and|but|that|which|than|as)\b)[\w'’-]+\s+){0,4}"
_NO_LAW = re.compile(
    r"\b(?:joint|unnormali[sz]ed|improper|signed|quasi|sub|gaussian|normal|continuous|bivariate|mixture|family\s+of)(?:[\s-]+[\w-]+)?[\s-]+$",
    re.IGNORECASE,
)
"""Before *distribution*, these words say that it is one of pairs, one that does not sum to 1, one over numbers or one that is made of others."""
_IS = r"(?:(?:that|which|who)\s+)?(?:(?:is|are|be|being|lies?|stays?|remains?)\s+)?(?:(?:all|both|each|always|also|strictly)\s+)*"
_VERB = r"(?:(?:is|are|be|being|lies?|stays?|remains?)\s+)(?:(?:all|both|each|always|also)\s+)*"
_JOINED = re.compile(r"\$?\s*(?:,|,?\s*and|,?\s*or|&)\s*\$?")
_SENTENCES = re.compile(r"(?<=[.;!?])\s|\n[ \t]*\n")
_ASKED = re.compile(
    r"\b(?:if|unless|whether|suppose|when|show|prove|claim|recall\s+when|would|should|cannot|iff|provided|then|so|hence|thus|therefore)\b",
    re.IGNORECASE,
)
"""A sentence with one of these words may ask, or conclude."""
_SUPPOSE = re.compile(
    r"\b(?:if|suppose|when)\b", re.IGNORECASE
)  # let p and q be, suppose that p and q are distributions


_DENIED = re.compile(
    r"(?<!\\)\b(?:not|cannot|never|no|nor|neither|none|unlike|without|hardly|rarely|seldom|contrary|except|fails?|impossible|exclud\w+|\w+n['’]t|"
    r"unless|avoid\w*|refus\w+|nobody|nothing|nowhere|mistake\w*|wrong\w*|tempting|nearly|almost|"
    r"rather\s+than|instead\s+of|as\s+opposed\s+to|other\s+than|all\s+but|anything\s+but|apart\s+from|in\s+contrast|even\s+if|were)\b",
    re.IGNORECASE,
)
"""In a sentence with one of these words a formula may be what does not hold."""
_ONLY_SUPPOSED = re.compile(
    r"\b(?:students?|people|beginners?|readers?|many|some|one|you|they)\s+(?:\w+\s+){0,2}(?:assumes?|thinks?|believes?|expects?|guess(?:es)?|hopes?|says?|claims?|writes?)\b"
    r"|\bcontradiction\b|\b(?:naive(?:ly)?|myth|misconception|fallac\w+|erroneous\w*|incorrect\w*|false(?:ly|hood)?|untrue|absurd|pretend\w*|imagine|supposedly|allegedly)\b",
    re.IGNORECASE,
)
"""In a sentence with one of these a formula is what others think, or what is refuted."""
_TAKEN_BACK = re.compile(
    r"\s*(?:this|that|it|these|both|which|but|however|yet|unfortunately|actually|in\s+(?:fact|general))\b",
    re.IGNORECASE,
)
"""So begins a sentence that may take back the one before it."""
ENDS = re.compile(r"[.;!?][})\]'\"*_]*(?:\s|$)")


class Saying(NamedTuple):
    """What a sentence says of a name; ``asked``: it may only suppose it, or conclude it."""

    place: int
    words: str
    said: str
    name: Expr
    asked: bool


class _Group(NamedTuple):
    """Names that a sentence has one after the other: a, b and c."""

    names: tuple[Expr, ...]
    start: int
    end: int


def sayings(
    document: Document,
    read: Callable[[Inline], Tokens | None],
    parser: Parser,
) -> Iterator[Saying]:
    """What is said of names."""
    groups = list(_groups(document, read, parser))
    for start, end in _sentences(document):
        text = document.text[start:end]
        if denied("", text.strip()):
            continue
        asked = bool(_ASKED.search(text))
        supposed = bool(_ASKED.search(_SUPPOSE.sub(" ", text)))
        here = [g for g in groups if start <= g.start < end]
        before = [g for g in groups if g.end <= start]
        for said, words in _WORDS.items():
            for m in re.finditer(words, text, re.IGNORECASE):
                for e in _subjects(document.text, text, start, m, said, here, before, groups):
                    shown = document.text[e.span.start : e.span.end] or str(e)
                    yield Saying(
                        start + m.start(),
                        f"{shown}: {said} (from the text)",
                        said,
                        e,
                        supposed if said == A_LAW else asked,
                    )


def denied(before: str, behind: str) -> bool:
    """Whether the sentence around a formula has a negative word, or says what is only thought, or the next one takes it back."""
    end, *later = ENDS.split(behind)
    here = (ENDS.split(before)[-1], end)
    if any(_DENIED.search(part) or _ONLY_SUPPOSED.search(part) for part in here):
        return True
    return (
        bool(later)
        and bool(_TAKEN_BACK.match(later[0]))
        and bool(_DENIED.search(later[0]) or _ONLY_SUPPOSED.search(later[0]))
    )


def facts_of_saying(said: str, e: Expr, letter: Expr | None) -> list[Expr]:
    """The relations that it is; ``letter``: by which a family is counted."""
    zero, one = num(0), num(1)
    low = [Expr("rel", (zero, e), "<" if said == "positive" else "<=", e.span)]
    if said in ("positive", "not negative"):
        return low
    if said in ("a probability", "between 0 and 1"):
        return [*low, Expr("rel", (e, one), "<=", e.span)]
    if letter is None:
        return []
    total = Expr("big", (e, Expr("bound", (letter,), "all", e.span)), "sum", e.span)
    return [*(low if said in ("on the simplex", A_LAW) else []), Expr("rel", (total, one), "=", e.span)]


def _sentences(document: Document) -> Iterator[tuple[int, int]]:
    """The sentences of the prose, between its displays and declarations."""
    at = 0
    shown = [p.span for p in document.parts if not isinstance(p, Inline)]
    for begin, end in [*((s.start, s.end) for s in shown), (len(document.text), len(document.text))]:
        cuts = [m.end() for m in _SENTENCES.finditer(document.text, at, begin)]
        for a, b in zip([at, *cuts], [*cuts, begin], strict=True):
            if not document.text[a:b].lstrip().startswith("%"):
                yield a, b
        at = end


def _groups(document: Document, read: Callable[[Inline], Tokens | None], parser: Parser) -> Iterator[_Group]:
    names: list[Expr] = []
    start = end = -1
    for p in [p for p in document.parts if isinstance(p, Inline)]:
        tokens = read(p) or ()
        here = _names(tokens, parser)
        if names and here and _JOINED.fullmatch(document.text[end : p.span.start]):
            names, end = [*names, *here], p.span.end
            continue
        if names:
            yield _Group(tuple(names), start, end)
        names, start, end = here, p.span.start, p.span.end
    if names:
        yield _Group(tuple(names), start, end)


def _names(tokens: Tokens, parser: Parser) -> list[Expr]:
    """The names of a formula that is one, or a list: $a, b$."""
    out: list[Expr] = []
    piece: list[object] = []
    for t in [*tokens, None]:
        if t is not None and not (t.kind == "sign" and t.text == ","):
            piece.append(t)
            continue
        found = parser.maybe(tuple(piece)) if piece and all(x.kind != "sign" for x in piece) else []  # type: ignore[attr-defined,arg-type]
        if not found or found[0].op != "ref":
            return []
        out, piece = [*out, found[0]], []
    return out


_AND = re.compile(r"\band\s+\$?(?:\\\()?$")  # p is the draft and q the target distribution


def _laws(page: str, text: str, start: int, m: re.Match[str], here: Sequence[_Group]) -> tuple[Expr, ...]:
    """The names that are said to be distributions: p and q are two distributions, the distributions p and q."""
    if _NO_LAW.search(text[: m.start()]):
        return ()
    before = [g for g in here if g.end <= start + m.start()][-1:]
    for g in before:
        verb = r"(?:(?:is|are|be|being|denotes?)\s+)" + ("?" if _AND.search(text[: g.start - start]) else "")
        between = page[g.end : start + m.start()].lstrip("$)\\ \n")
        if re.fullmatch(rf"(?:,\s*)?(?:[\w-]+\s+)?{verb}{_OF_A_LAW}", between, re.IGNORECASE):
            return g.names
    behind = [g for g in here if g.start >= start + m.end()][:1]
    if behind and re.fullmatch(r"\s+\$?(?:\\\()?", page[start + m.end() : behind[0].start]):
        return behind[0].names
    return ()


def _subjects(
    page: str,
    text: str,
    start: int,
    m: re.Match[str],
    said: str,
    here: Sequence[_Group],
    before: Sequence[_Group],
    groups: Sequence[_Group],
) -> tuple[Expr, ...]:
    """The names of which the words are said."""
    at = start + m.start()
    if said == A_LAW:
        return _laws(page, text, start, m, here)
    verb = "" if said == "sums to one" else _VERB
    for g in reversed([g for g in here if g.end <= at]):
        between = page[g.end : at].lstrip("$)\\ \n")
        if re.fullmatch(
            rf"(?:,\s*)?(?:(?!and\b|but\b)[\w-]+\s+){{0,4}}?{verb or _IS}(?:{verb and '(?:a|some)?'}\s*)",
            between,
            re.IGNORECASE,
        ):
            return g.names
        break
    behind = [g for g in here if g.start >= start + m.end()][:1]
    if (
        said in ("positive", "not negative")
        and behind
        and re.fullmatch(
            r"\s+(?:(?!and\b|of\b|in\b|for\b)[\w-]+\s+){0,2}\$?(?:\\\()?", page[start + m.end() : behind[0].start]
        )
    ):
        return behind[0].names
    if re.search(
        rf"(?:^|[,:]\s*)\s*(?:both|all|they|each)\s+(?:of\s+(?:them|these)\s+)?{verb}$",
        text[: m.start()],
        re.IGNORECASE,
    ):
        last = (here or before)[-1:] if not here or here[-1].end <= at else []
        return last[0].names if last else ()
    noun = re.search(
        rf"\b(?:the|these|its|our|all|both)\s+(?:[\w-]+\s+){{0,2}}?([\w-]{{3,}})\s+{verb or _IS}$",
        text[: m.start()],
        re.IGNORECASE,
    )
    if noun is None:
        return ()
    stem = re.escape(noun[1].lower().rstrip("s"))
    called = [
        g for g in groups if re.search(rf"\b{stem}s?\s*\$?$", page[max(0, g.start - 40) : g.start], re.IGNORECASE)
    ]
    called += [
        g
        for g in groups
        if re.match(
            rf"\$?\s*(?:is|are|be|denotes?|for)\s+(?:the|an?|some)?\s*(?:[\w-]+\s+){{0,2}}?{stem}s?\b",
            page[g.end : g.end + 60],
            re.IGNORECASE,
        )
    ]
    return called[0].names if called and all(g.names == called[0].names for g in called) else ()

"""The words of a derivation: reasons, names and headings, the same in every target."""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, count, groupby, pairwise
from operator import itemgetter

from derive.kernel.sorts import INT, Fn, is_numeric
from derive.kernel.terms import LE, App, Bound, Lam, Num, Term, Var, app, at, parts_of, spine
from derive.operators import finite_sets
from derive.record import Block, Derivation, Line, Reason
from derive.record.letters import value_sort
from derive.record.relations import RELATIONS
from derive.render.formula.alphabets import SUBSCRIPTS, SUPERSCRIPTS
from derive.render.formula.applied import variable_template
from derive.render.formula.honest import letter_of
from derive.render.formula.names import GREEK, reads_as_integer
from derive.render.formula.nodes import MINUS
from derive.render.formula.notation import Notation, load_notation


def clean(words: str, *, single: bool = False, unseen: tuple[str, ...] = ("C",), kept: str = "") -> str:
    """Words on one line, without the characters that cannot be seen or that turn text round.

    Every blank but those ``kept`` is a space, with ``single`` only one where several stand together.  ``unseen``: how the
    Unicode categories that are left out begin.
    """
    spaced = re.sub(rf"[^\S{kept}]{'+' if single else ''}", " ", words)
    return "".join(c for c in spaced if not unicodedata.category(c).startswith(unseen))


def reason_words(reason: Reason, notation: Notation | None = None) -> str:
    """A reason in words: the notation's own, its phrase, or "by" and its name where it has none."""
    if reason.kind == "gap":
        words = reason.phrase or reason.name
        return "GAP" if not words or words == "gap" else f"GAP: {words}"
    words = reason.phrase if reason.phrase and reason.phrase != reason.name else f"by {reason.name}"
    if notation is not None:
        words = notation.reasons.get(reason.name, words)
    return words


def line_words(line: Line, notation: Notation | None = None) -> str:
    """All reasons of a line, in order."""
    return "; ".join(dict.fromkeys(reason_words(r, notation) for r in line.reasons))


def shows_start(block: Block) -> bool:
    """Whether the start term has a line of its own; a block that is one statement says it once."""
    first = block.lines[0] if block.lines else None
    return first is None or first.relation != "" or first.term != block.start


HYPHENED = re.compile(r"\b\w+(?:[-–]\w+)+\b")
"""Words such as log-likelihood, which stay on one line."""


def block_title(d: Derivation, n: int) -> str:
    """The title of block ``n``; its number where it has none and is not the only one."""
    return d.blocks[n].title or (f"Part {n + 1}" if len(d.blocks) > 1 else "")


def proof_words(d: Derivation) -> str:
    """What stands above the lines: "Proof", or "Proof, with 2 gaps"."""
    gaps = len(d.gaps)
    return f"Proof, with {gaps} gap{'s' if gaps > 1 else ''}" if gaps else "Proof"


def letters(d: Derivation) -> frozenset[str]:
    """The names of all free variables: the letters that bound variables avoid on every line."""
    return frozenset(v.name for t in d.terms for v in t.free)


def said_kinds(d: Derivation, notation: Notation | None = None) -> tuple[Term, ...]:
    """The free letters of which the page must say whether they are integers or real numbers; an element of a set says it itself."""
    elements = {t.args[0] for t in d.given if isinstance(t, App) and t.op is LE and finite_sets.set_name(t.args[1])}
    elements = {x for x in elements if app(LE, Num(1), x) in d.given}
    return tuple(t for t in unsaid_kinds(d.terms, notation) if t not in elements)


def unsaid_kinds(terms: Iterable[Term], notation: Notation | None = None) -> tuple[Term, ...]:
    """The free letters of the terms with integer values that a reader would not take for integers, as the notation writes them, and
    those with real values that he would; a function stands at indices, such as those that it has in the terms."""
    terms, notation = tuple(terms), load_notation(notation)
    numbers = {v for t in terms for v in t.free if is_numeric(value_sort(v.sort)) and not finite_sets.inside(v.name)}
    free = {v for v in numbers if (value_sort(v.sort) is INT) != reads_as_integer(_letter(v, notation))}
    return tuple(_at_indices(v, terms) for v in sorted(free, key=lambda v: (v.name, repr(v.sort))))


def _letter(v: Var, notation: Notation) -> str:
    """The letter that a variable is written with."""
    depth, sort = 0, v.sort
    while isinstance(sort, Fn):
        depth, sort = depth + 1, sort.cod
    written = variable_template(notation, v.name, v.sort, depth)
    return v.name if written is None else letter_of(written.template)


def _at_indices(letter: Var, terms: Iterable[Term]) -> Term:
    """A letter, of a function at indices that are all different: those at which it stands, where they are letters, and others.
    Bound ones are best: s_i stands for all, s_n could be meant alone."""
    if not isinstance(letter.sort, Fn):
        return letter
    free = {v.name for t in terms for v in t.free}

    def best(names: tuple[str, ...]) -> tuple[int, int, int]:
        return len(names), len(names) - names.count(""), -sum(name in free for name in names)

    names = max(_indices(letter, terms), key=best, default=())
    others = (x for x in chain("kijm", map("k{}".format, count(1))) if x not in names)
    out: Term = letter
    given = iter(names)
    while isinstance(out.sort, Fn):
        out = at(out, Var(next(given, "") or next(others), out.sort.dom))
    return out


def _indices(letter: Var, terms: Iterable[Term]) -> Iterator[tuple[str, ...]]:
    """The names of the indices wherever a function stands; "" for what is no letter, or the same as one before."""
    waiting: deque[tuple[Term, tuple[str, ...]]] = deque((t, ()) for t in terms)
    while waiting:
        t, bound = waiting.popleft()
        head, args = spine(t)
        if head == letter:
            names = [_index(a, bound) for a in args]
            yield tuple(name if name not in names[:i] else "" for i, name in enumerate(names))
        inside = (*bound, t.hint) if isinstance(t, Lam) else bound
        waiting += [(p, inside) for p in parts_of(t) if letter in p.free]


def _index(term: Term, bound: tuple[str, ...]) -> str:
    name = bound[-1 - term.index] if isinstance(term, Bound) and term.index < len(bound) else str(term)
    return name if name.isidentifier() else ""  # t + 1 is no letter


# A letter that stands alone is a variable, except the words a, A and I, though no article has a comma or "and" behind it; so are y_t, q_y^ε, p(k), and what such letters make
# with numbers and signs, such as 1 <= t <= T or n + 1.
_SIGN = r"(?:<=>|<=|>=|!=|=>|[=<>≤≥≠⟺⟹+/−-])"
_ARTICLE = rf"(?!\(|\^|[,;:)]|\.(?:\s|$)|$|\s+(?:and|or)\b|\s*{_SIGN})"
_GREEK = "alpha|beta|gamma|delta|eps|theta|lambda|sigma|tau|phi|omega"
ACCENTED = "[\u0302-\u0304]"
"""What stands above a letter, as characters that combine with it."""
_SCRIPT = rf"(?:\w{ACCENTED}?|\{{(?:[^{{}}]|\{{[^{{}}]*\}})*\}})"
_ANY = "A-Za-zα-ωℓ𝐀-𝐳𝛂-𝛚𝒜-𝒵ℬℰℱℋℐℒℳℛ"
_LETTER = (
    rf"(?:(?<![\w'’])(?<![A-Za-z]\.)(?!a\b{_ARTICLE}|[AI]\b(?!\(|\^|\s*{_SIGN}))(?:{_GREEK}|[{_ANY}]{ACCENTED}?)"
    rf"(?:_(?:{_GREEK}|<?{_SCRIPT}))?(?:\^(?:\d+|{_GREEK}|{_SCRIPT}))?(?![\w'’])(?!\.[A-Za-z])"
    rf"(?:\([−-]?(?:[\w,; |∣·<]|{ACCENTED}|_?\{{[^{{}}]*\}}|\^{_SCRIPT})*\))?)"
)
_PROBABILITY = rf"(?:(?<![\w'’])Pr\([^\W\d](?:[\w,|<= ]|{ACCENTED}|_?\{{[^{{}}]*\}})*\))"
_NUMBER = r"(?:(?<![\w.])\d+(?![\w.]*\w))"
_LOG = rf"(?:(?:{_NUMBER}\s+)?(?<![\w'’])(?:log|ln|exp)\s+(?:{_PROBABILITY}|{_LETTER}|{_NUMBER}))"
_OPERAND = (
    rf"(?P<alone>{_LOG}|{_PROBABILITY}|{_LETTER})|(?P<article>(?<![\w'’])a\b)|{_NUMBER}"  # compiled when first used
)
_NEXT = rf"\s*{_SIGN}\s*[−-]?"
_SPELLED = {name: r.sign for name, r in RELATIONS.items()} | {"!=": "≠", "=>": "⟹", "-": MINUS}
_SPELLED_SIGN = re.compile(r"<=>|<=|>=|!=|=>")


def _formulas(words: str) -> Iterator[tuple[int, int]]:
    """Where the small formulas stand: operands with signs between them, or a letter or logarithm alone, with a minus before it or not."""
    operand, sign = re.compile(_OPERAND), re.compile(_NEXT)
    end = 0
    while m := operand.search(words, end):
        before, start, end = end, m.start(), m.end()
        if m["article"]:
            continue
        while (between := sign.match(words, end)) and (more := operand.match(words, between.end())):
            end = more.end()
        if m["alone"] or end > m.end():
            signed = start > before and words[start - 1] in f"-{MINUS}" and words[start - 2 : start - 1].strip() == ""
            yield start - signed, end


def parts(words: str) -> list[tuple[bool, str]]:
    """Prose cut into plain words (False) and the small formulas in it (True), their signs in Unicode."""
    out: list[tuple[bool, str]] = []
    end = 0
    words = re.sub(_RAISED, _with_signs, words)
    for start, stop in _formulas(words):
        out.append((False, words[end:start]))
        spelled = re.sub(r"<=>|<=|>=|!=|=>|-", lambda s: _SPELLED[s[0]], words[start:stop])
        out.append((True, re.sub(rf"(?<![A-Za-z])({_GREEK})(?![A-Za-z])", lambda s: GREEK[s[0]], spelled)))
        end = stop
    out.append((False, words[end:]))
    signed = ((f, part if f else _SPELLED_SIGN.sub(lambda s: _SPELLED[s[0]], part)) for f, part in out)
    return _as_words(_bracketed([(f, part) for f, part in signed if part]))


_LOW, _HIGH = ({written: c for c, written in table.items()} for table in (SUBSCRIPTS, SUPERSCRIPTS))
_RAISED = (
    rf"(?<![\w'’])(?P<letter>[{_ANY}]{ACCENTED}?)(?:(?P<low>[{''.join(_LOW)}])(?P<both>[{''.join(_HIGH)}])?"
    rf"|(?P<high>[{''.join(_HIGH)}]))(?!\w)"
)


def _with_signs(m: re.Match[str]) -> str:
    """A letter with the scripts that characters have, τ², as authors write others: τ^2."""
    high = m["both"] or m["high"]
    return m["letter"] + (f"_{_LOW[m['low']]}" if m["low"] else "") + (f"^{_HIGH[high]}" if high else "")


_RELATION = re.compile(r"[=<>≤≥≠⟺⟹]")
_LETTER_ALONE = rf"[−-]?\s*[{_ANY}]{ACCENTED}?(?:[_^]<?{_SCRIPT})*"
_NUMBER_ALONE = r"[−-]?\s*\d*"
_TOUCHING = re.compile(r"[\s()=<>≤≥≠+/·−-]*|.*\b(?:log|ln|exp)[\s(]*")


def _as_words(found: list[tuple[bool, str]]) -> list[tuple[bool, str]]:
    """Relations as words, since nothing proves what an author says in words: upright, with the formulas that touch them.  As
    formulas stay those that say which case is meant, k = y or p(k) > 0, and those that the library says."""
    words = {i for i, (f, part) in enumerate(found) if f and _claims(part) and _look(part) not in _library_relations()}
    if not words:
        return found
    for order in (range(2, len(found)), range(len(found) - 3, -1, -1)):
        step = 2 if order.step > 0 else -2
        words |= {i for i in order if i - step in words and _TOUCHING.fullmatch(found[i - step // 2][1])}
    shown = ((False, _upright(part)) if i in words else (f, part) for i, (f, part) in enumerate(found))
    return [(f, "".join(part for _, part in same)) for f, same in groupby(shown, key=itemgetter(0))]


def _upright(formula: str) -> str:
    """A small formula as words, with the scripts that characters have."""
    tables = {"_": SUBSCRIPTS, "^": SUPERSCRIPTS}
    return re.sub(r"([_^])(\w)(?!\w)", lambda m: tables[m[1]].get(m[2], m[0]), formula)


def _claims(formula: str) -> bool:
    """Whether a small formula says more than which case is meant: whether it has no letter on a side, nor a value at most and a number."""
    if "(" in formula and _RELATION.search(re.sub(r"\([^()]*\)", "", formula)) is None:
        return False
    sides = [x.strip() for x in _RELATION.split(re.sub(r"_<\w", "", re.sub(r"\([^()]*\)", "()", formula)))]
    return any(not _says_a_case(a, b) and not _says_a_case(b, a) for a, b in pairwise(sides))


def _says_a_case(a: str, b: str) -> bool:
    if re.fullmatch(_LETTER_ALONE, a):
        return True
    return re.fullmatch(_NUMBER_ALONE, a) is not None and re.fullmatch(rf"{_LETTER_ALONE}(?:\(\))?", b) is not None


def _look(formula: str) -> str:
    return re.sub(r"\s", "", formula.replace("-", MINUS)).replace("ln", "log")


@cache
def _library_relations() -> frozenset[str]:
    from derive.language.words import WORDS
    from derive.lemmas import LEMMAS

    words = (*(x.phrase for x in LEMMAS.values()), *(d.doc for d in WORDS))
    spelled = (_SPELLED_SIGN.sub(lambda s: _SPELLED[s[0]], w) for w in words)
    return frozenset(_look(w[start:stop]) for w in spelled for start, stop in _formulas(w))


# What may stand between the formulas of one in brackets; before its bracket, the name of a function, or a sign with a number or
# a formula before it; behind it, a sign and a number or a formula.  Compiled when first used.
_BETWEEN = r"(?:[\s()+/,·=<>≤≥≠−-]|\d|(?<!\w)(?:log|ln|exp)(?!\w))*"
_BEFORE = (
    r"(?:((?<![\w.])\d+\s?[/+<>=≤≥≠−-]\s?|(?:(?<!\S)[−-])?(?<!\w)(?:log|ln|exp)\s?|(?<!\S)[−-])|\s?[/+<>=≤≥≠−-]\s?)$"
)
_BEHIND = r"\s?[/+<>=≤≥≠−-]\s?(\d+(?![\w.]*\w))?"


def _bracketed(found: list[tuple[bool, str]]) -> list[tuple[bool, str]]:
    """What stands in brackets as one formula, with the formulas that touch them, where nothing but formulas and signs is in
    them: exp(-b/tau), (V - 1), 1/(B n_s)."""
    text = "".join(part for _, part in found)
    if "(" not in text:
        return found
    formula = [f for f, part in found for _ in part]
    opened: list[int] = []
    for i, c in enumerate(text):
        if c == "(" and not formula[i]:
            opened.append(i)
        elif c == ")" and not formula[i] and opened:
            start = opened.pop()
            plain = "".join(x for x, f in zip(text[start : i + 1], formula[start : i + 1], strict=True) if not f)
            if not any(formula[start : i + 1]) or not re.fullmatch(_BETWEEN, plain):
                opened.clear()  # words in brackets are no formula, and what they stand in is none
                continue
            before, behind = re.search(_BEFORE, text[:start]), re.match(_BEHIND, text[i + 1 :])
            low = (
                before.start()
                if before and (before[1] or formula[before.start() - 1 : before.start()] == [True])
                else start
            )
            high = (
                i + 1 + behind.end()
                if behind and (behind[1] or formula[i + 1 + behind.end() : i + 2 + behind.end()] == [True])
                else i + 1
            )
            formula[low:high] = [True] * (high - low)
    spans = groupby(zip(formula, text, strict=True), key=itemgetter(0))
    return [
        (f, "".join(c for _, c in chars).replace("-", MINUS) if f else "".join(c for _, c in chars))
        for f, chars in spans
    ]

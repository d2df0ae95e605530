"""Phrases of the prose beside a display that say what holds, listed as assumed: bounds, definitions, sums to one, one-hot, distributions.

Only what stands between dollars is read as a formula, and only in a few fixed turns; all other prose is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from derive.notes.document.pages import Display, Document, Inline
from derive.notes.formula.parser import Parser
from derive.notes.formula.rows import CHAINED
from derive.notes.formula.surface import Expr, Ref, names_in, num, run_by, walk
from derive.notes.formula.tokens import COMPARISONS, Tokens, UnreadableError, split_at
from derive.notes.meaning.joint import signs
from derive.notes.meaning.sayings import ENDS, Saying, denied, facts_of_saying
from derive.notes.meaning.sorts import Sorts
from derive.notes.meaning.world import Law, Meaning, World, facts_of

_TAKES = re.compile(r"\b(?:take|set|let|with|choose|and|for)\s*$|,\s*$", re.IGNORECASE)
_ENTRIES = re.compile(r"\b(?:entries|components|elements)\s+of\s*$", re.IGNORECASE)
_HOT = re.compile(r"^[^.$]{0,25}\bone-hot\b", re.IGNORECASE)
_HOT_BEFORE = re.compile(r"\bone-hot\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
_CLASS = r"(?:correct|true|right|target|gold|ground[- ]truth|actual|observed)\s+(?:class|label|category|token|word|answer|index)"
_CORRECT = re.compile(
    rf"^\s*(?:is|be|being|denotes?|stands\s+for)\s+(?:the\s+)?(?:index\s+of\s+(?:the\s+)?)?{_CLASS}\b", re.IGNORECASE
)
_CORRECT_BEFORE = re.compile(rf"\b{_CLASS}(?:\s+(?:index|is|be))?\s*$", re.IGNORECASE)
"""Which class is the correct one: where a one-hot target has its 1."""
_INDEPENDENT = re.compile(r"\bindependent\b", re.IGNORECASE)
_UNIFORM = re.compile(r"^\s*(?:,\s*)?(?:is|be|being|denotes?)?\s*(?:the|a)?\s*uniform\b", re.IGNORECASE)
_UNIFORM_BEFORE = re.compile(r"\buniform\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
_IDENTITY = re.compile(
    r"^\s*(?:is|are|denotes?|being|the|an?|of|\s|elements?|entry|entries|components?)*\bidentity\s+matrix\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^\s*(?:is|be|denotes?|for)\s+(?:the\s+)?number\s+of\b", re.IGNORECASE)
_NUMBER_OF = re.compile(
    r"^\s*(?:is|be|denotes?|for)\s+(?:the\s+)?number\s+of\s+(?:(?:\w+\s+){1,3}of\s+|\w+\s+)(?:\$|\\\()\s*([A-Za-z])\s*(?:\$|\\\))",
    re.IGNORECASE,
)
"""The same with the letter whose values are counted."""
_FACT = re.compile(
    r"\b(?:where|with|such\s+that|assum(?:e|ing)(?:\s+that)?|let|since|because|given\s+that|provided(?:\s+that)?|satisfying|under)"
    r"(?:\s+\$[^$.]*\$(?:,|\s*,?\s+and(?:\s+that)?))*\s*$",
    re.IGNORECASE,
)
"""Behind these words a relation is a fact of the page."""
ANEW = re.compile(r"\b(?:let|set|take|choose|define|redefine|put|replace)\b[^.$]{0,20}$", re.IGNORECASE)
"""Behind these words a name that has a meaning gets another."""
_HERE = re.compile(r"\b(?:here|write|writing|denote|abbreviate|call|recall)\b[^.$]{0,20}$", re.IGNORECASE)
"""Behind these words an equation says what a name is, and is no result."""
_GOES_ON = re.compile(r"[\s,;:]*(?:where|with|since|because|for|assuming|provided|such)\b[^.]*", re.IGNORECASE)
"""Behind a display: a sentence that goes on, and speaks of it."""
_FACTS = COMPARISONS | frozenset(("∈",))
_BOUND = _FACTS - {"="}
_RESULT = r"then|so|hence|thus|therefore|get|gives?|obtain|yields?|find|becomes?|follows?|implies|means|conclude"
_ASKED = r"if|unless|whether|suppose|show|prove|claim|that|recall|would|should|cannot|not|when|wrong|false|slip|error"
_ASIDE = re.compile(rf"\b(?:{_RESULT}|{_ASKED})\b[^.$]{{0,20}}$", re.IGNORECASE)
"""Behind these words a formula is a result, a question or a condition, and no description of what a name is."""
_QUESTION = re.compile(rf"\b(?:{_ASKED})\b[^.$]{{0,20}}$", re.IGNORECASE)
"""The same but for results: those say what a name is that stands nowhere before, the target becomes $q' = ...$."""


def phrases(
    document: Document,
    read: Callable[[Inline], Tokens | None],
    parser: Parser,
    sorts: Sorts,
    spoken: Sequence[Saying],
) -> Iterator[tuple[int, str, object]]:
    """What the prose says, in order: where, in words, and the fact or definition."""
    text = document.text
    shown: Display | None = None
    for p in document.parts:
        if isinstance(p, Display):
            shown = p
        if not isinstance(p, Inline):
            continue
        tokens = read(p)
        if tokens is None:
            continue
        before, behind = around(text, p)
        said = text[p.span.start : p.span.end].strip("$ ")
        place = p.span.start
        if shown is not None and _GOES_ON.fullmatch(text[shown.span.end : place].rstrip("$")):
            place = shown.span.start - 1
        new = said.split("=")[0].strip() not in text[: p.span.start]
        for found in _formula(tokens, before, behind, parser, sorts, _QUESTION if new else _ASIDE):
            yield place, f"{said} (from the text)", found
        for fact in _named(tokens, before, behind, parser, sorts):
            yield place, f"{said}: {fact[0]} (from the text)", fact[1]
    for place, words, said, e, asked in spoken:
        if asked:
            continue
        entry = _family(e, sorts)
        facts = facts_of_saying(said, entry or e, None if entry is None else entry.args[-1])
        shown = next((p for p in reversed(document.parts) if isinstance(p, Display) and p.span.end <= place), None)
        if (
            shown is not None
            and _GOES_ON.match(text[shown.span.end : place])
            and "." not in text[shown.span.end : place]
        ):
            place = shown.span.start - 1
        if facts:
            yield place, words, tuple(_applied(rel, sorts) for rel in facts)


_CASE = re.compile(
    r"\b(?:if|for|when|case|suppose|assume|assuming|consider|with|at|choice|(?:sett|tak|choos|putt|substitut)ing|take|set|let)\s*(?:that\s*)?$",
    re.IGNORECASE,
)
_TO_DISPLAY = re.compile(
    r"[\s$,:;]*(?:(?:then|we|have|get|obtain|find|this|it|gives|yields|becomes|recovers?|reduces|to|that|is|and|so)\b[\s,:;]*)*"
)


def case_of(
    document: Document, display: Display, read: Callable[[Inline], Tokens | None], parser: Parser
) -> tuple[str, tuple[Expr, ...]] | None:
    """If $i = j$, we have: a condition that stands right before a display and is one of all its rows."""
    at = document.parts.index(display)
    p = document.parts[at - 1] if at else None
    if not isinstance(p, Inline) or not _TO_DISPLAY.fullmatch(document.text[p.span.end : display.span.start]):
        return None
    tokens = read(p)
    signs = [t.text for t in tokens or () if t.kind == "sign"]
    before, _ = around(document.text, p)
    if not tokens or "…" in signs or not _CASE.search(before) or denied(before, ""):
        return None
    if _FACTS.isdisjoint(signs):
        return None
    rels = next(parser.relations(tokens), None) or ()
    plain = rels and all(a.op == "num" or a.is_name() for r in rels if r.data != "∈" for a in r.args)
    words = document.text[p.span.start : p.span.end].strip("$ ")
    return (f"{words} (from the text)", rels) if plain and all(r.data != "∈" for r in rels) else None


def around(text: str, p: Inline) -> tuple[str, str]:
    """The text of the sentence before and behind a formula; other formulas end it."""
    before = re.sub(r"\s+", " ", text[max(0, p.span.start - 80) : p.span.start]).rstrip("$")
    behind = re.sub(r"\s+", " ", text[p.span.end : p.span.end + 80]).lstrip("$")
    if before.endswith(("\\(",)):
        before = before[:-2]
    return before, behind


def _formula(
    tokens: Tokens, before: str, behind: str, parser: Parser, sorts: Sorts, aside: re.Pattern[str]
) -> Iterator[object]:
    """0 < a < 1, t in {0, 1}, n >= 1, and, behind let or with, a name and what it is."""
    signs = [t.text for t in tokens if t.kind == "sign"]
    introduced = _FACT.search(before)
    begin = before[: introduced.start()] if introduced else before
    if denied(before, behind) or _QUESTION.search(begin):
        return
    result = bool(aside.search(begin))
    if result and not _BOUND.isdisjoint(signs):
        return
    if not _BOUND.isdisjoint(signs) and {"=", "≈", "∝", "~", "⇒"}.isdisjoint(signs):
        try:
            rels = next(parser.relations(tokens), None)
        except UnreadableError:
            rels = None
        if rels and all(_simple(r) for r in rels):
            yield tuple(_applied(r, sorts) for r in rels)
        return
    if signs.count("=") == 1 and "…" not in signs and not {"+", "-"} & {t.text for t in tokens[:1]}:
        cut = next(i for i, t in enumerate(tokens) if t.text == "=" and t.kind == "sign")
        left, right = parser.maybe(tokens[:cut]), parser.maybe(tokens[cut + 1 :])
        if (
            left
            and right
            and left[0].op == "ref"
            and right[0].op != "num"
            and left[0].ref.name not in names_in(right[0])
            # of two names: equality holds iff p = q, which says not that it is
            and (right[0].op != "ref" or introduced or ANEW.search(before))
        ):
            sure = introduced or ANEW.search(before) or _HERE.search(before)
            yield Meaning(left[0], right[0], told="aside" if result else "sure" if sure else "maybe")
            return
    relations = [s for s in signs if s in CHAINED]
    if introduced and not result and relations and _FACTS.issuperset(relations):
        yield from _relations(tokens, parser)


def _relations(tokens: Tokens, parser: Parser) -> Iterator[object]:
    """sum_k y_k = 1: a relation of whatever kind."""
    try:
        yield from facts_of(parser, tokens)
    except UnreadableError:
        return


def _applied(rel: Expr, sorts: Sorts) -> Expr:
    """rho > 0 of a function: rho(a | u) > 0, as the page writes it."""

    def one(e: Expr) -> Expr:
        if e.op != "ref" or e.ref.signs:
            return e
        keys = sorted(key for key in sorts.keys[e.ref.name] if key in sorts.uses and sorts.uses[key].ref.signs)
        bare = any(
            key in sorts.numbers or key in sorts.indices for key in sorts.keys[e.ref.name] if len(key[1]) == len(e.args)
        )
        return sorts.uses[keys[0]] if keys and not bare else e

    return Expr("rel", tuple(map(one, rel.args)), rel.data, rel.span)


def independent(
    document: Document, read: Callable[[Inline], Tokens | None], parser: Parser, laws: Sequence[Law]
) -> Iterator[tuple[int, str, object]]:
    """The variables X and Y are independent: their joint law is the product of their own."""
    for m in _INDEPENDENT.finditer(document.text):
        start = max(document.text.rfind(". ", 0, m.start()), document.text.rfind("\n\n", 0, m.start()), 0)
        inline = [p for p in document.parts if isinstance(p, Inline)]
        behind = [p for p in inline if m.end() <= p.span.start < m.end() + 60]
        named = [p for p in inline if start <= p.span.start < m.start()] or behind
        shown = next((p.span.start for p in document.parts if isinstance(p, Display) and p.span.start >= m.end()), -1)
        case = shown >= 0 and _TO_DISPLAY.fullmatch(
            document.text[max(m.end(), named[-1].span.end if named else 0) : shown]
        )
        if not named or not _said_of(document.text, named, m, start, bool(case)):
            continue
        names: set[str] = set()
        for p in named:
            for piece in split_at(read(p) or (), frozenset(",")):
                found = parser.maybe(piece[1]) if piece[1] and all(t.kind != "sign" for t in piece[1]) else []
                names |= {str(found[0]).lower()} if found else set()
        for law in laws:
            if law.joint and {label.lower() for label in law.labels()} == names and len(names) > 1:
                head = law.name
                whole = Expr("ref", law.over, Ref(head.ref.name, 0, 0, signs(len(law.over))))
                product: Expr | None = None
                for o in law.over:
                    one = Expr("ref", (o,), Ref(head.ref.name, 0, 0, ("(",)))
                    product = one if product is None else Expr("mul", (product, one))
                assert product is not None
                yield (
                    m.start(),
                    f"{', '.join(sorted(law.labels()))}: independent (from the text)",
                    (Expr("rel", (whole, product), "="),),
                )


def _said_of(text: str, named: Sequence[Inline], m: re.Match[str], start: int, case: bool) -> bool:
    """Whether the word is said of these names, and said to hold: they are independent, independent X and Y.  ``case``: a display
    follows, so that what is supposed holds there."""
    first, last = named[0].span, named[-1].span
    between = text[last.end : m.start()] if last.end <= m.start() else text[m.end() : first.start]
    after = text[max(m.end(), last.end) :][:40].lstrip("$) ")
    before = text[start : min(first.start, m.start())]
    return not (
        len(between.strip("$ ").split()) > 4
        or re.search(r"\b(?:non|in)-?\s*$", text[start : m.start()], re.IGNORECASE)
        or re.search(r"\b(?:yet|but|though)\b", between)
        or (last.end > m.start() and re.search(r"\w+\s+\w+\s+\w+|,", between))
        or re.search(r"\b(?:of|conditionally|pairwise)\b", between)
        or re.match(r"\s*(?:given|conditional|of\b|if\b|when|only|\|)", after)
        or denied(text[start : m.start()], "")
        or re.search(r"\b(?:whether|unless|test|show|prove|had|would)\b", before, re.IGNORECASE)
        or (not case and re.search(r"\b(?:if|when)\b", before, re.IGNORECASE))
        or denied("", ENDS.split(after)[0])
    )


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
    if any(t.kind == "sign" for t in tokens) or denied(before, behind):
        return
    found = parser.maybe(tokens)
    if not found or found[0].op != "ref":
        return
    e = found[0]
    entries = _family(e, sorts)
    if (_HOT.search(behind) or _HOT_BEFORE.search(before)) and entries is not None:
        whole = Expr("ref", entries.args[:-1], entries.ref._replace(below=entries.ref.below - 1), e.span)
        yield "one-hot", ("one-hot", whole, entries.args[-1])
    index = e.is_name() and entries is None and (e.ref.name, ()) in sorts.indices
    if index and (_CORRECT.search(behind) or _CORRECT_BEFORE.search(before)):
        yield "the correct class", ("correct", e)
    value = entries or _at_value(e, sorts)
    if (_UNIFORM.search(behind) or _UNIFORM_BEFORE.search(before)) and value is not None:
        letter = value.args[-1]
        size = Expr("big", (num(1), Expr("bound", (letter,), "all", e.span)), "sum", e.span)
        yield "uniform", Meaning(value, Expr("div", (num(1), size), None, e.span))
    if _IDENTITY.search(behind) and e.ref.below == len(e.args) == 2:
        yield (
            "an entry of the identity matrix",
            Meaning(e, Expr("ind", (Expr("rel", e.args, "=", e.span),), None, e.span)),
        )
    if _NUMBER.search(behind) and e.is_name():
        sorts.indices.add((e.ref.name, ()))
        counted = _NUMBER_OF.search(behind)
        yield "what it counts", ("counts", e, counted[1] if counted else "")
        yield (
            f"the number of values of {counted[1]}" if counted else "at least 1",
            (Expr("rel", (num(1), e), "<=", e.span),),
        )


def _family(e: Expr, sorts: Sorts) -> Expr | None:
    """An entry of a family, with the letter by which the page counts it: t_k of t, and of t_k itself."""
    if e.ref.signs:
        return None
    for key in sorted(sorts.keys[e.ref.name]):
        use = sorts.uses.get(key)
        if use is not None and not use.ref.signs and len(use.args) == len(e.args) + 1:
            letter = use.args[-1]
            if not letter.is_name():
                letter = Expr("ref", (), Ref("k"), e.span)
            return Expr("ref", (*e.args, letter), e.ref._replace(below=e.ref.below + 1), e.span)
    return e if e.args and e.args[-1].is_name() else None


def _at_value(e: Expr, sorts: Sorts) -> Expr | None:
    """A function of one value as the page writes it: u(x) of u."""
    uses = [sorts.uses[key] for key in sorted(sorts.keys[e.ref.name]) if key in sorts.uses]
    return next((u for u in uses if u.ref.signs == ("(",) and len(u.args) == 1 and u.args[0].is_name()), None)


def about(found: object) -> set[str]:
    """The names of which a phrase says something."""
    if isinstance(found, Meaning):
        return names_in(found.pattern) - {n for a in found.pattern.args for n in names_in(a)}
    if isinstance(found, tuple) and found and found[0] in ("one-hot", "correct", "counts"):
        return {found[1].ref.name}
    assert isinstance(found, tuple)
    return {n for rel in found for n in names_in(rel)} - run_by(
        b for rel in found for b in walk(rel) if b.op == "bound"
    )


def defining(prose: Sequence[tuple[int, str, object]], whole: World, said: set[str]) -> list[tuple[int, str, object]]:
    """Definitions in the prose of names of which declarations only say what holds: `%: Z > 0`, let $Z = x^2$.  One value of a joint law
    says something of its marginals, too, and is a fact."""
    out: list[tuple[int, str, object]] = []
    for place, words, m in prose:
        if isinstance(m, Meaning) and m.told and about(m) <= said and about(m).isdisjoint(whole.settled()):
            law = whole.law_of(m.pattern.ref.name)
            joint = law is not None and law.joint
            out.append((place, words, (Expr("rel", m[:2], "="),) if joint else m))
    return out


def counting(
    prose: Sequence[tuple[int, str, object]], whole: World, is_value: Callable[[str], bool]
) -> list[tuple[int, str, object]]:
    """The phrases, without the numbers of values of which the letter is known: K the number of values of x says through what x runs, or
    is what its declared range says."""
    out: list[tuple[int, str, object]] = []
    for place, words, found in prose:
        if not (isinstance(found, tuple) and found[:1] == ("counts",)) or not is_value(found[2]):
            out.append((place, words, found))
        elif found[2] not in whole.ranges:
            whole.ranges[found[2]] = (num(1), found[1])
        else:
            low, high = whole.ranges[found[2]]
            size = high if low == num(1) else Expr("add", (Expr("sub", (high, low)), num(1)))
            out.append((place, words, (Expr("rel", (found[1], size), "="),)))
    return out


def in_circles(prose: Iterable[tuple[int, str, object]], known: Sequence[Meaning]) -> list[tuple[int, str, object]]:
    """The phrases, where what defines one name by another that it defines, C = N D and D = C / N, is a condition."""
    said = list(prose)
    bodies: dict[str, set[str]] = {}
    for m in (*known, *(m for _, _, m in said if isinstance(m, Meaning))):
        if m.pattern.is_name():
            bodies.setdefault(m.pattern.ref.name, set()).update(names_in(m.body))

    def by_itself(name: str) -> bool:
        seen: set[str] = set()
        new = bodies.get(name, set())
        while new and name not in seen:
            seen |= new
            new = {x for n in new for x in bodies.get(n, ())} - seen
        return name in seen

    circular = {name for name in bodies if by_itself(name)}
    return [
        (
            at,
            words,
            (Expr("rel", m[:2], "="),)
            if isinstance(m, Meaning) and m.pattern.is_name() and m.pattern.ref.name in circular
            else m,
        )
        for at, words, m in said
    ]


def assume(world: World, words: str, found: object) -> None:
    """Add what a phrase says."""
    if isinstance(found, Meaning):
        world.meanings.append(found._replace(assumed=words))
    elif isinstance(found, tuple) and found and found[0] == "one-hot":
        world.one_hot.append((found[1], found[2]))
        world.assumed_hot[str(found[1])] = words
    elif isinstance(found, tuple) and found and found[0] == "correct":
        world.correct.append((found[1], words))
    elif isinstance(found, tuple) and found and found[0] == "counts":
        world.counts.add(found[1].ref.name)
    elif isinstance(found, tuple):
        world.facts.append((found, words))

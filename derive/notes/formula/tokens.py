r"""What a formula is read from: names, numbers, signs, brackets and fractions, each with its scripts.

Fonts and accents have become a part of the name (``\hat{\mathbf y}`` is ``y_hat``, bold says only that it may be a vector), words are
one token also where they were typed as letters (``log``), and brackets hold what stands in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from derive.notes.document.tree import Atom, Call, Fence, Group, Node, Script, Span, Table, Words
from derive.read import greek


@dataclass(frozen=True, slots=True)
class Token:
    """``kind``: name, number, sign, bracket, fraction, root, group (braces behind a word), words, table, limits.

    ``parts``: what stands in the bracket; numerator and denominator; what is under the root and its index.  ``text``: the name,
    number or sign; of a bracket both its signs.
    """

    kind: str
    text: str
    span: Span
    parts: tuple[Tokens, ...] = ()
    sub: Tokens | None = None
    sup: Tokens | None = None
    primes: int = 0
    bold: bool = False


Tokens: TypeAlias = tuple[Token, ...]

ACCENTS = {
    "\\hat": "hat", "\\bar": "bar", "\\tilde": "tilde", "\\vec": "", "\\dot": "dot", "\\ddot": "ddot", "\\check": "check", "\\breve": "breve",
    "\\underline": "under",
}  # fmt: skip
ALPHABETS = {"\\mathcal": "cal", "\\mathfrak": "frak", "\\mathbb": "bb"}
BOLD = frozenset(("\\mathbf", "\\vec"))
UPRIGHT = frozenset(("\\mathrm", "\\operatorname", "\\mathsf", "\\mathit", "\\mathtt", "\\mathnormal"))
LETTERS = frozenset((*greek.SMALL, *greek.CAPITAL, *(f"var{name}" for name in ("epsilon", "theta", "pi", "rho", "sigma", "phi")), "upsilon", "Upsilon", "ell", "hbar"))  # fmt: skip
FUNCTIONS = frozenset(
    [
        "log",
        "ln",
        "lg",
        "exp",
        "max",
        "min",
        "argmax",
        "argmin",
        "sup",
        "inf",
        "softmax",
        "softplus",
        "sigmoid",
        "logsigmoid",
        "logistic",
        "sigm",
        "relu",
        "ReLU",
        "abs",
        "tanh",
        "sign",
        "diag",
        "Var",
        "Cov",
        "KL",
        "JS",
        "kl",
        "Pr",
        "logsumexp",
        "LSE",
        "entropy",
        "trace",
        "tr",
        "lim",
        "det",
    ]
)
"""Words that stand for an operator; those and the names of the document are found in a run of letters, too."""
SPELLED = FUNCTIONS - {"tr", "lg", "sup", "inf", "lim", "det", "sign", "kl", "abs"}
STOP = frozenset(
    [
        "if",
        "for",
        "where",
        "and",
        "or",
        "otherwise",
        "so",
        "since",
        "all",
        "with",
        "else",
        "when",
        "because",
        "as",
        "we",
        "hence",
        "thus",
        "therefore",
        "then",
        "that",
        "is",
        "the",
        "of",
        "on",
    ]
)
_OPEN = {"(": ")", "[": "]", "\\{": "\\}", "\\lfloor": "\\rfloor", "\\lceil": "\\rceil", "\\langle": "\\rangle"}
_CLOSE = frozenset(_OPEN.values())
DEEPEST = 60
"""How deeply brackets, fractions and scripts may stand in one another."""
GAP = "␣"
"""A wide space."""
_SIGNS = {
    "\\quad": GAP, "\\qquad": GAP, "\\le": "<=", "\\ge": ">=", "\\ne": "!=", "\\approx": "≈", "\\simeq": "≈", "\\doteq": "≈",
    "\\propto": "∝", "\\triangleq": ":=", "\\coloneqq": ":=", "\\defeq": ":=", "\\equiv": "=", "\\implies": "⇒", "\\iff": "⇔",
    "\\therefore": "∴", "\\in": "∈", "\\notin": "∉", "\\sim": "~", "\\mid": "|", "\\|": "‖", "\\parallel": "‖", "\\cdot": "·",
    "\\times": "·", "*": "·", "\\odot": "⊙", "\\circ": "∘", "\\dots": "…", "\\nabla": "∇", "\\partial": "∂", "\\sum": "∑", "\\prod": "∏",
    "\\int": "∫", "\\iint": "∫", "\\infty": "∞", "\\because": "∵", "\\to": "→", "\\mapsto": "↦", "\\forall": "∀", "\\land": "∧",
    "\\setminus": "∖", "\\backslash": "∖", "\\succ": "≻", "\\prec": "≺", "\\top": "⊤", "\\intercal": "⊤", "\\star": "⋆", "\\dagger": "†",
    "\\pm": "±", "\\perp": "⊥", "\\cup": "∪", "\\cap": "∩", "\\div": "/", "\\gg": "≫", "\\ll": "≪",
    "\\lesssim": "≲", "\\gtrsim": "≳", "\\leftarrow": "←", "\\gets": "←", "\\subset": "⊂", "\\subseteq": "⊆",
}  # fmt: skip
COMPARISONS = frozenset(("=", "!=", "<", "<=", ">", ">="))
"""Relations of numbers that are judged."""
UNTOLD = frozenset(("≫", "≪", "≲", "≳", "←"))
"""Relations that say too little to be judged: much larger, up to a constant, becomes."""
RELATIONS = COMPARISONS | UNTOLD | frozenset(("≈", "∝", ":=", "∈", "∉", "~", "≻", "≺", "⊂", "⊆", "→", "⊥", "∖"))
"""Signs between two expressions."""
ENDS = RELATIONS | frozenset((",", ";", "|", "‖", "⇒", "⇔", "∴", "∵", ":", "∀", "↦", "∧"))
"""Signs at which an expression ends."""


class UnreadableError(ValueError):
    """What cannot be read, with its place and the reason."""

    def __init__(self, what: str, span: Span, why: str) -> None:
        super().__init__(why)
        self.what, self.span, self.why = what, span, why


def split_at(tokens: Tokens, signs: frozenset[str]) -> list[tuple[str, Tokens]]:
    """The pieces between signs, each with the sign before it."""
    out: list[tuple[str, list[Token]]] = [("", [])]
    for t in tokens:
        if t.kind == "sign" and t.text in signs:
            out.append((t.text, []))
        else:
            out[-1][1].append(t)
    return [(s, tuple(p)) for s, p in out]


def uses(tokens: Tokens, letters: frozenset[str]) -> bool:
    """Whether one of the letters stands among the tokens."""
    return any(
        (t.kind == "name" and t.text in letters) or any(uses(p, letters) for p in (*t.parts, t.sub or (), t.sup or ()))
        for t in tokens
    )


def sign_of(text: str) -> str:
    """A sign of TeX in the one spelling that is used here."""
    return _SIGNS.get(text, text)


def tokens_of(nodes: Iterable[Node], words: frozenset[str] = frozenset(), gaps: bool = False) -> Tokens:
    """The tokens of a formula; ``words`` are the document's names of several letters; wide spaces are signs where ``gaps`` says so.

    Raises UnreadableError where brackets do not match or something has no place in a formula.
    """
    nodes = (n for n in nodes if gaps or not _is_gap(n))
    return _whole(_flat(nodes, words), words)


def refuse_depth(tokens: Tokens) -> Tokens:
    """The tokens, unless brackets, fractions and scripts stand in one another more deeply than anyone writes them."""
    level = [tokens]
    for _ in range(DEEPEST):
        level = [p for part in level for t in part for p in (*t.parts, t.sub or (), t.sup or ()) if p]
        if not level:
            return tokens
    raise UnreadableError(
        "the formula", Span(tokens[0].span.start, tokens[-1].span.end), "brackets and fractions are nested too deeply"
    )


def _is_gap(node: Node) -> bool:
    return isinstance(node, Atom) and sign_of(node.text) == GAP


def _flat(nodes: Iterable[Node], words: frozenset[str]) -> Iterator[Token]:
    """The tokens without brackets matched; what groups hold stands where they do."""
    last: Token | None = None
    for node in nodes:
        for token in _of(node, words):
            behind = last is not None and last.kind == "name" and last.text in FUNCTIONS
            scripts = token.sub is not None or token.sup is not None or token.primes
            if token.kind == "group" and not behind and not scripts:
                yield from token.parts[0]
                last = token.parts[0][-1] if token.parts[0] else last
                continue
            if token.kind == "group":
                token = replace(token, parts=(_whole(token.parts[0], words),))
            last = token
            if token.text or token.kind in ("bracket", "fraction", "root", "group", "table"):
                yield token


def _whole(tokens: Iterable[Token], words: frozenset[str]) -> Tokens:
    return _bracketed(_sigma(_worded(_grouped(list(tokens)), SPELLED | words)))


def _grouped(tokens: list[Token]) -> list[Token]:
    """5{,}000 is one number, and so is 1,000: no number that is counted begins with a nought.  0{,}5 is 0.5, as is 0{,}125."""
    out: list[Token] = []
    for t in tokens:
        if t.kind == "number" and len(out) > 1:
            first, comma = out[-2:]
            plain = (first.kind, comma.kind, comma.text) == ("number", "sign", ",")
            if plain and not (first.sub or first.sup or comma.sub or comma.sup):
                text = _one_number(first, comma, t)
                if text:
                    out[-2:] = [replace(t, text=text, span=Span(first.span.start, t.span.end))]
                    continue
        out.append(t)
    return out


def _one_number(first: Token, comma: Token, t: Token) -> str:
    """Two numbers and the comma between them as one; empty where they are two."""
    braces = comma.span.start > first.span.end and t.span.start > comma.span.end
    close = t.span.start - first.span.end <= 3
    whole, _, rest = t.text.partition(".")
    thousands = len(whole) == 3 and first.text != "0" and first.text.isdigit()
    if not close or not (braces or (thousands and whole[0] == "0")):
        return ""
    if thousands:
        return first.text + t.text
    if rest or not first.text.isdigit():
        raise UnreadableError(",", comma.span, "a comma stands beside a point in a number")
    return f"{first.text}.{t.text}"


def _of(node: Node, words: frozenset[str]) -> Iterator[Token]:
    if isinstance(node, Atom):
        yield _atom(node)
    elif isinstance(node, Group):
        yield Token("group", "", node.span, (tuple(_flat(node.items, words)),))
    elif isinstance(node, Script):
        yield from _script(node, words)
    elif isinstance(node, Fence):
        yield from _fence(node, words)
    elif isinstance(node, Words):
        yield _word(node.text, node.span)
    elif isinstance(node, Table):
        cells = tuple(tokens_of(cell, words) for row in node.rows for cell in row)
        yield Token(
            "table",
            node.name,
            node.span,
            cells,
            sub=tuple(Token("number", str(len(row)), node.span) for row in node.rows),
        )
    else:
        yield from _call(node, words)


def _atom(node: Atom) -> Token:
    text = node.text
    if text[0].isdigit() or (text[0] == "." and len(text) > 1):
        return Token("number", text, node.span)
    name = text[1:] if text.startswith("\\") else text
    if text.startswith("\\") and (name in LETTERS or name in FUNCTIONS):
        return Token("name", name, node.span)
    if text in ("\\sin", "\\cos", "\\tan", "\\tanh", "\\sinh", "\\cosh"):
        return Token("name", name, node.span)
    if len(text) == 1 and text.isalpha():
        return Token("name", text, node.span)
    return Token("sign", _SIGNS.get(text, text), node.span)


def _word(text: str, span: Span) -> Token:
    inner = (
        text.strip().replace(".", "")
        if text.strip() in ("arg max", "arg min", "arg\\,max", "s.t.", "w.r.t.")
        else text.strip()
    )
    inner = inner.replace("arg max", "argmax").replace("arg min", "argmin")
    compact = "".join(c for c in inner if c.isalnum())
    if (
        inner
        and inner.replace("-", "").replace("_", "").isalnum()
        and not inner.isdigit()
        and inner.lower() not in STOP
    ):
        return Token("name", compact, span)
    if inner.isdigit():
        return Token("number", inner, span)
    return Token("words", text or " ", span)


def _script(node: Script, words: frozenset[str]) -> Iterator[Token]:
    base = list(_of(node.base, words)) if node.base is not None else []
    if len(base) == 1 and base[0].kind == "group" and len(base[0].parts[0]) == 1:
        base = list(base[0].parts[0])
    if not base:
        raise UnreadableError("scripts", node.span, "scripts stand beside nothing")
    *before, last = base
    yield from before
    if (last.sub is not None and node.sub is not None) or (last.sup is not None and node.sup is not None):
        last = Token("group", "", last.span, ((last,),))
    sub = None if node.sub is None else tokens_of(node.sub.items, words)
    sup = None if node.sup is None else tokens_of(node.sup.items, words)
    yield replace(
        last,
        sub=sub if sub is not None else last.sub,
        sup=sup if sup is not None else last.sup,
        primes=node.primes + last.primes,
        span=node.span,
    )


def _fence(node: Fence, words: frozenset[str]) -> Iterator[Token]:
    left, right = node.open, node.close
    if left == "." or right == ".":  # one half of a bracket that another row closes
        start, end = node.span
        if left != ".":
            yield Token("sign", _SIGNS.get(left, left), Span(start, start + 1))
        yield from _flat(node.items, words)
        if right != ".":
            yield Token("sign", _SIGNS.get(right, right), Span(end - 1, end))
        return
    yield Token(
        "bracket", _SIGNS.get(left, left) + _SIGNS.get(right, right), node.span, (tokens_of(node.items, words),)
    )


def _call(node: Call, words: frozenset[str]) -> Iterator[Token]:
    name, arguments = node.name, node.arguments
    if name == "\\frac":
        parts = tuple(tokens_of(a.items, words) for a in arguments)
        yield Token("fraction", "", node.span, parts)
    elif name == "\\sqrt":
        index = tokens_of(node.options[0].items, words) if node.options else ()
        yield Token("root", "", node.span, (tokens_of(arguments[0].items, words), index))
    elif name in ACCENTS or name in ALPHABETS or name in BOLD or name in UPRIGHT:
        yield from _styled(node, words)
    elif name == "\\cancel":
        yield Token("group", "", node.span, (tuple(_flat(arguments[-1].items, words)),))
    elif name == "\\overset":
        yield Token("group", "", node.span, (tuple(_flat(arguments[1].items, words)),))
    else:
        raise UnreadableError(name, node.span, f"{name} is no sign that is known here")


def _styled(node: Call, words: frozenset[str]) -> Iterator[Token]:
    """A font or an accent: a part of the name."""
    name = node.name
    inner = tuple(_flat(node.arguments[0].items, words))
    if (
        name in UPRIGHT
        and all(t.kind in ("name", "number") and t.sub is None and t.sup is None for t in inner)
        and len(inner) > 1
    ):
        yield _word("".join(t.text for t in inner), node.span)
        return
    if len(inner) == 1 and inner[0].kind == "number":
        single = inner[0].text == "1" and (name in BOLD or name in ALPHABETS)
        yield Token("name", "indicator", node.span, bold=True) if single else replace(inner[0], span=node.span)
        return
    if len(inner) == 1 and inner[0].kind in ("name", "words"):
        one = inner[0]
        accent = ACCENTS.get(name) or ALPHABETS.get(name) or ""
        text = f"{one.text}_{accent}" if accent else one.text
        yield replace(one, text=text, span=node.span, bold=one.bold or name in BOLD)
        return
    if name in BOLD or name in UPRIGHT:
        yield Token("group", "", node.span, (tuple(replace(t, bold=True) for t in inner),))
        return
    if name in ALPHABETS and all(t.kind == "name" and t.sub is None and t.sup is None for t in inner):
        yield Token("name", "".join(t.text for t in inner) + "_" + ALPHABETS[name], node.span)
        return
    raise UnreadableError(name, node.span, f"{name} stands over more than one name")


def _worded(tokens: list[Token], words: frozenset[str]) -> list[Token]:
    """Runs of letters that spell a known word as one name, the longest first: l, o, g is log."""
    out: list[Token] = []
    i = 0
    longest = max(map(len, words), default=1)
    while i < len(tokens):
        run = 0
        while i + run < len(tokens) and run < longest and _plain_letter(tokens[i + run]):
            run += 1
            if tokens[i + run - 1].sub is not None or tokens[i + run - 1].sup is not None or tokens[i + run - 1].primes:
                break
        for length in range(run, 1, -1):
            text = "".join(t.text for t in tokens[i : i + length])
            if text in words:
                last = tokens[i + length - 1]
                out.append(replace(last, text=text, span=Span(tokens[i].span.start, last.span.end)))
                i += length
                break
        else:
            out.append(tokens[i])
            i += 1
    return out


def _plain_letter(t: Token) -> bool:
    return t.kind == "name" and len(t.text) == 1 and t.text.isascii()


def _sigma(tokens: list[Token]) -> list[Token]:
    """A capital sigma with bounds is a sum, a capital pi a product; arg followed by max is one word; || is one sign."""
    out: list[Token] = []
    for t in tokens:
        if (
            t.kind == "name"
            and t.text in ("Sigma", "Pi")
            and t.sub is not None
            and any(x.text in ("=", "∈") for x in t.sub)
        ):
            t = replace(t, kind="sign", text="∑" if t.text == "Sigma" else "∏")
        if out and t.text in ("max", "min") and out[-1].text in ("arg", "\\arg"):
            t = replace(t, kind="name", text="arg" + t.text, span=Span(out.pop().span.start, t.span.end))
        if (
            out
            and t.kind == "sign"
            and t.text == "|"
            and out[-1] == replace(t, span=out[-1].span)
            and t.span.start <= out[-1].span.end + 1
        ):
            t = replace(t, text="‖", span=Span(out.pop().span.start, t.span.end))
        if t.text in ("=",) and out and out[-1].text == ":" and out[-1].kind == "sign":
            t = replace(t, text=":=", span=Span(out.pop().span.start, t.span.end))
        out.append(t)
    return out


def _bracketed(tokens: list[Token]) -> Tokens:
    """Brackets with what stands in them; scripts behind the closing one belong to the whole."""
    stack: list[tuple[Token | None, list[Token]]] = [(None, [])]
    for t in tokens:
        if t.kind == "sign" and t.text in _OPEN:
            stack.append((t, []))
        elif t.kind == "sign" and t.text in _CLOSE:
            opening, inner = stack.pop()
            if opening is None:
                raise UnreadableError(t.text, t.span, f"{t.text} closes no bracket")
            span = Span(opening.span.start, t.span.end)
            whole = Token("bracket", opening.text + t.text, span, (tuple(inner),), t.sub, t.sup, t.primes)
            stack[-1][1].append(whole)
        else:
            stack[-1][1].append(t)
    if len(stack) > 1:
        opening = stack[-1][0]
        assert opening is not None
        raise UnreadableError(opening.text, opening.span, f"{opening.text} is not closed")
    return tuple(stack[0][1])

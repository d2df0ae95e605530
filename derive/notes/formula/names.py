r"""Names with what stands below, above and in brackets behind them: y_{t,k}, y^{(i)}, p_\theta(y_t | x, y_{<t}), x^\top, e^{-x}."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from derive.notes.document.tree import Span
from derive.notes.formula.known import SCALARS, Known
from derive.notes.formula.surface import Expr, Ref, num
from derive.notes.formula.tokens import COMPARISONS, ENDS, LETTERS, Token, Tokens, UnreadableError, split_at

Reading = tuple[Expr, int]
_STARS = {"·": "star", "⋆": "star", "†": "dagger", "+": "plus", "-": "minus", "♯": "sharp"}
_EVENTS = COMPARISONS | frozenset(("≻", "≺", "∈"))


def halves(tokens: Tokens, sign: str) -> tuple[Tokens, Tokens]:
    for i, t in enumerate(tokens):
        if t.kind == "sign" and t.text == sign:
            return tokens[:i], tokens[i + 1 :]
    return tokens, ()


class Names:
    """Reads names.  What a reader of a whole document remembers is here, too."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.work, self.furthest = 0, 0
        self.sums: dict[tuple[int, int], list[Reading]] = {}
        self.terms: dict[tuple[int, int], list[Reading]] = {}
        self.factors: dict[tuple[int, int], list[Reading]] = {}
        self.orders: dict[tuple[str, int, int, int], tuple[str, ...]] = {}  # of conditions
        self.kept: list[Tokens] = []  # so that no other tokens get the same identity
        self.stuck: dict[int, int] = {}
        self.why: dict[Span, str] = {}

    def maybe(self, tokens: Tokens) -> list[Expr]:
        raise NotImplementedError

    def factor(self, ts: Tokens, i: int) -> list[Reading]:
        raise NotImplementedError

    def term(self, ts: Tokens, i: int) -> list[Reading]:
        raise NotImplementedError

    def bracket(self, t: Token) -> Iterator[Expr]:
        raise NotImplementedError

    def relations(self, tokens: Tokens) -> Iterator[tuple[Expr, ...]]:
        raise NotImplementedError

    def word(self, ts: Tokens, i: int) -> Iterator[Reading] | None:
        raise NotImplementedError

    def ends(self, t: Token) -> bool:
        return t.text in ENDS

    def stop(self, ts: Tokens, i: int, why: str = "") -> None:
        """Note how far a reading went, and why no further."""
        self.stuck[id(ts)] = max(i, self.stuck.get(id(ts), 0))
        if why and i < len(ts):
            self.why.setdefault(ts[i].span, why)

    def spend(self, ts: Tokens, i: int) -> None:
        self.work -= 1
        if self.work < 0:
            t = ts[min(i, len(ts) - 1)]
            raise UnreadableError(t.text, t.span, "the formula can be read in too many ways; put brackets into it")

    # --- names

    def named(self, ts: Tokens, i: int) -> Iterator[Reading]:
        special = self.word(ts, i)
        if special is not None:
            yield from special
        else:
            yield from self.plain(ts, i)

    def plain(self, ts: Tokens, i: int) -> Iterator[Reading]:
        """A name with its scripts, applied to a bracket behind it, or standing before it as a factor."""
        t = ts[i]
        after = ts[i + 1] if i + 1 < len(ts) else None
        if t.text == "e" and t.sub is None and t.sup and "e" not in self.known.functions:
            yield from ((Expr("exp", (x,), None, t.span), i + 1) for x in self.maybe(t.sup))
            return
        if t.text == "e" and t.sub is None and t.sup is None and not t.primes and self.known.euler:
            yield Expr("exp", (num(1, t.span),), None, t.span), i + 1
            return
        if (
            after is not None
            and after.kind == "bracket"
            and after.text.startswith("[")
            and _of_functions(t.text, after)
        ):
            why = f"{t.text}[...] has no meaning here; say what it is, with round brackets: {t.text}(x) := ..."
            raise UnreadableError(t.text, t.span, why)
        label, below = self.lower(t)
        for star, above, power in self.upper(t):
            text = t.text + label + star + "'" * t.primes
            below_ = below or ()
            ref = Expr("ref", (*below_, *above), Ref(text, len(below_), len(above), (), t.bold), t.span)
            opens = after is not None and after.kind == "bracket" and (power is None or self.applied(t.text, after))
            call = self.called(text, ref, ts, i + 1) if opens else []
            if (
                call
                and power is not None
                and power.op != "transpose"
                and above == ()
                and len(power.args) == 0
                and power.is_name()
            ):
                # V^\pi(s): what stands above is a part of the function
                raised = replace(ref, args=(*ref.args, power), data=ref.ref._replace(above=1))
                yield from self.called(text, raised, ts, i + 1)
                continue
            bare = self.powered(ref, power)
            if not call or self.product_first(t.text, after):
                yield bare, i + 1
            if call and power is not None and power.op == "neg":
                self.stop(
                    ts,
                    i,
                    "a function with -1 above it may be the inverse function; write 1 / f(x), or a name of its own",
                )
                return
            for e, end in call:
                yield self.powered(e, power), end
            if call and not self.product_first(t.text, after) and not self.applied(t.text, after):
                yield bare, i + 1

    def applied(self, text: str, after: Token | None) -> bool:
        """Whether a bracket behind the name can be its argument only."""
        if after is None or after.kind != "bracket":
            return False
        inner = after.parts[0]
        separated = any(x.kind == "sign" and x.text in (",", "|", ";", "‖") for x in inner)
        return (
            separated
            or text in self.known.functions
            or (text not in self.known.numbers and len(inner) == 1 and inner[0].kind == "name")
        )

    def product_first(self, text: str, after: Token | None) -> bool:
        return not self.applied(text, after) and (text in self.known.numbers or text in SCALARS)

    def powered(self, e: Expr, power: Expr | None) -> Expr:
        if power is None:
            return e
        if power.op == "transpose":
            return Expr("transpose", (e,), None, e.span)
        return Expr("pow", (e, power), None, e.span)

    def scripted(self, e: Expr, t: Token, end: int) -> Iterator[Reading]:
        """A bracket, fraction or number with scripts: an entry, a power, a transpose."""
        if t.kind == "number" and t.sub:
            self.why.setdefault(t.span, "a number has an index")
            return
        if t.sub and t.kind in ("bracket", "group", "fraction"):
            below = self.indices(t.sub)
            if below is None:
                self.why.setdefault(t.span, "what stands below the bracket is not read")
                return
            e = Expr("entry", (e, *below), None, t.span)
        if not t.sup:
            yield e, end
            return
        if _is_transpose(t.sup, not self.known.length):
            yield Expr("transpose", (e,), None, e.span), end
            return
        for power in self.maybe(t.sup):
            yield Expr("pow", (e, power), None, e.span), end

    # --- below and above

    def lower(self, t: Token) -> tuple[str, tuple[Expr, ...] | None]:
        """The label that the name takes from what stands below it, or the indices."""
        if not t.sub:
            return "", None
        sub = tuple(x for x in t.sub if not (x.kind == "sign" and x.text == ","))
        text = "".join(x.text for x in sub)
        plain = all(x.kind in ("name", "words", "number") and x.sub is None and x.sup is None for x in sub)
        if len(sub) == 1 and sub[0].kind == "sign" and sub[0].text in _STARS:
            return "_" + _STARS[sub[0].text], None
        if (
            plain
            and len(sub) == len(t.sub)
            and (
                len(sub) > 2
                or any(len(x.text) > 1 and x.text.isascii() and not _letter(x) for x in sub if x.kind != "number")
            )
        ):
            return "_" + "".join(c if c.isalnum() else "_" for c in text), None
        indices = self.indices(t.sub)
        if indices is None:
            raise UnreadableError(t.text, t.span, f"what stands below {t.text} is not read")
        return "", indices

    def indices(self, sub: Tokens) -> tuple[Expr, ...] | None:
        """t,k;  ij;  t+1;  < t;  1:t-1."""
        out: list[Expr] = []
        for _, piece in split_at(sub, frozenset((",", ";"))):
            if not piece:
                continue
            first = piece[0]
            if first.kind == "sign" and first.text in ("<", "<=", ">", ">=") and len(piece) > 1:
                inner = self.maybe(piece[1:])
                if not inner:
                    return None
                out.append(Expr("before", (inner[0],), first.text, first.span))
                continue
            low, high = halves(piece, ":")
            if high:
                a, b = self.maybe(low), self.maybe(high)
                if not a or not b:
                    return None
                out.append(Expr("range", (a[0], b[0]), None, first.span))
                continue
            if (
                len(piece) > 1
                and all(x.kind in ("name", "number") for x in piece)
                and all(_letter(x) or x.kind == "number" for x in piece)
            ):
                single = [self.maybe((x,)) for x in piece]
                if not all(single):
                    return None
                out += [s[0] for s in single]
                continue
            inner = self.maybe(piece)
            if not inner:
                return None
            out.append(inner[0])
        return tuple(out)

    def upper(self, t: Token) -> Iterator[tuple[str, tuple[Expr, ...], Expr | None]]:
        """What stands above: a mark of the name, an index in brackets, a transpose, or a power."""
        sup = t.sup
        if not sup:
            yield "", (), None
            return
        if len(sup) == 1 and sup[0].kind == "sign" and sup[0].text in _STARS:
            yield "_" + _STARS[sup[0].text], (), None
        elif t.text in self.known.marked and len(sup) == 1:
            yield "_" + sup[0].text, (), None
        elif len(sup) > 1 and sup[0].text in ("·", "⋆"):
            yield from (("_star" + s, a, p) for s, a, p in self.upper(replace(t, sup=sup[1:])))
        elif _is_transpose(sup, t.text in self.known.vectors or t.bold or not self.known.length):
            yield "", (), Expr("transpose")
        elif len(sup) == 1 and sup[0].kind == "bracket":
            index = self.indices(sup[0].parts[0])
            if index is not None:
                yield "", index, None
        elif any(
            x.kind == "words" or (x.kind == "name" and len(x.text) > 2 and x.text.isascii() and not _letter(x))
            for x in sup
        ):
            yield "_" + "".join(c if c.isalnum() else "_" for c in "".join(x.text for x in sup).strip()), (), None
        else:
            for power in self.maybe(sup):
                yield "", (), power

    # --- arguments

    def called(self, text: str, ref: Expr, ts: Tokens, i: int) -> list[Reading]:
        """The name applied to the bracket; nothing where it is a number."""
        t = ts[i]
        single = len(t.parts[0]) == 1 and t.parts[0][0].kind == "name"
        if not t.text.startswith("(") or (text in self.known.numbers and not self.applied(text, t) and not single):
            return []
        one_number = ref.ref.below or text in SCALARS
        function = text in self.known.functions and not (ref.ref.below and self.is_entry(text, t.parts[0]))
        if one_number and not function and any(x.text in ("+", "-") for x in t.parts[0][1:]):
            return []  # q_1 (1 - q_1)
        found = self.arguments(t.parts[0])
        if found is None:
            return []
        signs, args = self.ordered(text, ref, *found)
        whole = Expr("ref", (*ref.args, *args), ref.ref._replace(signs=signs), Span(ref.span.start, t.span.end))
        return list(self.scripted(whole, t, i + 1))

    def is_entry(self, text: str, inner: Tokens) -> bool:
        """Whether a name with an index is a number, as of a law of one letter; p_w(k + 1) may be a law that has w as a parameter."""
        index = all(x.kind in ("sign", "number") or (x.kind == "name" and x.sub is None) for x in inner)
        return text in self.known.entries and not index

    def ordered(
        self, text: str, ref: Expr, signs: tuple[str, ...], args: tuple[Expr, ...]
    ) -> tuple[tuple[str, ...], tuple[Expr, ...]]:
        """Conditions in the order in which the page first writes them: p(y | x, z) and p(y | z, x) are the same."""
        cut = next((i for i, s in enumerate(signs) if s == "|"), len(signs))
        end = next((i for i, s in enumerate(signs) if i > cut and s == ";"), len(signs))
        given = args[cut:end]
        letters = tuple(a.ref.name.split("_")[0].rstrip("'") if a.op == "ref" else str(a) for a in given)
        first = self.orders.setdefault((text, len(ref.args), cut, len(given)), letters)
        if letters == first or sorted(letters) != sorted(first) or len(set(letters)) < len(letters):
            return signs, args
        return signs, (*args[:cut], *(given[letters.index(x)] for x in first), *args[end:])

    def arguments(self, inner: Tokens) -> tuple[tuple[str, ...], tuple[Expr, ...]] | None:
        """What stands in brackets behind a name, each with the sign before it."""
        signs: list[str] = []
        args: list[Expr] = []
        bar = any(x.kind == "sign" and x.text == "|" for x in inner)
        for sign, piece in split_at(inner, frozenset((",", "|", ";"))):
            lead = sign or "("
            if not piece and sign == "|":
                continue  # an empty condition is none
            for n, one in enumerate(self.juxtaposed(piece, bar)):
                e = self.argument_of(one)
                if e is None:
                    return None
                signs.append(lead if n == 0 else ",")
                args.append(e)
        return _lists(signs, args)

    def juxtaposed(self, piece: Tokens, bar: bool) -> Iterable[Tokens]:
        """Events side by side, P(v_1 v_2 ... v_M) or P(s' | s a), each alone."""
        dots = any(x.kind == "sign" and x.text == "…" for x in piece)
        names = all((x.kind == "name" and (x.sub or bar or dots)) or x.text == "…" for x in piece)
        if len(piece) > 1 and names and (dots or (bar and all(x.sub or x.sup for x in piece))):
            return [(x,) for x in piece]
        return [piece]

    def argument_of(self, piece: Tokens) -> Expr | None:
        """One argument: an expression, an event, a dot for any value, a law with its condition."""
        if len(piece) == 1 and piece[0].kind == "sign":
            if piece[0].text == "…":
                return Expr("dots", (), None, piece[0].span)
            if piece[0].text in ("·", "-"):
                return Expr("any", (), None, piece[0].span)
        for sign in _EVENTS:
            left, right = halves(piece, sign)
            if right:
                a, b = self.maybe(left), self.maybe(right)
                return Expr("rel", (a[0], b[0]), sign, a[0].span) if a and b else None
        found = self.maybe(piece)
        return found[0] if found else None

    def listed(self, inner: Tokens) -> Iterator[Expr]:
        """Expressions with commas between them."""
        found = self.arguments(inner)
        if found is not None:
            yield Expr("list", found[1], None, inner[0].span if inner else Span(0, 0))


def _lists(signs: list[str], args: list[Expr]) -> tuple[tuple[str, ...], tuple[Expr, ...]] | None:
    """A list with dots as one argument: v_1, ..., v_M."""
    while any(a.op == "dots" for a in args):
        k = next(n for n, a in enumerate(args) if a.op == "dots")
        if k == 0 or k + 1 >= len(args):
            return None
        start, last = k, args[k + 1]
        behind = {a.ref.name for a in args[k + 1 :] if a.op == "ref" and a.args}
        while start > 0 and (start == k or signs[start] == ",") and _like(args[start - 1], last, behind):
            start -= 1
        if start == k:
            return None
        series = Expr("series", tuple(args[start : k + 2]), "list", args[start].span)
        args[start : k + 2] = [series]
        signs[start : k + 2] = [signs[start]]
    return tuple(signs), tuple(args)


def _like(a: Expr, last: Expr, behind: set[str]) -> bool:
    """Whether a term goes with those behind the dots: v_1 with v_M, 1 with K; s_1 and a_1 with s_T, a_T."""
    if last.op == "ref" and last.args:
        return a.op == "ref" and bool(a.args) and a.ref.name in behind
    return a.op == "num"


def _of_functions(text: str, bracket: Token) -> bool:
    """Whether a square bracket behind a name can hold no factor: behind a word, or a single name behind a fancy letter."""
    head, _, font = text.partition("_")
    word = len(head) > 1 and head not in LETTERS
    return word or (font in ("bb", "cal", "scr") and len(bracket.parts[0]) == 1)


def _letter(t: Token) -> bool:
    """A letter of one sign, Greek or with an accent."""
    head = t.text.split("_")[0]
    return t.kind == "name" and (len(head) == 1 or head in LETTERS)


def _is_transpose(sup: Tokens, letter: bool) -> bool:
    return len(sup) == 1 and (sup[0].text == "⊤" or (letter and sup[0].text == "T"))

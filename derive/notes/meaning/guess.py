"""What a page without declarations lets one assume: which names are distributions, over what, and which of them are one joint law.

Each guess is a law with the words in which it is listed as assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from derive.notes.formula.surface import Expr, Ref, num, run_by, walk
from derive.notes.meaning.sorts import Sorts, arranged, base_letter, components, key_of
from derive.notes.meaning.world import Law, World, is_point_mass


def guessed_laws(world: World, sorts: Sorts, wholes: Mapping[str, Expr], explained: set[str]) -> list[Law]:
    """Laws that the formulas speak of and no line declares.  Names that are defined are what their definition says; ``explained``:
    those of which the prose has an equation."""
    out = _with_parameters(world, sorts)
    defined = {m.pattern.ref.name for m in world.meanings if m.pattern.op == "ref"}
    for name in sorted(sorts.keys):
        if world.law_of(name) is not None or name in defined:
            continue
        uses = [sorts.uses[key] for key in sorted(sorts.keys[name]) if key in sorts.uses and sorts.uses[key].ref.signs]
        sequence = _sequence(name, uses, wholes)
        if sequence is not None:
            out.append(sequence)
            continue
        groups: dict[tuple[Expr, ...], list[Expr]] = {}
        for u in uses:
            groups.setdefault(u.args[: u.ref.below], []).append(u)
        joint = [law for below, group in groups.items() if (law := _joint(name, group, below)) is not None]
        if joint:
            out += joint
        elif name in sorts.laws:
            out += [law for u in uses if (law := _plain(u)) is not None]
    return out + _named_only(world, sorts, out, defined | explained)


def _named_only(world: World, sorts: Sorts, guessed: list[Law], defined: set[str]) -> list[Law]:
    """KL(p || q) where no value of p or q is written: they are over one letter, that of a law beside them or one of their own."""
    out: list[Law] = []
    free = next((c for c in ("x", "z", "k", "y") if c not in sorts.keys), "x*")
    for group in sorts.compared:
        laws = [e for e in group.args if e.op == "ref" and not e.ref.signs and not e.ref.above]
        variables = group.data not in ("KL", "JS") and any(e.ref.name[:1].isupper() for e in laws)  # H(X, Y)
        if len(laws) < len(group.args) or variables or any(map(sorts.is_vector, laws)):
            continue
        known = [w for w in (*world.laws, *guessed, *out) if any(w.name.ref.name == e.ref.name for e in laws)]
        drawn = set[str]().union(*(sorts.laws.get(e.ref.name, ()) for e in laws))  # x of a mean over x ~ p
        over = known[0].over if known else (Expr("ref", (), Ref(drawn.pop() if len(drawn) == 1 else free)),)
        for e in laws:
            said = any(w.name.ref[:2] == e.ref[:2] for w in known) or e.ref.name in defined
            if (
                said
                or is_point_mass(e)
                or key_of(e) in sorts.numbers
                or sorts.is_vector(e)
                or not all(a.is_name() for a in e.args)
            ):
                continue
            shown = written_with(replace(e, args=(), data=Ref(e.ref.name)), e.args) if e.args else str(e)
            law = Law(e, over, (), True, False, f"{shown} is a positive distribution over {_listed(list(over))}")
            out += [law] if law.name not in [w.name for w in out] else []
    return out


def with_variables(laws: list[Law], declared: Sequence[Law], sorts: Sorts) -> list[Law]:
    """The laws, with one for random variables of which only entropies speak, H(X) or I(X; Y): X and Y are then of one joint law, which
    is that of a p(x) on the page."""
    named = dict.fromkeys(
        str(a)
        for x in sorts.compared
        if x.data in ("H", "I")
        for part in x.args
        for a in (part.args if part.op in ("given", "tuple", "list") else (part,))
        if a.is_name()
        and len(a.ref.name) == 1
        and a.ref.name.isupper()
        and sorts.keys[a.ref.name] <= {(a.ref.name, ())}
        and (a.ref.name, ()) not in sorts.indices
    )
    known = {label.upper() for law in (*declared, *laws) for label in law.labels() if law.joint}
    known |= {law.name.ref.name for law in (*declared, *laws)}
    if not named or known & named.keys():
        return laws
    letters = [x.lower() for x in named]
    own = [law for law in laws if not law.given and [str(x) for x in law.over] in ([c] for c in letters)]
    if len(own) > 1 or any(c in sorts.keys for law in own for c in letters if sorts.numbers & {(c, ())}):
        return laws
    head = own[0].name if own else Expr("ref", (), Ref(next(n for n in ("p", "P", "p_XY") if n not in sorts.keys)))
    over = tuple(Expr("rel", tuple(Expr("ref", (), Ref(c)) for c in (x, x.lower())), "=") for x in named)
    words = f"{', '.join(named)} have a positive joint distribution"
    return [*(law for law in laws if law not in own), Law(head, over, (), True, True, words)]


def density_names(formulas: Sequence[Expr]) -> dict[str, str]:
    """Laws that are called P where their values are written p(x): a capital that never has arguments, and a small letter that has."""
    refs = [x for e in formulas for x in walk(e) if x.op == "ref" and len(x.ref.name) == 1]
    called = {x.ref.name for x in refs if x.ref.signs}
    laws = {
        a.ref.name
        for e in formulas
        for x in walk(e)
        if x.op in ("compare", "bound")
        for a in (x.args if x.op == "compare" else x.args[1:] if x.data == "law" else ())
        if a.op == "ref"
    }
    plain = {x.ref.name for x in refs if x.is_name() and x.ref.name.isupper() and x.ref.name in laws} - called
    return {c: c.lower() for c in sorted(plain) if c.lower() in called}


def _with_parameters(world: World, sorts: Sorts) -> list[Law]:
    """p_theta(x), or p_{t,k}, of a law that is declared as p over x, or k: one for every parameter."""
    out: dict[tuple[str, int], Law] = {}
    for law in (w for w in world.laws if not w.name.args):
        for use in (sorts.uses[key] for key in sorted(sorts.keys[law.name.ref.name]) if key in sorts.uses):
            count = use.ref.below if use.ref.signs else use.ref.below - len(law.over)
            rest = len(use.args) - count - len(law.over)
            params = use.args[: max(count, 0)]
            if not params or use.ref.above or rest not in (0, len(law.given)) or not all(p.is_name() for p in params):
                continue
            words = f"{written_with(law.name, params)} is a distribution as {law.name} is"
            head = Expr("ref", params, Ref(law.name.ref.name, count), use.span)
            out.setdefault((law.name.ref.name, count), law._replace(name=head, assumed=words))
    return list(out.values())


def written_with(name: Expr, params: Sequence[Expr]) -> str:
    """A name as it is written with parameters below it."""
    return f"{name}_{','.join(map(str, params))}"


def _split(e: Expr) -> tuple[list[Expr], list[Expr], list[Expr]]:
    """What a law is written over, given what, and its parameters."""
    places = arranged(e)
    return (
        [a for p, a in places if p == "("],
        [a for p, a in places if p == "|"],
        [a for p, a in places if p in ("_", ";")],
    )


def _is_letter(e: Expr) -> bool:
    return e.op == "ref" and not e.ref.signs


def _plain(use: Expr) -> Law | None:
    over, given, params = _split(use)
    if not over or not all(map(_is_letter, (*over, *given))) or not all(p.is_name() for p in params) or use.ref.above:
        return None
    head = Expr("ref", use.args[: use.ref.below], Ref(use.ref.name, use.ref.below), use.span)
    return Law(
        head, tuple(over), tuple(given), True, False, f"{use.ref.name} is a positive distribution over {_listed(over)}"
    )


def _joint(name: str, uses: list[Expr], below: tuple[Expr, ...]) -> Law | None:
    """p(x, y), p(x | y) and p(x) on one page: a joint law, its conditional and its marginal."""
    events: dict[str, Expr] = {}
    shapes: set[tuple[frozenset[str], frozenset[str]]] = set()
    variables = _variables(uses)
    for use in uses:
        over, given, params = _split(use)
        if params != list(below) or use.ref.above:
            return None
        sides: list[frozenset[str]] = []
        for group in (over, given):
            labels = set()
            for a in group:
                if (
                    a.op == "rel"
                    and a.data == "="
                    and a.args[0].op == "ref"
                    and a.args[1].op == "ref"
                    and not a.args[1].ref.signs
                ):
                    label, event = str(a.args[0]), a
                elif a.op == "ref" and a.args and all(x.op == "range" for x in a.args):
                    label, event = str(a), a
                elif a.op == "ref" and not a.ref.signs and not a.args:
                    letter = Expr("ref", (), Ref(base_letter(a.ref.name)), a.span)
                    label, event = variables.get(base_letter(a.ref.name), (base_letter(a.ref.name), letter))
                else:
                    return None
                labels.add(label)
                events.setdefault(label, event)
            sides.append(frozenset(labels))
        shapes.add((sides[0], sides[1]))
    several = len({over | given for over, given in shapes}) > 1 or len(shapes) > 1
    if not several or len(events) < 2 or any(over & given for over, given in shapes):
        return None
    head = Expr("ref", below, Ref(name, len(below)))
    over_all = tuple(events[x] for x in sorted(events))
    return Law(
        head, over_all, (), True, True, f"{name} is one positive joint distribution of {', '.join(sorted(events))}"
    )


def _variables(uses: Sequence[Expr]) -> dict[str, tuple[str, Expr]]:
    """The values that some use ascribes to a random variable, Y = y: the y of others is the same."""
    events = [a for use in uses for _, a in arranged(use) if a.op == "rel" and a.data == "=" and a.args[1].is_name()]
    out: dict[str, tuple[str, Expr]] = {}
    for a in events:
        out.setdefault(base_letter(a.args[1].ref.name), (str(a.args[0]), a))
    return out


def _sequence(name: str, uses: list[Expr], wholes: Mapping[str, Expr]) -> Law | None:
    """P(v_1, ..., v_M), or pi(y | x) beside pi(y_t | x, y_{<t}): the joint law of a sequence, given what else stands there."""
    if len({base for use in uses for a in _split(use)[0] for base in _counted(a)}) != 1:
        return None
    for use in uses:
        over, given, params = _split(use)
        (first,) = over if len(over) == 1 else (None,)
        if first is None or use.ref.above or not all(p.is_name() for p in params):
            continue
        if first.op == "series":
            series: Expr | None = first
        elif first.op == "ref" and [a.op for a in first.args] == ["range"] and first.args[0].args[0] == num(1):
            series = _from_one(first.ref.name, first.args[0].args[1])  # x_{1:T}
        else:
            series = wholes.get(first.ref.name) if first.is_name() and _stepwise(first.ref.name, uses) else None
        if series is not None and series.args[-1].op == "ref" and len(series.args[-1].args) == 1:
            head = Expr("ref", use.args[: use.ref.below], Ref(name, use.ref.below))
            v = series.args[-1].ref.name
            others = tuple(a for a in given if not (a.op == "ref" and a.ref.name == v) and a.op != "series")
            return Law(
                head, (series,), others, True, True, f"{name} is the positive joint distribution of {v}_1, {v}_2, ..."
            )
    return None


def _counted(a: Expr) -> set[str]:
    """The letter whose values an argument has: of y, y_t and y_1, ..., y_T it is y."""
    last = a.args[-1] if a.op == "series" else a
    return {last.ref.name if last.op == "ref" else str(last)}


def _stepwise(v: str, uses: Sequence[Expr]) -> bool:
    """Whether a law is written step by step as well: p(y_t | y_{<t})."""
    return any(c.tag == f"{v}.." for use in uses for place, a in arranged(use) if place == "|" for c in components(a))


def _from_one(v: str, last: Expr) -> Expr:
    """v_1, ..., v_last."""
    first, end = (Expr("ref", (i,), Ref(v, 1)) for i in (num(1), last))
    return Expr("series", (first, Expr("dots"), end), "list")


def whole_sequences(formulas: Sequence[Expr], prose: Iterable[Expr]) -> dict[str, Expr]:
    """What y is where it stands for y_1, ..., y_T: the prose says so, or the only bounds of the letter that counts its parts.

    A letter that some sum or mean runs over is none of these."""
    bound = run_by(b for e in formulas for b in walk(e) if b.op == "bound")
    out = {e.args[-1].ref.name: e for e in prose if e.op == "series"}
    ends: dict[str, set[Expr]] = {}
    for big in (x for e in formulas for x in walk(e) if x.op == "big"):
        for b in (b for b in big.args[1:] if b.data == "to" and b.args[0].is_name() and b.args[1] == num(1)):
            for x in walk(big.args[0]):
                if x.op == "ref" and x.args == (b.args[0],) and x.ref.below:
                    ends.setdefault(x.ref.name, set()).add(b.args[2])
    for v, lasts in ends.items():
        if len(lasts) == 1 and v not in out:
            out[v] = _from_one(v, next(iter(lasts)))
    return {v: e for v, e in out.items() if v not in bound}


def guessed_base(formulas: Sequence[Expr]) -> Expr | None:
    """The base that every logarithm of the page has, which entropies then have, too."""
    logs = [x for e in formulas for x in walk(e) if x.op == "log"]
    bases = {x.args[0] for x in logs if len(x.args) == 2}
    return next(iter(bases)) if len(bases) == 1 and all(len(x.args) == 2 for x in logs) else None


def _listed(es: list[Expr]) -> str:
    return ", ".join(map(str, es))

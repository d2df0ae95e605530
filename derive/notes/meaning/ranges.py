"""Through what indices run.  What is not declared is found from the sums of the page: positions that one letter counts have one range."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from derive.notes.formula.surface import COMPARED, Expr, name, num, run_by, walk
from derive.notes.meaning.sorts import Sorts, arranged, base_letter, components
from derive.notes.meaning.world import World

USUAL = frozenset("ijkmnst")
"""Letters for indices that run, also where no sum says so."""
Place = tuple[str, ...]
Bounds = tuple[Expr, Expr]


class Ranges:
    """Letters and positions of families in classes; a class has the bounds that one of its members has, or a size of its own."""

    def __init__(self, world: World, sorts: Sorts) -> None:
        self.world, self.sorts = world, sorts
        self.parent: dict[Place, Place] = {}
        self.bounds: dict[Place, Bounds] = {}
        self.summed: dict[str, set[Bounds]] = {}  # letters of sums with bounds
        self.running: set[str] = set()  # letters of sums without bounds
        self.whole: dict[Place, Expr] = {}  # vectors that stand as a whole, in softmax(a)
        self.ends: set[str] = set()  # letters that are the last index of something
        self.seen: dict[Place, set[Bounds]] = {}  # the bounds within which sums go over a position
        self.invented: dict[str, Place] = {}  # sizes that nothing on the page names

    def find(self, p: Place) -> Place:
        while self.parent.get(p, p) != p:
            p = self.parent[p]
        return p

    def join(self, a: Place, b: Place) -> None:
        x, y = self.find(a), self.find(b)
        one, two = self.bounds.get(x), self.bounds.get(y)
        if x != y and (one is None or two is None or one == two):
            low, high = sorted((x, y))
            self.parent[high] = low
            if high in self.bounds:
                self.bounds.setdefault(low, self.bounds[high])

    def bound(self, place: Place, bounds: Bounds) -> None:
        self.seen.setdefault(place, set()).add(bounds)
        self.bounds.setdefault(self.find(place), bounds)

    def look(self, formulas: Iterable[Expr]) -> None:
        """Learn from the formulas of a document."""
        formulas = list(formulas)
        self.ends = {x.ref.name for two in self.world.ranges.values() for e in two for x in walk(e) if x.op == "ref"}
        self.ends |= {x.ref.name for _, length, _ in self.world.vectors for x in walk(length) if x.op == "ref"}
        self.ends = self.ends.union(*(_ends(e, frozenset()) for e in formulas))
        for letter, bounds in self.world.ranges.items():
            self.bound(("letter", letter), bounds)
        for vector, length, _ in self.world.vectors:
            if vector.op == "ref":
                self.bound(("at", vector.ref.name, str(len(vector.args))), (num(1), length))
        for pattern, over in self.world.one_hot:
            if pattern.op == "ref":
                self.join(("at", pattern.ref.name, str(len(pattern.args))), ("letter", over.ref.name))
        for e in formulas:
            self.sums(e)
            self.products(e)
        self.laws()
        for e in formulas:
            self.uses(e, frozenset())
        for meaning in self.world.meanings:
            self.uses(meaning.body, frozenset())
        for index, last in between(self.world, self.sorts):
            self.bound(("letter", index.ref.name), (num(1), last))
            self.ends |= {x.ref.name for x in walk(last) if x.op == "ref"}

    def laws(self) -> None:
        """The arguments of a declared law run through what it is declared over and given."""
        for law in (w for w in self.world.laws if not w.assumed):
            use = replace(
                law.name,
                args=(*law.name.args, *law.over, *law.given),
                data=law.name.ref._replace(signs=("(", *[","] * (len(law.over) - 1), *["|"] * len(law.given))),
            )
            letters = {x.ref.name for x in (*law.letters(), *law.given) if x.is_name()}
            for place, a in self.slots(use):
                bounds = self.of_letter(a.ref.name) if a.is_name() and a.ref.name in letters else None
                if bounds is not None:  # no sum within bounds was seen
                    self.bounds.setdefault(self.find(place), bounds)

    def slots(self, e: Expr) -> list[tuple[Place, Expr]]:
        """The arguments of a name by place: of a joint law which of its values it is, of others the position among as many conditions."""
        parts = arranged(e)
        law = self.world.law_of(e.ref.name)
        if law is not None and law.joint and e.ref.signs:
            values = [(law.slot(a), a) for place, a in parts if place in ("(", "|")]
            return [(("of", e.ref.name, s), a.args[1] if a.op == "rel" else a) for s, a in values if s is not None]
        conditions = sum(place == "|" for place, _ in parts)
        mark = f"|{conditions}" if conditions else ""
        params = sum(place in ("_", ";") for place, _ in parts)
        if law is not None and e.ref.signs and params != len(law.name.args):
            mark += f"_{params}"  # with a parameter more than where it was declared
        values_ = [c.value for _, a in parts for c in components(a)]
        return [(("at", e.ref.name, f"{i}{mark}"), a) for i, a in enumerate(values_)]

    def sums(self, e: Expr) -> None:
        for x in walk(e):
            if x.op != "big":
                continue
            for b in x.args[1:]:
                if b.data == "to" and b.args[0].is_name() and not self.world.ranges.get(b.args[0].ref.name):
                    letter = b.args[0].ref.name
                    if self.closed(b.args[1]) and self.closed(b.args[2]):
                        self.summed.setdefault(letter, set()).add((b.args[1], b.args[2]))
                    for place in self.places(x.args[0], letter):
                        if self.closed(b.args[1]) and self.closed(b.args[2]):
                            self.bound(place, (b.args[1], b.args[2]))
                if b.data != "to" and b.args and b.args[0].is_name():
                    self.running.add(b.args[0].ref.name)
                if b.data in COMPARED:
                    self.alike(b.args[0], b.args[1], frozenset())
                if b.data == "in" and b.args[0].is_name() and b.args[1].op == "ref":
                    self.join(("letter", b.args[0].ref.name), ("set", str(b.args[1])))

    def products(self, e: Expr) -> None:
        """Two vectors of which one is multiplied by the other are of one length."""
        for x in walk(e):
            if x.op == "mul":
                left = x.args[0].args[-1] if x.args[0].op == "mul" else x.args[0]
                pair = (left.args[0] if left.op == "transpose" else left, x.args[1])
                if (left.op == "transpose" or x.data == "·") and all(map(self.sorts.is_vector, pair)):
                    one, two = (("at", v.ref.name, str(len(v.args))) for v in pair)
                    self.join(one, two)

    def closed(self, e: Expr) -> bool:
        """Whether a bound mentions no letter that is bound itself."""
        return e.op in ("num", "ref", "add", "sub") and all(
            x.is_name() or x.op in ("num", "add", "sub") for x in walk(e)
        )

    def places(self, e: Expr, letter: str) -> set[Place]:
        """The positions of families at which the letter stands."""
        out: set[Place] = set()
        for x in walk(e):
            if x.op == "entry" and any(a.is_name() and a.ref.name == letter for a in x.args[1:]):
                out |= {
                    ("at", n.ref.name, str(len(n.args)))
                    for n in walk(x.args[0])
                    if n.op == "ref" and self.sorts.is_vector(n)
                }
            if x.op == "ref":
                out |= {place for place, a in self.slots(x) if a.is_name() and a.ref.name == letter}
        return out

    def uses(self, e: Expr, local: frozenset[str]) -> None:
        """Letters without bounds of their own share the range of what they count."""
        if e.op == "big":
            local |= {b.args[0].ref.name for b in e.args[1:] if b.data == "to" and b.args[0].is_name()}
        if e.op == "ind":
            for rel in (r for r in e.args if r.data in ("=", "!=")):
                self.alike(rel.args[0], rel.args[1], local)
        if e.op == "ref" and self.sorts.is_vector(e):
            self.whole.setdefault(("at", e.ref.name, str(len(e.args))), e)
        if e.op in ("ref", "entry"):
            here: list[tuple[Place, Expr]]
            if e.op == "ref":
                here = self.slots(e)
            else:
                vectors = [n for n in walk(e.args[0]) if n.op == "ref" and self.sorts.is_vector(n)]
                here = [(("at", n.ref.name, str(len(n.args))), a) for n in vectors for a in e.args[1:2]]
            for place, a in here:
                if (
                    a.is_name()
                    and a.ref.name not in local
                    and not self.world.ranges.get(a.ref.name)
                    and (a.ref.name, ()) in self.sorts.indices
                ):
                    self.join(place, ("letter", a.ref.name))
                elif a.is_name() and a.ref.name not in local and self.world.ranges.get(a.ref.name):
                    self.bound(place, self.world.ranges[a.ref.name])
        for a in e.args:
            self.uses(a, local)

    def alike(self, a: Expr, b: Expr, local: frozenset[str]) -> None:
        """Two indices that are compared run through the same, where not both have bounds of their own."""
        if not all(x.is_name() and x.ref.name not in local and (x.ref.name, ()) in self.sorts.indices for x in (a, b)):
            return
        one, two = (self.world.ranges.get(x.ref.name) for x in (a, b))
        if one is None and two is None:
            self.join(("letter", a.ref.name), ("letter", b.ref.name))
        elif one is None and two is not None:
            self.bound(("letter", a.ref.name), two)
        elif two is None and one is not None:
            self.bound(("letter", b.ref.name), one)

    # --- answers

    def of_letter(self, letter: str) -> Bounds | None:
        """The bounds of a letter that is not bound by a sum with bounds; None where nothing says that it runs through something."""
        said = self.said_of(letter)
        if letter in self.world.ranges:
            return said
        if self.world.is_value(letter) or base_letter(letter) in self.sorts.values:
            return self.of_value(letter) or (num(1), self.invent(size_of(letter), ("letter", letter)))
        if letter in self.ends:
            return None  # the last index, and no running one
        root = self.find(("letter", letter))
        found = self.bounds.get(root) or self.world.ranges.get(letter.rstrip("'"))
        return said if found is None and not self.world.declared else found

    def of_value(self, letter: str) -> Bounds | None:
        """The bounds of the values of a law: said, or on a page without declarations those of a sum over the law by another letter."""
        said = self.said_of(letter)
        return said if said is not None or self.world.declared else self.bounds.get(self.find(("letter", letter)))

    def said_of(self, letter: str) -> Bounds | None:
        """The bounds that a declaration gives a letter, or all its sums, if they have the same."""
        if letter in self.world.ranges:
            return self.world.ranges[letter]
        sums = self.summed.get(letter, ())
        return next(iter(sums)) if len(sums) == 1 else None

    def of_body(self, letter: str, body: Expr) -> set[Bounds]:
        """The bounds of what the letter counts in the body of a sum."""
        roots = {self.find(p) for p in self.places(body, letter)}
        return {self.bounds[r] for r in roots if r in self.bounds}

    def of_sum(self, letter: str) -> Bounds:
        """The same for a letter under a sum, which runs through some finite set."""
        return self.of_letter(letter) or self.own(("letter", letter))

    def among(self, letter: str) -> tuple[str, Bounds] | None:
        """What counts what this index counts, a sum without bounds or the entries of a whole vector, and through what it runs."""
        if letter in self.ends or letter in self.world.ranges:
            return None
        root = self.find(("letter", letter))
        others = sorted(x for x in self.running if self.find(("letter", x)) == root)
        if others:
            return f"the sums over {others[0]}", self.of_sum(others[0])
        of = next((p for p in self.whole if self.find(p) == root), None)
        return None if of is None else (f"the entries of {self.whole[of]}", self.bounds.get(root) or self.own(root))

    def is_label(self, letter: str) -> bool:
        """Whether an index that is none of the usual letters counts nothing that runs: w and l in r_w - r_l."""
        root = self.find(("letter", letter))
        runs = root in self.bounds or any(self.find(("letter", x)) == root for x in self.running)
        return letter not in USUAL and not runs and letter not in self.ends and letter not in self.world.ranges

    def of_place(self, family: str, position: int) -> Bounds:
        """Through what the index of a family at a position runs."""
        root = self.find(("at", family, str(position)))
        return self.bounds.get(root) or self.own(root)

    def of_set(self, written: str) -> Bounds:
        root = self.find(("set", written))
        return self.bounds.get(root) or self.own(root)

    def own(self, place: Place) -> Bounds:
        """A range that nothing on the page names."""
        root = self.find(place)
        return (num(1), self.invent(name("N_" + root[1]), root))

    def invent(self, size: Expr, place: Place) -> Expr:
        self.invented[size.ref.name] = place
        return size

    def is_size(self, name: str) -> bool:
        """Whether a name was made up for the size of a range; the N_eff of a page is a number of its own."""
        return name in self.invented

    def disputed(self, size: str) -> bool:
        """Whether a size that nothing names is one of something over which the page sums within bounds, too: they may be the same."""
        place = self.invented.get(size)
        root = None if place is None else self.find(place)
        return any(self.find(p) == root for p in self.seen)

    def of_two_sizes(self, law: str) -> bool:
        """Whether sums go over a law within bounds of two names, of which no declaration says which are its own."""
        found = self.world.law_of(law)
        if found is None or any(x.op != "ref" or x.ref.name in self.world.ranges for x in found.letters()):
            return False
        seen = {b for p, bounds in self.seen.items() if p[:2] == ("at", law) for b in bounds}
        return len({last for _, last in seen if last.is_name()}) > 1


def _ends(e: Expr, running: frozenset[str]) -> set[str]:
    """The names at the upper ends of sums, but for letters of sums around them."""
    if e.op == "big":
        running |= run_by(e.args[1:])
    out = (
        {y.ref.name for y in walk(e.args[2]) if y.op == "ref"} - running
        if e.op == "bound" and e.data == "to"
        else set()
    )
    return out.union(*(_ends(a, running) for a in e.args))


def between(world: World, sorts: Sorts) -> Iterator[tuple[Expr, Expr]]:
    """Facts 1 <= j <= V of an index: the range of what it counts, where nothing else says one."""
    for rels, _ in world.facts:
        if len(rels) == 2 and all(r.data == "<=" for r in rels) and rels[0].args[0] == num(1):
            letter, last = rels[0].args[1], rels[1].args[1]
            if letter == rels[1].args[0] and letter.is_name() and (letter.ref.name, ()) in sorts.indices:
                yield letter, last


def size_of(written: str) -> Expr:
    """How many values a letter has, by the way in which it is written."""
    plain = base_letter(written) if "{" not in written else "".join(c for c in written if c.isalnum())
    return name(f"N_{plain}")

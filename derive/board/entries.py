"""Named theorems and false claims: what a proof file declares, the catalogue finds and the tests run.

Proofs run when asked for, not at import.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from derive.board.calc import Calc, Labels, to_term
from derive.board.refusals import ClaimError, place, show, undefined
from derive.errors import UserError
from derive.kernel.definitions import Definition
from derive.kernel.sorts import INT, PROP, REAL, Fn, Sort
from derive.kernel.terms import App, Num, Term, Var, subterms
from derive.kernel.theorem import Theorem, axioms_used, proof_steps
from derive.language import letters as letters_module
from derive.operators import CARDS
from derive.record import Derivation
from derive.tactics.context import Context
from derive.tactics.defined import undefined_part
from derive.tactics.side import prove

if TYPE_CHECKING:
    from derive.falsify import Counterexample
    from derive.slides.view import SlidesView

DECLARED: dict[str, list[tuple[str, int]]] = {}
"""The theorems that each module has declared, by name and line, so that a second one of the same name is seen."""


class TheoremEntry:
    """A named theorem: its claim, its conditions and its proof, which runs when first asked for."""

    kind = "theorem"

    def __init__(
        self, name: str, shows: Term, given: Sequence[Term], prove_: Callable[[Calc], None],
        subject: str, phrase: str, labels: Labels, file: str, number: int, module: str, catalogue: str,
    ) -> None:  # fmt: skip
        self.name, self.shows, self.given, self.prove = name, shows, tuple(given), prove_
        self.subject, self.labels, self.file, self.number = subject, tuple(labels), file, number
        self.module, self.catalogue = module, catalogue
        doc = (prove_.__doc__ or "").strip()
        self.doc = doc
        DECLARED.setdefault(module, []).append((name, number))
        self.summary = " ".join(doc.split("\n\n")[0].split())
        self.phrase = phrase or name.replace("_", " ")
        self._derivation: Derivation | None = None
        self._error: BaseException | None = None
        self._running = False

    @property
    def derivation(self) -> Derivation:
        """The checked derivation.  Raises StepError or ClaimError when a line is wrong; a gap leaves ``theorem``
        None."""
        if self._derivation is None:
            if self._error is not None:
                raise self._error
            if self._running:
                raise ClaimError(f"{self.name} is used in its own proof")
            self._running = True
            try:
                self._derivation = self._run()
            except UserError as error:
                self._error = error
                raise
            finally:
                self._running = False
        return self._derivation

    def _run(self) -> Derivation:
        where = place(self.file, self.number)
        context = Context.of(self.given)
        for part in (*self.given, self.shows):
            trouble = undefined_part(part, context)
            if trouble:
                raise undefined(f"{where}: the claim of {self.name}", trouble, self.given)
        self._letters_are_plain(where)
        letters: dict[str, Var] = {}
        for v in sorted(frozenset().union(*(t.free for t in (*self.given, self.shows))), key=lambda v: repr(v.sort)):
            twin = letters.setdefault(v.name, v)
            if twin != v:  # a reader could not tell them apart
                raise ClaimError(
                    f"{where}: {self.name} uses the letter {v.name} both for {_sort_words(twin)} and for {_sort_words(v)}; "
                    "rename one of them"
                )
        for label, words in self.labels:
            if label not in set(subterms(self.shows)):
                raise ClaimError(
                    f"{where}: the claim of {self.name} has no part {show(label)} to be labelled {words!r}"
                )
        if prove(Num(0) < Num(0), context) is not None:
            raise ClaimError(f"{where}: the conditions of {self.name} contradict each other, so it would say nothing")
        calc = Calc(self.name, self.shows, self.given)
        try:
            self.prove(calc)
        except UserError:
            raise
        except (Exception, SystemExit) as error:  # a slip in the author's Python: say where, as for a wrong line
            raise ClaimError(
                f"{place(self.file, line_in(error, self.file))}: {type(error).__name__}: {error}"
            ) from error
        th = calc.finish()
        if th is not None:
            stray = [h for h in th.hyps if h not in self.given]
            if th.concl != self.shows or stray:
                raise ClaimError(f"{where}: the proof of {self.name} shows {th}, which is not its claim")
        return Derivation(
            self.name, self.subject, self.summary, self.doc, self.given, self.shows, calc.all_blocks(), self.labels, th,
            _integers((*self.given, self.shows)) + _conventions((*self.given, self.shows, *(b.start for b in calc.all_blocks()), *(x.term for x in calc.all_lines()))),
        )  # fmt: skip

    def _letters_are_plain(self, where: str) -> None:
        """A reader must not take a letter for an operator, or an integer for a real number."""
        for v in frozenset().union(*(t.free for t in (*self.given, self.shows))):
            if not v.name.replace("'", "").isidentifier() or v.name in _RESERVED:
                raise ClaimError(
                    f"{where}: {self.name} has a variable named {v.name!r}, which reads as something else; rename it"
                )
            usual = {_value_sort(x) for x in vars(letters_module).values() if isinstance(x, Var) and x.name == v.name}
            kind = _value_sort(v)
            if kind in (INT, REAL) and usual & {INT, REAL} and kind not in usual:
                words = ("an integer", "a real number") if kind == INT else ("a real number", "an integer")
                raise ClaimError(
                    f"{where}: in {self.name} the letter {v.name} stands for {words[0]}, and a reader takes it for {words[1]}; "
                    "choose another letter"
                )

    @property
    def theorem(self) -> Theorem:
        """The kernel theorem given |- claim.  Raises when a line is wrong or a gap is left."""
        d = self.derivation
        if d.theorem is None:
            line = d.gaps[0]
            why = next(x.phrase for x in line.reasons if x.kind == "gap")
            raise ClaimError(f"{place(line.file, line.number)}: {self.name} has a gap ({why}); it proves nothing yet")
        return d.theorem

    def check(self) -> Derivation:
        """Run the proof and refuse gaps."""
        _ = self.theorem
        return self.derivation

    @property
    def axioms(self) -> frozenset[str]:
        """The axioms on which the theorem rests."""
        return axioms_used(self.theorem)

    @property
    def steps(self) -> int:
        """How many primitive steps the proof has, lemmas included."""
        return len(proof_steps(self.theorem))

    def to_sympy(self) -> Any:
        """The claim as a SymPy relation."""
        from derive.bridge.writing import to_sympy

        _ = self.theorem
        return to_sympy(self.shows)

    def slides(self, **choices: Any) -> SlidesView:
        """Slides of the checked derivation, to look at in a notebook or to save; the choices are those of ``derive slides``:
        notation, detail, first, last, title, template, aspect, dark, numbers, plots, handout.

        Raises UserError as ``derive slides`` does.
        """
        from derive.slides.view import slides_view

        own = not self.module.startswith("derive.proofs.") and self.file.endswith(".py")
        name = f"{os.path.basename(self.file)}::{self.name}" if own else self.name
        return slides_view(self.check(), name=name, **choices)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from derive.render.pages.jupyter import mimebundle

        return mimebundle(self.check())

    def __repr__(self) -> str:
        return f"<theorem {self.name}: {show(self.shows)}>"


def theorem(
    *,
    shows: Any,
    given: Sequence[Any] = (),
    phrase: str = "",
    labels: Labels = (),
    subject: str = "",
    catalogue: str = "",
) -> Callable[[Callable[[Calc], None]], TheoremEntry]:
    """Declare a theorem: ``shows`` under the conditions ``given``; the decorated function writes the derivation.

    ``phrase`` is the reason to print where the theorem is cited, ``labels`` the underbraces in the claim,
    ``catalogue`` its number in the
    catalogue of statements.
    """

    def wrap(fn: Callable[[Calc], None]) -> TheoremEntry:
        code = fn.__code__
        where = fn.__module__.rsplit(".", 1)[-1]
        try:
            conditions, claim = _statements(given), to_term(shows)
        except UserError as error:
            raise ClaimError(f"{place(code.co_filename, code.co_firstlineno)}: in {fn.__name__}: {error}") from None
        for t in (claim, *conditions):
            if t.sort != PROP:
                raise ClaimError(
                    f"{place(code.co_filename, code.co_firstlineno)}: {show(t)} is not a statement; write Eq(a, b), a <= b, ..."
                )
        return TheoremEntry(
            fn.__name__, claim, conditions, fn, subject or where, phrase, labels,
            code.co_filename, code.co_firstlineno, fn.__module__, catalogue,
        )  # fmt: skip

    return wrap


class FalseClaim:
    """A claim that people make and that is false: registered to be refuted by exact numbers."""

    kind = "false claim"

    def __init__(
        self, name: str, claims: Term, given: tuple[Term, ...], doc: str, subject: str, instead: str,
        file: str, number: int, module: str,
    ) -> None:  # fmt: skip
        self.name, self.claims, self.given, self.doc, self.subject = name, claims, given, doc, subject
        self.summary = " ".join(doc.split("\n\n")[0].split())
        self.instead, self.file, self.number, self.module = instead, file, number, module

    def refute(self) -> Counterexample:
        """The smallest exact counterexample found.  Raises UserError when there is none: is the claim true?"""
        from derive.falsify import Counterexample, find_counterexample

        found = find_counterexample(self.claims, self.given, seconds=60)  # the number of models is the real bound
        if not isinstance(found, Counterexample):
            raise UserError(f"no counterexample to {self.name} was found: {found}")
        return found

    def __repr__(self) -> str:
        return f"<false claim {self.name}: {show(self.claims)}>"


def false_claim(
    *, claims: Any, given: Sequence[Any] = (), instead: str = "", subject: str = ""
) -> Callable[[Callable[[], None]], FalseClaim]:
    """Register a false claim; the decorated function's docstring says who makes it and why it fails.

    ``instead`` names the theorem that is true.
    """

    def wrap(fn: Callable[[], None]) -> FalseClaim:
        code = fn.__code__
        return FalseClaim(
            fn.__name__, to_term(claims), _statements(given), (fn.__doc__ or "").strip(),
            subject or fn.__module__.rsplit(".", 1)[-1], instead, code.co_filename, code.co_firstlineno, fn.__module__,
        )  # fmt: skip

    return wrap


def _statements(given: Sequence[Any] | Term) -> tuple[Term, ...]:
    """Conditions, lists of conditions among them, as one tuple without repetitions."""
    out: list[Term] = []
    for g in [given] if isinstance(given, Term) else given:
        out += [to_term(x) for x in g] if isinstance(g, (list, tuple)) else [to_term(g)]
    return tuple(dict.fromkeys(out))


# --- what a reader could take for something else ----------------------------------------------------------------------


def _conventions(terms: Iterable[Term]) -> tuple[str, ...]:
    """The conventions that the formulas use, in definitions too, to be said on the page."""
    used: dict[str, None] = {}
    waiting, seen = list(terms), set[Term]()
    while waiting:
        for t in subterms(waiting.pop()):
            if not isinstance(t, App) or t in seen:
                continue
            seen.add(t)
            if isinstance(t.op, Definition):
                waiting.append(t.op.body)
            elif CARDS[t.op].convention:
                used[CARDS[t.op].convention] = None
    return tuple(used)


_RESERVED = {"log", "ln", "exp", "argmin", "argmax", "softmax", "H", "KL", "LSE", "NLL", "GM", "PPL"}


def _value_sort(v: Var) -> Sort:
    sort = v.sort
    while isinstance(sort, Fn):
        sort = sort.cod
    return sort


def _integers(terms: Iterable[Term]) -> tuple[str, ...]:
    """Integers whose letter does not say that they are."""
    usual = {x.name for x in vars(letters_module).values() if isinstance(x, Var) and x.sort == INT}
    unusual = sorted({v.name for t in terms for v in t.free if v.sort == INT and v.name not in usual})
    return tuple(f"{name} is an integer" for name in unusual)


def _sort_words(v: Var) -> str:
    sort = v.sort
    if sort == INT:
        return "an integer"
    if isinstance(sort, Fn):
        return f"a function {sort!r}"
    return f"a {sort!r}"


def line_in(error: BaseException, file: str) -> int:
    """The last line of the author's file that the error passed through."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if os.path.abspath(trace.tb_frame.f_code.co_filename) == os.path.abspath(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line

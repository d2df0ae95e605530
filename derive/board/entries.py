"""Named theorems and false claims: what a proof file declares, the catalogue finds and the tests run.

Proofs run when asked for, not at import.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from importlib import import_module
from inspect import signature
from threading import RLock
from typing import TYPE_CHECKING, Any

from derive.board.calc import Calc, Labels, labelled, to_term
from derive.board.declared import DECLARED
from derive.board.goal import Citable
from derive.board.letters import check_letters, conventions
from derive.board.refusals import ClaimError, StepError, place, show, undefined
from derive.board.using import idle, used
from derive.board.vacuous import NO_MODEL, Doubt, contradiction, doubt
from derive.errors import TOO_DEEP, UserError, allow_deep_formulas
from derive.kernel.sorts import PROP
from derive.kernel.terms import Term, subterms
from derive.kernel.theorem import Theorem
from derive.language.arguments import takes, told
from derive.record import Derivation
from derive.record.faithful import refuse_changed
from derive.tactics.context import Context
from derive.tactics.defined import undefined_part

if TYPE_CHECKING:
    from derive.board.steps import Made
    from derive.falsify import Counterexample
    from derive.record import Shape
    from derive.slides.view import SlidesView

PROOFS = "derive.proofs"
"""The package of the catalogue.  Nothing else in derive imports it; it is found by name."""

allow_deep_formulas()

_PLACED = re.compile(r"\S[^\n]*?:\d+(:|  )")
"""How a message begins that says where it belongs."""

_PROVING = RLock()
"""Held by the thread that runs a proof, and with it the proofs that it cites.  (With a lock for each theorem, two threads with
two theorems that cite each other would wait for ever.)"""


class CircularError(ClaimError):
    """A theorem that is asked for while it is being proved."""


class TheoremEntry:
    """A named theorem: its claim, its conditions and its proof, which runs when first asked for."""

    kind = "theorem"

    def __init__(
        self, name: str, shows: Term, given: Sequence[Term], prove_: Callable[[Calc], None],
        subject: str, phrase: str, labels: Labels, file: str, number: int, module: str, catalogue: str,
        using: Sequence[Any] = (), opened: Sequence[Any] = (),
    ) -> None:  # fmt: skip
        self.name, self.shows, self.given, self.prove = name, shows, tuple(given), prove_
        self.subject, self.labels, self.file, self.number = subject, tuple(labels), file, number
        self.module, self.catalogue, self.using, self.opened = module, catalogue, tuple(using), tuple(opened)
        doc = (prove_.__doc__ or "").strip()
        self.doc = doc
        self.summary = " ".join(doc.split("\n\n")[0].split())
        self.phrase = phrase or name.replace("_", " ")
        self._derivation: Derivation | None = None
        self._error: BaseException | None = None
        self._running = False

    @property
    def derivation(self) -> Derivation:
        """The checked derivation.  Raises StepError or ClaimError when a line is wrong; a gap leaves ``theorem``
        None."""
        if self._derivation is not None:
            return self._derivation
        with _PROVING:
            if self._derivation is not None:
                return self._derivation
            if self._error is not None:
                raise self._error
            if self._running:
                raise CircularError(f"{self.name} is used in its own proof")
            self._running = True
            try:
                self._derivation = self._run()
            except RecursionError:
                self._error = ClaimError(f"{place(self.file, self.number)}: in {self.name} {TOO_DEEP}")
                raise self._error from None
            except CircularError:  # once the other proof is done, this one may succeed
                raise
            except UserError as error:
                self._error = error
                raise
            finally:
                self._running = False
            return self._derivation

    def _run(self) -> Derivation:
        where = place(self.file, self.number)
        try:
            using = [used(x) for x in self.using]
        except UserError as error:
            raise ClaimError(f"{where}: in {self.name}: {error}") from None
        facts = tuple(u.fact for u in using)
        context = Context.of(self.given).with_facts(*facts)
        undefined_ = self._undefined(context)  # a fact on the way may still help
        letters = check_letters(self.name, where, self.given, self.shows)
        for label, words in self.labels:
            if label not in set(subterms(self.shows)):
                raise ClaimError(
                    f"{where}: the claim of {self.name} has no part {show(label)} to be labelled {words!r}"
                )
        doubtful = doubt(self.given)
        if doubtful is not Doubt.NONE and contradiction(self.given):
            raise ClaimError(f"{where}: the conditions of {self.name} contradict each other, so it would say nothing")
        citable = Citable(self.shows, self.earlier, self.prove.__globals__)
        calc = Calc(self.name, self.shows, self.given, letters=letters, citable=citable, context=context, using=facts)
        if not _takes_one(self.prove):
            raise ClaimError(
                f"{where}: a proof takes one argument, on which its lines are called; write def {self.name}(calc):"
            )
        try:
            self.prove(calc)
        except (UserError, RecursionError) as error:
            if undefined_ is not None and self._undefined(calc.context) is not None:
                raise undefined_ from None
            if isinstance(error, UserError):
                raise self._placed(error, line_in(error, self.file)) from None
            raise
        except (Exception, SystemExit) as error:  # a slip in the author's Python: say where, as for a wrong line
            from derive.board.slips import told as told_slip

            raise ClaimError(
                f"{place(self.file, line_in(error, self.file))}: {told_slip(error, self.file, self.earlier)}"
            ) from error
        still = None if undefined_ is None else self._undefined(calc.context)
        if still is not None:
            raise still
        try:
            th = calc.finish()
        except UserError as error:
            raise self._placed(error, calc.lines[-1].number if calc.lines else 0) from None
        if th is not None:
            stray = [h for h in th.hyps if h not in self.given]
            if th.concl != self.shows or stray:
                raise ClaimError(f"{where}: the proof of {self.name} shows {th}, which is not its claim")
        out = Derivation(
            self.name, self.subject, self.summary, self.doc, self.given, self.shows, calc.all_blocks(), self.labels, th
        )
        refuse_changed(out, whole=True)
        lines = [x.theorem for x in out.lines if x.theorem is not None]
        stray_use = idle(using, (*context.needed, *calc.needed(), *lines))
        if stray_use is not None and not out.gaps:
            raise ClaimError(f"{where}: {self.name} needs {stray_use.name} for nothing; leave it out of using=[...]")
        valued = (f"every formula has a value, since {u.phrase}" for u in using)
        notes = (*conventions(out.terms), *valued, *((NO_MODEL,) if doubtful is Doubt.NO_MODEL else ()))
        # a hole in a fact on the way is a hole, whether the claim rests on it or not
        return out._replace(theorem=None if out.gaps else th, notes=notes, opened=self._opened(out))

    def _opened(self, made: Derivation) -> tuple[str, ...]:
        """The names of the theorems that pages show in place.  Raises ClaimError for one that no line cites."""
        cited = {x.name for line in made.lines for x in line.reasons if x.kind == "theorem"}
        for one in self.opened:
            if not isinstance(one, TheoremEntry) or one.name not in cited:
                what = one.name if isinstance(one, TheoremEntry) else told(one)
                raise ClaimError(
                    f"{place(self.file, self.number)}: {self.name} has {what} in opened=[...], and that is no theorem that a line of it "
                    "cites; write the theorems whose lines are to be shown in place"
                )
        return tuple(one.name for one in self.opened)

    def _placed(self, error: UserError, line: int) -> UserError:
        """The error, with its place where its text has none."""
        if isinstance(error, (StepError, CircularError)) or _PLACED.match(str(error)):
            return error
        return ClaimError(f"{place(self.file, line or self.number)}: {error}")

    def _undefined(self, context: Context) -> ClaimError | None:
        """The refusal of a claim or condition that may have no value in this context."""
        for part in (*self.given, self.shows):
            trouble = undefined_part(part, context)
            if trouble:
                what = f"{place(self.file, self.number)}: the claim of {self.name}"
                return undefined(what, trouble, self.given, part)
        return None

    def earlier(self) -> Iterator[TheoremEntry]:
        """The theorems that stand before this one in its file, the latest first, then those of the catalogue."""
        own = DECLARED.get(self.module, [])
        before = own[: own.index(self)] if self in own else []
        yield from (e for e in reversed(before) if isinstance(e, TheoremEntry) and e.name != self.name)
        for subject in import_module(PROOFS).SUBJECTS:
            known = DECLARED[import_module(f"{PROOFS}.{subject}").__name__]
            if known is own:
                return
            yield from (e for e in known if isinstance(e, TheoremEntry))

    @property
    def theorem(self) -> Theorem:
        """The kernel theorem given |- claim.  Raises when a line is wrong or a gap is left."""
        d = self.derivation
        if d.theorem is None:
            line = d.gaps[0]
            why = next(x.phrase for x in line.reasons if x.kind == "gap")
            raise ClaimError(f"{place(line.file, line.number)}: {self.name} has a gap ({why}); it proves nothing yet")
        return d.theorem

    @property
    def is_proved(self) -> bool:
        """Whether the proof has run, and left no gap."""
        return self._derivation is not None and self._derivation.theorem is not None

    def check(self) -> Derivation:
        """Run the proof and refuse gaps."""
        _ = self.theorem
        return self.derivation

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is doubtful though it is proved: that no model of the conditions was found."""
        return tuple(note for note in self.derivation.notes if note == NO_MODEL)

    @property
    def axioms(self) -> frozenset[str]:
        """The axioms on which the theorem rests."""
        return self.made.axioms

    @property
    def steps(self) -> int:
        """How many primitive steps the proof has, lemmas included."""
        return len(self.made.steps)

    @cached_property
    def made(self) -> Made:
        """What the proof is made of."""
        from derive.board.steps import made_of  # a page does not say it

        return made_of(f"{self.module} {self.name}", self.theorem)

    def to_sympy(self) -> Any:
        """The claim as a SymPy relation."""
        from derive.bridge.writing import to_sympy

        _ = self.theorem
        return to_sympy(self.shows)

    def widget(self, kind: str = "", *, notation: str = "", dark: bool = False) -> Any:
        """Sliders for a notebook: the claim with the value of each part, and the plot of this kind.

        Raises UserError when the theorem has none, or anywidget is not installed.
        """
        from derive.widgets.explored import explored

        shown = explored(self.derivation, kind, notation, dark)
        try:
            from derive.widgets.live import TheoremWidget
        except ImportError:
            raise UserError(
                "widgets need anywidget; install it with  pip install '.[widgets]' in derive's folder"
            ) from None
        return TheoremWidget(shown)

    def slides(
        self, *, expand: Sequence[str] = (), join: Sequence[str] = (), reverse: bool = False, **choices: Any
    ) -> SlidesView:
        """Slides of the checked derivation, to look at in a notebook or to save; the choices are those of ``derive slides``:
        notation, detail, expand, join, reverse, first, last, title, template, aspect, dark, numbers, plots, handout.

        Raises UserError as ``derive slides`` does.
        """
        from derive.slides.view import slides_view

        own = not self.module.startswith("derive.proofs.") and self.file.endswith(".py")
        name = f"{os.path.basename(self.file)}::{self.name}" if own else self.name
        shown, shape = self._presented(expand, join, reverse)
        return slides_view(shown, name=name, shape=shape, **choices)

    def _presented(
        self, expand: Sequence[str] = (), join: Sequence[str] = (), reverse: bool = False
    ) -> tuple[Derivation, Shape]:
        from derive.board.opened import presented  # only pages need it

        return presented(self.check(), expand, join, reverse)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from derive.render.pages.jupyter import mimebundle

        return mimebundle(self._presented()[0])

    def __repr__(self) -> str:
        return f"<theorem {self.name}: {show(self.shows)}>"


@takes("@theorem(shows=Eq(a, b), given=[0 < a])", "anything")
def theorem(
    *,
    shows: Any,
    given: Sequence[Any] = (),
    phrase: str = "",
    labels: Labels = (),
    subject: str = "",
    catalogue: str = "",
    using: Sequence[Any] | Any = (),
    opened: Sequence[Any] | Any = (),
) -> Callable[[Callable[[Calc], None]], TheoremEntry]:
    """Declare a theorem: ``shows`` under the conditions ``given``; the decorated function writes the derivation.

    ``phrase`` is the reason to print where the theorem is cited, ``labels`` the underbraces in the claim, ``catalogue``
    its number in the catalogue of statements, ``using`` theorems that are known wherever something must hold so that a
    formula has a value, for all values of their letters; ``opened`` cited theorems whose lines pages and slides show in place
    unless they are asked not to.
    """

    def wrap(fn: Callable[[Calc], None]) -> TheoremEntry:
        code = fn.__code__
        conditions, claim, parts = _declared(fn, given, shows, labels)
        entry = TheoremEntry(
            fn.__name__, claim, conditions, fn, subject or _subject(fn), phrase, parts,
            code.co_filename, code.co_firstlineno, fn.__module__, catalogue,
            using if isinstance(using, (list, tuple)) else (using,),
            opened if isinstance(opened, (list, tuple)) else (opened,),
        )  # fmt: skip
        DECLARED.setdefault(fn.__module__, []).append(entry)
        return entry

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

    def is_refuted_by(self, kept: Any) -> bool:
        """Whether what was kept of a counterexample is one to this claim: it is evaluated anew, and data decides nothing."""
        from derive.falsify.search.kept import is_counterexample

        check_letters(self.name, place(self.file, self.number), self.given, self.claims)
        return is_counterexample(kept, self.claims, self.given)

    def refute(self) -> Counterexample:
        """The smallest exact counterexample found.  Raises UserError when there is none: is the claim true?"""
        from derive.falsify import Counterexample, find_counterexample

        check_letters(self.name, place(self.file, self.number), self.given, self.claims)
        found = find_counterexample(
            self.claims, self.given, effort=60_000_000
        )  # the number of models is the real bound
        if not isinstance(found, Counterexample):
            raise UserError(f"no counterexample to {self.name} was found: {found}")
        return found

    def __repr__(self) -> str:
        return f"<false claim {self.name}: {show(self.claims)}>"


@takes("@false_claim(claims=Eq(a, b), given=[0 < a])", "anything")
def false_claim(
    *, claims: Any, given: Sequence[Any] = (), instead: str = "", subject: str = ""
) -> Callable[[Callable[[], None]], FalseClaim]:
    """Register a false claim; the decorated function's docstring says who makes it and why it fails.

    ``instead`` names the theorem that is true.
    """

    def wrap(fn: Callable[[], None]) -> FalseClaim:
        code = fn.__code__
        conditions, claim, _ = _declared(fn, given, claims)
        entry = FalseClaim(
            fn.__name__, claim, conditions, (fn.__doc__ or "").strip(),
            subject or _subject(fn), instead, code.co_filename, code.co_firstlineno, fn.__module__,
        )  # fmt: skip
        DECLARED.setdefault(fn.__module__, []).append(entry)
        return entry

    return wrap


def _subject(fn: Callable[..., None]) -> str:
    """The name of the file: that of the module may be one that derive gave it."""
    return os.path.splitext(os.path.basename(fn.__code__.co_filename))[0]


def _declared(
    fn: Callable[..., None], given: Sequence[Any] | Term, claim: Any, labels: Any = ()
) -> tuple[tuple[Term, ...], Term, Labels]:
    """The conditions, the claim and its labels that stand above the function, as terms.  Raises ClaimError with its place."""
    where = place(fn.__code__.co_filename, fn.__code__.co_firstlineno)
    try:
        out = _statements(given), to_term(claim), labelled(labels)
    except UserError as error:
        raise ClaimError(f"{where}: in {fn.__name__}: {error}") from None
    for t in (out[1], *out[0]):
        if t.sort != PROP:
            raise ClaimError(f"{where}: {show(t)} is not a statement; write Eq(a, b), a <= b, ...")
    return out


def _statements(given: Sequence[Any] | Term) -> tuple[Term, ...]:
    """Conditions, lists of conditions among them, as one tuple without repetitions."""
    if isinstance(given, Term):
        return (to_term(given),)
    if not isinstance(given, (list, tuple)):
        raise ClaimError(f"given must be a list of conditions, not {told(given)}; write given=[0 < a]")
    parts = (_statements(g) if isinstance(g, (list, tuple)) else (to_term(g),) for g in given)
    return tuple(dict.fromkeys(t for part in parts for t in part))


def _takes_one(prove_: Callable[..., None]) -> bool:
    try:
        signature(prove_).bind(None)
    except TypeError:
        return False
    return True


def line_in(error: BaseException, file: str) -> int:
    """The last line of the author's file that the error passed through."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if os.path.abspath(trace.tb_frame.f_code.co_filename) == os.path.abspath(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line

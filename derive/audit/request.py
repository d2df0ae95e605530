"""What a user asks for, from words to a program and a target: the options of the command, an entry of a list, a call in a test."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from derive.audit import program
from derive.audit.asked import Asked, Target, read_asked, target_of
from derive.audit.inputs import Input, Inputs, read_input
from derive.audit.residuals import Residual, explain
from derive.audit.verdict import Audit, Program, judge
from derive.errors import UserError
from derive.kernel.terms import Term, Var

IGNORE = -100


class Request(NamedTuple):
    """A function by name, its inputs, and what it is to be."""

    name: str
    inputs: tuple[Input, ...]
    ignore: int | None = IGNORE
    fixed: Mapping[str, Any] = {}
    make: Mapping[str, Any] = {}
    output: str = ""
    front: str = ""

    def program(self) -> Program:
        """The function, found: its module is run.  Raises UserError where there is none."""
        function = program.find(self.name, self.make)
        inputs = Inputs(self.inputs, self.ignore)
        fixed = program.with_vocabulary(function, inputs, self.fixed)
        return Program(self.name, function, inputs, fixed, self.output, self.front)


def read_inputs(shapes: Sequence[str], logits: str = "", labels: str = "") -> tuple[Input, ...]:
    """The inputs that options name.  Raises UserError, with an example, when there are none."""
    texts = [f"logits={logits}"] * bool(logits) + [f"labels={labels}"] * bool(labels)
    texts += [t for s in shapes for t in s.split()]
    if not texts:
        raise UserError("say what goes into the function: --logits T,V --labels T, or --shapes logits=B,T,V labels=B,T")
    return tuple(read_input(t) for t in texts)


def read_ignore(text: str) -> int | None:
    if text == "none":
        return None
    try:
        return int(text)
    except ValueError:
        raise UserError(
            f"--ignore {text!r} is no whole number; write the ignored label, such as -100, or none"
        ) from None


def target_maker(wanted: str) -> tuple[Callable[[Inputs], Target], Asked | None]:
    """How the target is made of the inputs: a loss of the library, or a term of a file."""
    if re.fullmatch(r"[^,()]+\.py::\w+", wanted):
        return lambda inputs: _of_file(wanted, inputs), None
    asked = read_asked(wanted)
    return lambda inputs: target_of(asked, inputs), asked


def _of_file(name: str, inputs: Inputs) -> Target:
    path, _, inner = name.partition("::")
    module = program.module_of(path)
    term = getattr(module, inner, None)
    if not isinstance(term, Term):
        raise UserError(f"{path} has no term {inner}; write {inner} = Sum(...) there, in the letters of the inputs")
    letters = {*(v for v in inputs.sizes.values() if isinstance(v, Var)), *(s.letter for s in inputs.symbols.values())}
    letters |= {s.kept for s in inputs.symbols.values() if s.kept is not None}
    stray = sorted(v.name for v in term.free - letters)
    if stray:
        known = ", ".join(f"{v.name}: {v.sort}" for v in sorted(letters, key=lambda v: v.name))
        raise UserError(f"{name} has the letters {', '.join(stray)}, which no input has; the letters are {known}")
    return Target(inner, term, (), ())


class Answer(NamedTuple):
    audit: Audit
    residual: Residual | None


def answer(p: Program, wanted: str) -> Answer:
    """The verdict on a program, and the difference where it is not what was asked for."""
    make, asked = target_maker(wanted)
    audit = judge(p, make)
    return Answer(audit, None if audit.verdict == "proved" else explain(audit, asked))

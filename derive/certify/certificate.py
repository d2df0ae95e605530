"""Certificates: the text of one, and what it must say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from derive.certify.export import HEADER, Exporter
from derive.certify.guard import Parts, RefusedError, examine
from derive.certify.library import library_names
from derive.certify.readback import ReadError, closed, read_claim, read_definition
from derive.certify.translate import ExportError, Names, Writer, bare, definitions_in, operand, variables_in_order
from derive.errors import UserError
from derive.kernel.definitions import Definition
from derive.kernel.sorts import Base
from derive.kernel.terms import Term, Var, substitute
from derive.kernel.theorem import Theorem, proof_steps
from derive.version import __version__


class Entry(Protocol):
    """What is certified: a theorem of the catalogue, or anything with these."""

    name: str
    given: tuple[Term, ...]
    shows: Term

    @property
    def theorem(self) -> Theorem: ...


@dataclass(frozen=True)
class Statement:
    """What a certificate must claim: ``shows`` under ``given``, and the definitions that its proof opens."""

    name: str
    given: tuple[Term, ...]
    shows: Term
    constants: Names  # names of the definitions and the abstract sorts
    names: Names  # those and the names of the variables
    variables: tuple[Var, ...]
    definitions: tuple[Definition, ...]

    @cached_property
    def writer(self) -> Writer:
        return Writer(self.names, pretty=True)

    @cached_property
    def bases(self) -> list[Base]:
        out = self.writer.bases_of(self.shows)
        for h in self.given:
            out |= self.writer.bases_of(h)
        return self.writer.base_list(out)

    def definition_texts(self) -> list[str]:
        out = []
        for d in self.definitions:
            w = Writer(self.constants.copy(), pretty=True)
            head = [w.names.name(d), *binders(w, w.base_list(w.bases_of_definition(d)), d.params)]
            out.append(f"Definition {' '.join(head)} : {bare(w.sort(d.body.sort))} :=\n  {bare(w.own(d.body))}.")
        return out

    def claim_text(self) -> str:
        bound = binders(self.writer, self.bases, self.variables)
        head = f"forall {_wrapped(bound)},\n  " if bound else ""
        parts = [operand(self.writer.own(t), "comparison") for t in self.given]
        end = self.writer.own(self.shows)
        parts.append(operand(end, "comparison", "implication", "forall", *([] if parts else ["equivalence"])))
        return "Definition claim : Prop :=\n  " + head + " ->\n  ".join(parts) + "."

    @property
    def closed(self) -> Term:
        return closed(self.variables, self.given, self.shows)


def binders(writer: Writer, bases: Iterable[Base], variables: Iterable[Var]) -> list[str]:
    out: list[str] = []
    for base in bases:
        out += [f"({writer.sort(base)} : Type)", f"({writer.inhabitant(base)} : {writer.sort(base)})"]
    return out + [f"({writer.names.name(v)} : {bare(writer.sort(v.sort))})" for v in variables]


def _wrapped(words: Sequence[str], width: int = 100) -> str:
    lines, line = [], ""
    for word in words:
        if line and len(line) + len(word) >= width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n    ".join([*lines, line])


def statement_of(entry: Entry, theorem: Theorem | None = None) -> Statement:
    """The statement of a theorem, with the names that its certificate uses.  With its kernel theorem, all the definitions
    of the proof; else those of the statement."""
    names = Names({*library_names(), "theorem"})
    parts = (*entry.given, entry.shows)
    mentioned: list[Term] = list(parts)
    if theorem is not None:
        for th in proof_steps(theorem):
            mentioned += [*th.hyps, th.concl]
    definitions = definitions_in(mentioned)
    for d in definitions:
        names.name(d)
    writer = Writer(names)
    bases: set[Base] = set()
    for d in definitions:
        bases |= writer.bases_of_definition(d)
    for t in parts:
        bases |= writer.bases_of(t)
    for base in sorted(bases, key=lambda b: b.name):
        names.name(base)
    own = names.copy()
    variables = variables_in_order(parts)
    for v in variables:
        own.name(v)
    return Statement(entry.name, tuple(entry.given), entry.shows, names, own, tuple(variables), tuple(definitions))


def claim_rocq(entry: Any) -> str:
    """The claim of a theorem in Rocq, with the definitions that it mentions, for readers."""
    statement = statement_of(entry)
    return "\n".join([*statement.definition_texts(), statement.claim_text()])


@dataclass(frozen=True)
class Certificate:
    """A certificate that was written."""

    name: str
    text: str
    steps: int  # lemmas, one for each primitive step (and each identity of the field)

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    @property
    def applications(self) -> int:
        return applications(examine(self.text))


def certificate(entry: Any) -> Certificate:
    """The certificate of a theorem, made from its recorded proof alone, its claim read back and compared."""
    th: Theorem = entry.theorem
    if not re.fullmatch(r"[A-Za-z]\w*", entry.name, re.ASCII):
        raise UserError(f"{entry.name}: the name of a certificate has letters, digits and _ only")
    if th.concl != entry.shows or not set(th.hyps) <= set(entry.given):
        raise UserError(f"{entry.name}: the proof shows {th}, which is not the claim")
    try:
        text, steps = _write(entry, th)
    except ExportError as error:
        raise UserError(f"{entry.name} cannot be written as a certificate: {error}") from None
    fault = compare(text, statement_of(entry, th))
    if fault:
        raise UserError(f"{entry.name}: the certificate does not say what the theorem says: {fault}")
    return Certificate(entry.name, text, steps)


def _write(entry: Any, th: Theorem) -> tuple[str, int]:
    statement = statement_of(entry, th)
    exporter = Exporter(statement.names.copy())
    exporter.add(th)
    bound = binders(exporter.writer, statement.bases, statement.variables)
    proofs = [f"(H{i} : {exporter.writer.own(h)})" for i, h in enumerate(entry.given, 1)]
    env = {h: f"H{i}" for i, h in enumerate(entry.given, 1)}
    final = exporter.final(th, env, statement.variables, statement.bases)
    if bound or proofs:
        final = f"(fun {' '.join([*bound, *proofs])} =>\n  {final})"
    parts = [
        f"(* The theorem {entry.name}, replayed from the proof that derive {__version__} recorded. *)",
        HEADER,
        "(* definitions *)",
        *statement.definition_texts(),
        "",
        "(* what is claimed *)",
        statement.claim_text(),
        "",
        "(* the steps of the proof *)",
        *exporter.lemmas,
        "",
        "(* the claim is proved, and rests on: *)",
        "Theorem theorem : claim.",
        f"Proof. exact {final}. Qed.",
        "Print Assumptions theorem.",
    ]
    return "\n".join(parts) + "\n", len(exporter.lemmas)


def compare(text: str, statement: Statement) -> str:
    """What the text of a certificate says that the theorem does not; empty when they say the same."""
    try:
        parts = examine(text)
    except RefusedError as error:
        return str(error)
    wanted = {statement.constants.name(d): d for d in statement.definitions}
    return compare_claim(parts.definitions, parts.claim, statement, wanted)


def compare_claim(
    definitions: Iterable[tuple[str, str]], claim: str, statement: Statement, wanted: Mapping[str, Definition]
) -> str:
    """What the definitions and the claim, as they stand in a file, say that the theorem does not.  ``wanted`` are the
    definitions of the theorem, by the names that the file gives them."""
    constants: dict[str, Definition] = {}
    bases = {name: thing for thing, name in statement.constants.of.items() if isinstance(thing, Base)}
    try:
        for name, rest in definitions:
            definition = wanted.get(name)
            if definition is None:
                return f"{name} is defined, and the theorem mentions no such definition"
            params, body = read_definition(rest, bases, constants)
            same = [p.sort for p in params] == [p.sort for p in definition.params]
            if not same or substitute(body, dict(zip(params, definition.params, strict=True))) != definition.body:
                return f"{name} is defined as {body}, not as {definition.body}"
            constants[name] = definition
        read = read_claim(claim, bases, constants)
    except ReadError as error:
        return str(error)
    return "" if read == statement.closed else f"it claims {read}"


def applications(parts: Parts) -> int:
    """How many lemmas are applied, in all proofs together."""
    known = library_names()
    return sum(
        word.startswith("step_") or (word[0].islower() and word in known)
        for proof in (*(p for _, _, p in parts.lemmas), parts.final)
        for word in re.findall(r"[A-Za-z]\w*", proof)
    )

"""What a certificate may say.  A file that says anything else is refused before Rocq sees it.

The commands are listed, not the forbidden ones: definitions, one claim, lemmas each proved by one explicit term or by
``by_ring`` or ``by_field`` of the library, the theorem, and the request for its assumptions.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from derive.certify.library import library_names
from derive.certify.translate import KEYWORDS, STANDARD

HEADER = (
    "From Coq Require Import Reals ZArith",
    "From Derive Require Import Operators Rules Axioms",
    "Open Scope R_scope",
)
FOOTER = ("Theorem theorem : claim", "Print Assumptions theorem")
_COMMENT = re.compile(r'\(\*(?:(?!\(\*|\*\))[^"])*+\*\)')
_TERM = re.compile(r"(?:[A-Za-z_][\w']*+(?:\.of_nat)?|\d++|%Z|%nat|<->|->|<>|<=|:=|=>|[-()+*/=<~:,@^\s])*+", re.ASCII)
# no notation of the standard library reads as one of these, but none is needed either
_FORBIDDEN_WORDS = """
    match fix cofix let if then else in with end as return where ltac Set SProp exists by using Admitted admit Axiom Axioms
    Parameter Parameters Hypothesis Variable Conjecture Load Declare Unset Drop Redirect Extraction Module Section Notation
    Ltac Require Import Export Program Fixpoint CoFixpoint Inductive Variant Record Structure Class Instance Canonical
    Coercion Hint Tactic Arguments Register Primitive Comments Add Reset Undo Restart Abort Proof Qed Defined Save End Scope
    Print Check Eval Compute Search Locate Show Test Timeout Fail Succeed Time bypass_check Universe Universes Constraint
"""
_FORBIDDEN = frozenset(re.findall(r"\w+", _FORBIDDEN_WORDS))


class RefusedError(ValueError):
    """The certificate says something that certificates do not say."""


class Parts(NamedTuple):
    """The sentences of a certificate, comments and spacing removed."""

    definitions: tuple[tuple[str, str], ...]  # name, and what follows it
    claim: str
    lemmas: tuple[tuple[str, str, str], ...]  # name, binders and statement, proof
    final: str  # the proof of the theorem


def examine(text: str) -> Parts:
    """The parts of a certificate.  Raises RefusedError when there is anything else in it."""
    if not text.isascii():
        raise RefusedError("the certificate holds a character that is not ASCII")
    if '"' in text:
        raise RefusedError('the certificate holds a string (")')
    bare = _COMMENT.sub(" ", text)
    if "(*" in bare or "*)" in bare.replace("(*)", ""):
        raise RefusedError("the certificate holds a comment within a comment, or one that does not end")
    sentences = [" ".join(s.split()) for s in re.split(r"\.(?=\s|$)", bare)]
    if sentences and not sentences[-1]:
        sentences.pop()
    else:
        raise RefusedError("the last sentence does not end")
    if tuple(sentences[: len(HEADER)]) != HEADER:
        raise RefusedError(f"the certificate does not start with {HEADER[0]!r} and the two sentences after it")
    return _Sentences(sentences[len(HEADER) :]).parts()


class _Sentences:
    def __init__(self, sentences: list[str]) -> None:
        self.sentences, self.at = sentences, 0
        self.names: set[str] = set()

    def take(self) -> str:
        if self.at >= len(self.sentences):
            raise RefusedError("the certificate ends early")
        self.at += 1
        return self.sentences[self.at - 1]

    def exactly(self, wanted: str) -> None:
        got = self.take()
        if got != wanted:
            raise RefusedError(f"{_cut(got)!r} stands where {wanted!r} must")

    def term(self, text: str) -> str:
        if not _TERM.fullmatch(text):
            m = _TERM.match(text)
            rest = text[m.end() :] if m else text
            raise RefusedError(f"{_cut(rest)!r} is not part of the language of certificates")
        for word in re.findall(r"[A-Za-z_][\w']*", text):
            if word in _FORBIDDEN:
                raise RefusedError(f"the word {word!r} is not part of the language of certificates")
        return text

    def new(self, name: str) -> str:
        if name in self.names or name in library_names() or name in STANDARD or name in KEYWORDS:
            raise RefusedError(f"the name {name} is given a second time")
        self.names.add(name)
        return name

    def parts(self) -> Parts:
        definitions: list[tuple[str, str]] = []
        claim = ""
        while not claim:
            sentence = self.take()
            m = re.fullmatch(r"Definition ([A-Za-z][\w']*) (.*)", sentence)
            if m is None:
                raise RefusedError(f"{_cut(sentence)!r} is not a definition, and the claim is not defined yet")
            name, rest = self.new(m.group(1)), self.term(m.group(2))
            if name == "claim":
                if not rest.startswith(": Prop := "):
                    raise RefusedError("the claim is not a statement")
                claim = rest.removeprefix(": Prop := ")
            else:
                definitions.append((name, rest))
        lemmas: list[tuple[str, str, str]] = []
        while True:
            sentence = self.take()
            if sentence == FOOTER[0]:
                break
            m = re.fullmatch(r"Lemma (step_\d+(?:_\d+)?) (.*)", sentence)
            if m is None:
                raise RefusedError(f"{_cut(sentence)!r} is not a lemma of a step")
            name, statement = self.new(m.group(1)), self.term(m.group(2))
            lemmas.append((name, statement, self.proof()))
        final = self.proof()
        self.exactly(FOOTER[1])
        if self.at != len(self.sentences):
            raise RefusedError(f"{_cut(self.sentences[self.at])!r} stands after the end")
        return Parts(tuple(definitions), claim, tuple(lemmas), final)

    def proof(self) -> str:
        self.exactly("Proof")
        proof = self.take()
        if proof not in ("by_ring", "by_field"):
            if not proof.startswith("exact "):
                raise RefusedError(f"{_cut(proof)!r} is not a proof by one term")
            self.term(proof.removeprefix("exact "))
        self.exactly("Qed")
        return proof


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."

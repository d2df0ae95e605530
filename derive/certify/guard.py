"""What a certificate may say.  A file that says anything else is refused before Rocq sees it.

The commands are listed, not the forbidden ones: definitions, one claim, lemmas each proved by one explicit term or by
``by_ring`` or ``by_field`` of the library, the theorem, and the request for its assumptions.  A file of several
certificates is a sequence of such blocks with names of its own, and one request for the assumptions of all theorems.
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
_COMMENT = re.compile(r'\(\*(?:(?!\(\*|\*\))[^"])*+\*\)')
_TERM = re.compile(r"(?:[A-Za-z_][\w']*+(?:\.of_nat)?|\d++|%Z|%nat|<->|->|<>|<=|:=|=>|[-()+*/=<~:,@^\s])*+", re.ASCII)
# no notation of the standard library reads as one of these, but none is needed either
_FORBIDDEN_WORDS = """
    match fix cofix let if then else in with end as return where ltac Set SProp exists by using Admitted admit Axiom Axioms
    Parameter Parameters Hypothesis Variable Conjecture Load Declare Unset Drop Redirect Extraction Module Section Notation
    Ltac Require Import Export Program Fixpoint CoFixpoint Inductive Variant Record Structure Class Instance Canonical
    Coercion Hint Tactic Arguments Register Primitive Comments Add Reset Undo Restart Abort Proof Qed Defined Save End Scope
    Print Check Eval Compute Search Locate Show Test Timeout Fail Succeed Time bypass_check Universe Universes Constraint
    claim theorem
"""
_FORBIDDEN = frozenset(re.findall(r"\w+", _FORBIDDEN_WORDS))
# the names that only a file of several certificates gives
_SHARED = re.compile(r"\bshared_(?:(?:definition|step|claim|theorem|mark)_\d+|everything)\b")


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
    sentences = _Sentences(text)
    for sentence in sentences.sentences:
        m = _SHARED.search(sentence)
        if m is not None:
            raise RefusedError(f"the name {m.group()} is kept for files of several certificates")
    parts = sentences.block("claim", "theorem", r"[A-Za-z][\w']*", r"step_\d+(?:_\d+)?")
    sentences.exactly("Print Assumptions theorem")
    sentences.end()
    return parts


def shared_claim(number: int) -> str:
    return f"shared_claim_{number}"


def shared_theorem(number: int) -> str:
    return f"shared_theorem_{number}"


def last_sentences(count: int) -> tuple[str, ...]:
    """How a file of ``count`` certificates ends: all claims together, and the request for what they rest on."""
    claims = " /\\ ".join(shared_claim(i + 1) for i in range(count))
    proof = shared_theorem(count)
    for i in reversed(range(1, count)):
        proof = f"(conj {shared_theorem(i)} {proof})"
    return (
        f"Theorem shared_everything : {claims}",
        "Proof",
        f"exact {proof}",
        "Qed",
        "Print Assumptions shared_everything",
    )


def examine_together(text: str, count: int) -> tuple[Parts, ...]:
    """The parts of each of the ``count`` certificates of a file: its new definitions and lemmas, its claim and its proof."""
    sentences = _Sentences(text)
    blocks = []
    for i in range(1, count + 1):
        claim, theorem = shared_claim(i), shared_theorem(i)
        blocks.append(sentences.block(claim, theorem, r"shared_definition_\d+", r"shared_step_\d+"))
        sentences.exactly(f"Check {theorem}")
    for wanted in last_sentences(count):
        sentences.exactly(wanted)
    sentences.end()
    return tuple(blocks)


class _Sentences:
    """The sentences of a file after its header, taken one by one."""

    def __init__(self, text: str) -> None:
        if not text.isascii():
            raise RefusedError("the certificate holds a character that is not ASCII")
        if '"' in text:
            raise RefusedError('the certificate holds a string (")')
        bare = _COMMENT.sub(" ", text)
        if "(*" in bare or "*)" in bare.replace("(*)", ""):
            raise RefusedError("the certificate holds a comment within a comment, or one that does not end")
        self.sentences = [" ".join(s.split()) for s in re.split(r"\.(?=\s|$)", bare)]
        if self.sentences.pop():
            raise RefusedError("the last sentence does not end")
        if tuple(self.sentences[: len(HEADER)]) != HEADER:
            raise RefusedError(f"the certificate does not start with {HEADER[0]!r} and the two sentences after it")
        self.at = len(HEADER)
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

    def end(self) -> None:
        if self.at != len(self.sentences):
            raise RefusedError(f"{_cut(self.sentences[self.at])!r} stands after the end")

    def block(self, claim_name: str, theorem: str, definition: str, lemma: str) -> Parts:
        """Definitions, a claim, lemmas, and the theorem that the claim holds; the names of definitions and of lemmas match
        ``definition`` and ``lemma``."""
        definitions: list[tuple[str, str]] = []
        claim = ""
        while not claim:
            sentence = self.take()
            m = re.fullmatch(rf"Definition ({definition}|{claim_name}) (.*)", sentence)
            if m is None:
                raise RefusedError(f"{_cut(sentence)!r} is not a definition, and the claim is not defined yet")
            name, rest = self.new(m.group(1)), self.term(m.group(2))
            if name == claim_name:
                if not rest.startswith(": Prop := "):
                    raise RefusedError("the claim is not a statement")
                claim = rest.removeprefix(": Prop := ")
            else:
                definitions.append((name, rest))
        lemmas: list[tuple[str, str, str]] = []
        while True:
            sentence = self.take()
            if sentence == f"Theorem {theorem} : {claim_name}":
                self.new(theorem)
                break
            m = re.fullmatch(rf"Lemma ({lemma}) (.*)", sentence)
            if m is None:
                raise RefusedError(f"{_cut(sentence)!r} is not a lemma of a step")
            name, statement = self.new(m.group(1)), self.term(m.group(2))
            lemmas.append((name, statement, self.proof()))
        return Parts(tuple(definitions), claim, tuple(lemmas), self.proof())

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

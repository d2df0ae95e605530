"""One Rocq file for several certificates, in which a step that is the same in several of them stands once.

What is claimed is not taken on trust from here: the file is examined as every certificate is, and the claims in it are
read back and compared with the theorems.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from derive.certify.export import HEADER
from derive.certify.guard import Parts, last_sentences, shared_claim, shared_theorem

_WORD = re.compile(r"[A-Za-z_][\w']*(?:\.of_nat)?", re.ASCII)


class Sentence(NamedTuple):
    """A definition, or a lemma and its proof, under the name that it has in every file."""

    name: str
    rest: str
    proof: str | None  # None for a definition

    def __str__(self) -> str:
        if self.proof is None:
            return f"Definition {self.name} {self.rest}."
        return f"Lemma {self.name} {self.rest}.\nProof. {self.proof}. Qed."


class Member(NamedTuple):
    """A certificate by the names of its sentences."""

    name: str  # of the theorem
    sentences: tuple[Sentence, ...]  # each after those that it mentions
    images: Mapping[str, str]  # the names in the certificate -> those in the file
    claim: str
    final: str


class Pool:
    """The sentences of all certificates.  Two are the same when their texts are, after the names of the definitions and
    steps in them are exchanged for those of the pool."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str | None], Sentence] = {}
        self._count = 0

    def add(self, name: str, parts: Parts) -> Member:
        images: dict[str, str] = {}
        sentences: dict[str, Sentence] = {}

        def renamed(text: str) -> str:
            return _WORD.sub(lambda m: images.get(m.group(), m.group()), text)

        def put(own: str, rest: str, proof: str | None) -> None:
            key = renamed(rest), None if proof is None else renamed(proof)
            sentence = self._known.get(key)
            # two definitions of one certificate stay two, so that its claim says the same with the new names
            if sentence is None or (proof is None and sentence.name in sentences):
                self._count += 1
                sentence = Sentence(f"shared_{'definition' if proof is None else 'step'}_{self._count}", *key)
                self._known[key] = sentence
            images[own] = sentence.name
            sentences[sentence.name] = sentence

        for own, rest in parts.definitions:
            put(own, rest, None)
        claim = renamed(parts.claim)
        for lemma in parts.lemmas:
            put(*lemma)
        return Member(name, tuple(sentences.values()), images, claim, renamed(parts.final))


def pieces(members: Sequence[Member]) -> list[tuple[Sequence[Member], str]]:
    """What stands in a file of these certificates, in order, and which of them need it."""
    users: dict[str, list[Member]] = {}
    for member in members:
        for sentence in member.sentences:
            users.setdefault(sentence.name, []).append(member)
    out: list[tuple[Sequence[Member], str]] = []
    written: set[str] = set()
    for i, member in enumerate(members, 1):
        new = [s for s in member.sentences if s.name not in written]
        written.update(s.name for s in new)
        out += [(users[s.name], str(s)) for s in new if s.proof is None]
        out.append(([member], f"Definition {shared_claim(i)} : Prop := {member.claim}."))
        out += [(users[s.name], str(s)) for s in new if s.proof is not None]
        theorem = shared_theorem(i)
        out.append(([member], f"Theorem {theorem} : {shared_claim(i)}.\nProof. {member.final}. Qed.\nCheck {theorem}."))
    return out


def file_of(members: Sequence[Member]) -> str:
    """The text of a file of these certificates."""
    end = "".join(f"{sentence}.\n" for sentence in last_sentences(len(members)))
    return "".join([HEADER, *(f"{text}\n" for _, text in pieces(members)), end])


MOST = 1_200_000  # characters of a file: Rocq needs some 0.3 GB for a million, besides 0.4 GB for its library
LEAST = 100_000  # a file costs as much as this many characters before its first sentence


def split(members: Iterable[Member], jobs: int) -> list[list[Member]]:
    """The certificates in files of about equal size, one a job unless they are too large or too small for that.  To the
    smallest file comes the certificate that has most in common with it."""
    left = {m.name: m for m in members}
    sizes = {name: {s.name: len(str(s)) for s in m.sentences} for name, m in left.items()}
    whole = sum({name: size for own in sizes.values() for name, size in own.items()}.values())
    count = max(1, -(-whole // MOST), min(jobs, whole // LEAST))
    while True:
        files, largest = _shared_out(left, sizes, count)
        if largest <= MOST or count >= len(left):
            return files
        count += 1  # what several files need stands in each of them


def _shared_out(
    members: Mapping[str, Member], sizes: Mapping[str, Mapping[str, int]], count: int
) -> tuple[list[list[Member]], int]:
    """The certificates in so many files, and the size of the largest."""
    left = dict(members)
    files: list[list[Member]] = [[] for _ in range(count)]
    written: list[dict[str, int]] = [{} for _ in range(count)]

    def new(name: str, number: int) -> float:
        own = sizes[name]
        if not files[number]:
            return -sum(own.values())  # the largest ones first, in different files
        return sum(size for s, size in own.items() if s not in written[number]) / sum(own.values())

    while left:
        number = min(range(count), key=lambda i: sum(written[i].values()))
        name = min(left, key=lambda n: new(n, number))
        files[number].append(left.pop(name))
        written[number] |= sizes[name]
    return [file for file in files if file], max((sum(w.values()) for w in written), default=0)

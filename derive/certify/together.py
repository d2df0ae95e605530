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


def _users(members: Iterable[Member]) -> dict[str, list[Member]]:
    """The certificates that need each sentence."""
    users: dict[str, list[Member]] = {}
    for member in members:
        for sentence in member.sentences:
            users.setdefault(sentence.name, []).append(member)
    return users


def pieces(members: Sequence[Member]) -> list[tuple[Sequence[Member], str]]:
    """What stands in a file of these certificates, in order, and which of them need it."""
    users = _users(members)
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
    """The certificates in files of about equal size, one a job unless they are too large or too small for that."""
    by_name = {m.name: m for m in members}
    size = {s.name: len(str(s)) for m in by_name.values() for s in m.sentences}
    total = sum(size.values())
    count = max(1, -(-total // MOST), min(jobs, total // LEAST))
    while True:
        files = _shared_out(by_name.values(), size, count)
        if all(file.size <= MOST or len(file.members) == 1 for file in files):
            return [file.members for file in files if file.members]
        # what several files need stands in each of them
        count = max(count + 1, -(-sum(file.size for file in files) // MOST))


class _File:
    """Certificates that are to stand in one file."""

    def __init__(self, lacking: Mapping[str, int]) -> None:
        self.members: list[Member] = []
        self.written: set[str] = set()
        self.size = 0
        self.lacking = dict(lacking)  # of each certificate, how much does not stand in the file yet


def _shared_out(members: Iterable[Member], size: Mapping[str, int], count: int) -> list[_File]:
    """The certificates in so many files.  An empty file gets the largest that is left; otherwise the smallest file gets the one
    that has most in common with it."""
    left = {m.name: m for m in members}
    whole = {name: sum(size[s.name] for s in m.sentences) for name, m in left.items()}
    users = _users(left.values())
    files = [_File(whole) for _ in range(count)]
    while left:
        file = min(files, key=lambda f: f.size)
        if file.members:
            name = min(left, key=lambda n: file.lacking[n] / whole[n])
        else:
            name = max(left, key=lambda n: whole[n])
        member = left.pop(name)
        file.members.append(member)
        for s in member.sentences:
            if s.name not in file.written:
                file.written.add(s.name)
                file.size += size[s.name]
                for user in users[s.name]:
                    file.lacking[user.name] -= size[s.name]
    return files

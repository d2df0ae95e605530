"""The words of the library agree on which way the divergence goes: KL(q || p) is that of q from p."""

import re

from derive.board.catalogue import all_entries
from derive.board.entries import TheoremEntry
from derive.board.refusals import show
from derive.kernel.terms import App, subterms
from derive.language.definitions import kl, softmax, uniform
from derive.language.letters import V, p, q, z

CALLED = {
    "the target": q,
    "the model": p,
    "q": q,
    "p": p,
    "the uniform distribution": uniform(V),
    "uniform": uniform(V),
    "softmax(z)": softmax(V, z),
}
SAID = re.compile(r"divergence of (.+?) from (.+?)(?:$|[.,:;])")


def test_of_and_from_are_the_two_sides_of_kl():
    found = 0
    for entry in all_entries():
        words = [entry.summary, entry.phrase] if isinstance(entry, TheoremEntry) else [entry.summary]
        claim = entry.shows if isinstance(entry, TheoremEntry) else entry.claims
        sides = [t.args[1:] for t in subterms(claim) if isinstance(t, App) and t.op is kl]
        for said in (m for text in words for m in SAID.findall(text)):
            found += 1
            named = [CALLED.get(x) for x in said]
            assert any(named), f"{entry.name}: the test knows neither {said[0]!r} nor {said[1]!r}"
            assert any(all(n in (None, t) for n, t in zip(named, s, strict=True)) for s in sides), (
                f"{entry.name}: the divergence of {said[0]} from {said[1]} is not among {[show(kl(V, *s)) for s in sides]}"
            )
    assert found >= 4


def test_the_definition_says_the_same():
    assert SAID.findall(kl.doc) == [("q", "p")]

"""Every primitive step of a proof, numbered, as lines for slides."""

from __future__ import annotations

from collections.abc import Iterable

from derive.kernel.theorem import Theorem, proof_steps
from derive.record import Derivation
from derive.render.formula.breaking import cut
from derive.render.formula.layout import layout
from derive.render.formula.nodes import Node, Symbol, row
from derive.render.formula.notation import Notation
from derive.slides.deck.deck import Step


def primitive_steps(d: Derivation, notation: Notation, avoid: Iterable[str], room: float) -> tuple[Step, ...]:
    """The statements that the kernel's rules made, premises before conclusions: number, statement, rule and the numbers of
    its premises.  Conditions of the theorem are left out before the turnstile; other hypotheses stand there."""
    assert d.theorem is not None
    steps = proof_steps(d.theorem)
    numbers = {id(th): i + 1 for i, th in enumerate(steps)}
    given = set(d.given)
    out = []
    for i, th in enumerate(steps):
        items: list[Node] = []
        for h in th.hyps:
            if h not in given:
                items += [*([Symbol(",", "punct")] if items else []), layout(h, notation, avoid=avoid)]
        node = row(*items, Symbol("⊢", "rel"), layout(th.concl, notation, avoid=avoid))
        out.append(
            Step(f"step{i + 1}", i + 1, "", cut(node, room), (_why(th, numbers),), label=f"{i + 1}", term=th.concl)
        )
    return tuple(out)


def _why(th: Theorem, numbers: dict[int, int]) -> str:
    """The rule, what it cites, and the numbers of its premises."""
    name = th.proof.rule.replace("_", " ")
    if th.proof.rule == "axiom":
        return f"axiom {th.proof.args[0]}"
    used = [str(numbers[id(p)]) for p in th.proof.premises]
    return " ".join([name, ", ".join(used)]).strip()

"""A function of a choice between two values: f([i = j] a + (1 - [i = j]) b) as [i = j] f(a) + (1 - [i = j]) f(b)."""

from __future__ import annotations

from collections.abc import Callable

from derive.kernel import rules as r
from derive.kernel.terms import DELTA, App, Term, eq, ne, subterms
from derive.kernel.theorem import Theorem
from derive.tactics.context import Context
from derive.tactics.conv import rewrite
from derive.tactics.derived import chain, sides

Use = Callable[..., Theorem]  # a lemma of the shelf at values: ``Normalizer.lemma``
Simplify = Callable[[Term, Context], Theorem]


def chosen(t: App, ctx: Context, use: Use, simplify: Simplify) -> Theorem | None:
    """|- f(x) = [i = j] f(x where i = j) + (1 - [i = j]) f(x elsewhere), for the first indicator in x; None without one."""
    (x,) = t.args
    here = next((s for s in subterms(x) if isinstance(s, App) and s.op is DELTA and not s.loose), None)
    if here is None:
        return None
    i, j = here.args
    cases: list[tuple[Theorem, Theorem]] = []  # the value of the indicator in each case, and what f(x) is there
    for case, name in ((eq(i, j), "delta_of_eq"), (ne(i, j), "delta_diff")):
        value = use(name, {"i": i, "j": j}, r.assume(case))
        put_in = rewrite(x, value)
        simple = simplify(sides(put_in.concl)[1], ctx.extend(case))
        cases.append((value, r.cong(t.op, (chain(put_in, simple),))))
    first, second = (sides(th.concl)[1] for _, th in cases)
    whole = here * first + (1 - here) * second
    proofs = []
    for value, th in cases:
        back = rewrite(whole, value)
        here_is = sides(th.concl)[1]
        proofs.append(chain(th, r.sym(chain(back, r.ring(sides(back.concl)[1], here_is, ())))))
    return r.cases(eq(i, j), *proofs)

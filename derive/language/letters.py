"""The letters of the subject: V vocabulary size, T sequence length, k, j tokens, t positions, y the true token(s),
eps smoothing.

A letter may name one thing for a single position and a family for a sequence: ``y`` is a token and ``ys`` the sequence
y_1..y_T, ``p`` one distribution and ``ps`` the distributions p_1..p_T, ``p_theta`` those of the model with parameters
theta.
"""

from __future__ import annotations

from derive.kernel.sorts import FAMILY, INT, REAL, Base, Fn
from derive.kernel.terms import Var

THETA = Base("Theta")  # the parameters of a model: any nonempty set
OUTPUT = Base("Y")  # the outputs among which a decoder chooses: any nonempty set

V, T, n, m = (Var(s, INT) for s in "VTnm")
i, j, k, t = (Var(s, INT) for s in "ijkt")
y = Var("y", INT)
eps, a, b, c = (Var(s, REAL) for s in ("eps", "a", "b", "c"))
p, q, u, z, f = (Var(s, FAMILY) for s in "pquzf")
Pr = Var("Pr", FAMILY)  # Pr(t) is the probability of the first t tokens, Pr(y_1..y_t | x)
ys = Var("y", Fn(INT, INT))
ps, qs, zs = (Var(s, Fn(INT, FAMILY)) for s in "pqz")
theta, phi = Var("theta", THETA), Var("phi", THETA)
p_theta = Var("p", Fn(THETA, Fn(INT, FAMILY)))

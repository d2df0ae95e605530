"""A recorded proof as a Rocq development: one lemma for each primitive step, each proved by an explicit term.

A step ``H1, ..., Hn |- P`` becomes ``Lemma step_i : forall its free variables, H1 -> ... -> Hn -> P``.  Its proof
applies a lemma of the library, or one named after the rule, to the lemmas of the premises.  Nothing is searched for;
only identities of the field end in ``ring`` or ``field``, over plain variables and with the nonzero terms that the step
was given.  A step that the kernel should have refused still gets a text, and Rocq refuses it.
"""

from __future__ import annotations

from derive.certify.arithmetic import Arithmetic
from derive.certify.equality import Equality
from derive.certify.logic import Logic

HEADER = """From Coq Require Import Reals ZArith.
From Derive Require Import Operators Rules Axioms.
Open Scope R_scope.
"""


class Exporter(Logic, Equality, Arithmetic):
    """Writes the steps of all rules."""

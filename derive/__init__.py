"""Checked, step-by-step derivations of language-model training objectives.

    from derive import *

gives what one needs to write a theorem: ``theorem``, ``Calc``, the syntax (Sum, log, Eq, ...), the definitions (cross_entropy, one_hot, ...),
the conditions (in_vocabulary, positive, ...), the lemmas (sum_delta, log_prod, ...) and the tactics (ring, auto, ...).
"""

from derive.calc import Calc, ClaimError, FalseClaim, StepError, TheoremEntry, false_claim, theorem
from derive.errors import UserError
from derive.kernel.definitions import Definition, define
from derive.kernel.terms import Term
from derive.kernel.theorem import RuleError, Theorem, replay
from derive.language.conditions import *  # noqa: F403
from derive.language.definitions import *  # noqa: F403
from derive.language.syntax import *  # noqa: F403
from derive.lemmas import *  # noqa: F403
from derive.reasons import auto, because, by_cases, calculus, gap, logs, order, reverse, ring, sums

__version__ = "0.1.0"

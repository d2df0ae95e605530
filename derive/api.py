"""Everything that an author of theorems needs, in one place; ``from derive import *`` gives it."""

from derive.board.calc import Calc
from derive.board.entries import FalseClaim, TheoremEntry, false_claim, theorem
from derive.board.reasons import auto, because, by_cases, calculus, gap, logs, order, reverse, ring, sums
from derive.board.refusals import ClaimError, StepError
from derive.errors import UserError
from derive.kernel.definitions import Definition, define
from derive.kernel.terms import Term
from derive.kernel.theorem import RuleError, Theorem, replay
from derive.language.conditions import *
from derive.language.definitions import *
from derive.language.syntax import *
from derive.lemmas import *

_INTERNAL = {"annotations", "fresh"}

__all__ = [name for name in dir() if not name.startswith("_") and name not in _INTERNAL]

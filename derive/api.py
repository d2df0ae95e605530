"""Everything that an author of theorems needs, in one place; ``from derive import *`` gives it."""

from typing import TYPE_CHECKING

from derive.board.calc import Calc as Calc
from derive.board.definitions import define as define
from derive.board.entries import FalseClaim as FalseClaim
from derive.board.entries import TheoremEntry as TheoremEntry
from derive.board.entries import false_claim as false_claim
from derive.board.entries import theorem as theorem
from derive.board.notebook import install as _install
from derive.board.reasons import auto as auto
from derive.board.reasons import because as because
from derive.board.reasons import by_cases as by_cases
from derive.board.reasons import calculus as calculus
from derive.board.reasons import gap as gap
from derive.board.reasons import induction as induction
from derive.board.reasons import logs as logs
from derive.board.reasons import normal as normal
from derive.board.reasons import order as order
from derive.board.reasons import reverse as reverse
from derive.board.reasons import ring as ring
from derive.board.reasons import sums as sums
from derive.board.refusals import ClaimError as ClaimError
from derive.board.refusals import StepError as StepError
from derive.errors import UserError as UserError
from derive.kernel.definitions import Definition as Definition
from derive.kernel.terms import Term as Term
from derive.kernel.theorem import RuleError as RuleError
from derive.kernel.theorem import Theorem as Theorem
from derive.kernel.theorem import replay as replay
from derive.language.conditions import *
from derive.language.definitions import *
from derive.language.syntax import *
from derive.lemmas import *

_install()
_INTERNAL = {"TYPE_CHECKING", "annotations", "fresh"}

if not TYPE_CHECKING:  # type checkers follow the imports; they cannot read a list that is put together
    __all__ = [name for name in dir() if not name.startswith("_") and name not in _INTERNAL]

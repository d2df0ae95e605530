"""The lemma library: what everybody may use as a reason, proved from the axioms of the kernel.

Everything here is derived; the module ``base`` says how.  ``all_lemmas()`` gives the lemmas by name.  Each file lists in
``__all__`` what authors get of it; a lemma for other proofs and for tactics only is declared ``internal``.
"""

from typing import TYPE_CHECKING

from derive.lemmas.arithmetic import *
from derive.lemmas.base import LEMMAS as LEMMAS
from derive.lemmas.base import Lemma as Lemma
from derive.lemmas.bounds import *
from derive.lemmas.derivatives import *
from derive.lemmas.divergence import *
from derive.lemmas.logs import *
from derive.lemmas.maxima import *
from derive.lemmas.optima import *
from derive.lemmas.optima import SortedLemma as SortedLemma
from derive.lemmas.powers import *
from derive.lemmas.products import *
from derive.lemmas.ranges import *
from derive.lemmas.sums import *


def all_lemmas() -> dict[str, Lemma]:
    return dict(LEMMAS)


if not TYPE_CHECKING:  # type checkers follow the imports; they cannot read a list that is put together
    __all__ = ["LEMMAS", "Lemma", "SortedLemma", "all_lemmas"]
    __all__ += [name for name, value in globals().items() if isinstance(value, (Lemma, SortedLemma))]

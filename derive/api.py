"""Everything that an author of theorems needs, in one place; ``from derive import *`` gives it."""

from derive.language.conditions import *
from derive.language.definitions import *
from derive.language.syntax import *
from derive.lemmas import *

__all__ = [name for name in dir() if not name.startswith("_")]

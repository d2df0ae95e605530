"""What has been declared so far: the theorems and false claims of each module, also those inside a class or a function and under a
name that was given away since."""

from __future__ import annotations

from typing import Any

DECLARED: dict[str, list[Any]] = {}
"""By module, a ``TheoremEntry`` or ``FalseClaim`` each, in the order of its lines."""

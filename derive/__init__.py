"""Checked, step-by-step derivations of language-model training objectives.

    from derive import *

gives what one needs to write a theorem: ``theorem``, ``Calc``, the syntax (Sum, log, Eq, ...), the definitions
(cross_entropy, one_hot, ...), the conditions (in_vocabulary, positive, ...), the lemmas (sum_delta, log_prod, ...) and
the tactics (ring, auto, ...).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.api import *  # noqa: F403
    from derive.version import __version__ as __version__


def __dir__() -> list[str]:
    """What there is, for completion."""
    from importlib import import_module

    return sorted([*import_module("derive.api").__all__, "__version__"])


def __getattr__(name: str) -> Any:
    """What ``derive.api`` has, and the version, imported when first asked for: ``import derive`` alone costs nothing."""
    from importlib import import_module

    if name == "__version__":
        return import_module("derive.version").__version__
    if name.startswith("__") and name != "__all__":
        raise AttributeError(name)
    api = import_module("derive.api")
    for each in api.__all__:  # "from derive import *" asks for all of them, in every file of theorems
        globals().setdefault(each, getattr(api, each))
    try:
        return getattr(api, name)
    except AttributeError:
        raise AttributeError(f"derive has no {name}") from None

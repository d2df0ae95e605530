"""The text of errors: where, from what, to what, what the reason gives or needs, and where a false line fails."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from derive.kernel.terms import Term

if TYPE_CHECKING:
    from derive.calc import StepError


def show(term: Term) -> str:
    """A term in plain Unicode."""
    from derive.render.text import term_text

    return term_text(term)


def place(file: str, number: int) -> str:
    """file:line, relative to the working directory when that is shorter."""
    try:
        relative = os.path.relpath(file)
    except ValueError:
        relative = file
    return f"{relative if len(relative) < len(file) else file}:{number}"


def step_error_text(error: StepError) -> str:
    """The whole message of a refused line."""
    out = [
        f"{place(error.file, error.number)}  line {error.index} of {error.theorem_name} does not follow by {error.reason}"
    ]
    if error.relation:
        sign = {"=": "=", "<=": "≤", "<": "<", "<=>": "⟺"}[error.relation]
        out += [f"  from  {show(error.before)}", f"  to    {sign} {show(error.after)}"]
    else:
        out += [f"  claim {show(error.after)}"]
    failure = error.failure
    if failure.missing:
        out += ["  a condition is missing: " + "; ".join(show(m) for m in failure.missing[:3])]
        out += ["  add it to given=[...], or conditions from which it follows"]
    elif failure.gives is not None and failure.gives not in (error.before, error.after):
        out += [f"  {error.reason} gives", f"        {show(failure.gives)}"]
    elif failure.what != "does not follow":
        out += [f"  {failure.what}"]
    found = counterexample(error)
    if found:
        out += [f"  and the line is false: {found}"]
    elif not failure.missing and failure.gives is None and failure.what == "does not follow":
        out += [
            "  no counterexample was found: the line may hold for another reason; try by=auto, or put a line between"
        ]
    return "\n".join(out)


def counterexample(error: StepError) -> str:
    """The smallest numbers found that make the line false, or nothing."""
    from derive.falsify.search import Counterexample, find_counterexample
    from derive.kernel.terms import eq, iff

    if not error.relation:
        claim = error.after
    elif error.relation == "=":
        claim = eq(error.before, error.after)
    elif error.relation == "<=>":
        claim = iff(error.before, error.after)
    else:
        claim = error.before <= error.after if error.relation == "<=" else error.before < error.after
    found = find_counterexample(claim, error.given, seconds=1.5)
    return str(found) if isinstance(found, Counterexample) else ""

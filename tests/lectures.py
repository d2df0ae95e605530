"""A lecture with everything that slides can show beside derivations, for the tests that measure what they draw."""

from __future__ import annotations

from pathlib import Path

from derive.cli.lecture import Author
from derive.slides.deck import Deck
from derive.slides.deck.template import Template
from derive.slides.lecture import read_lecture
from derive.slides.targets import TARGETS

DOCS = Path(__file__).parent.parent / "docs"
EVERYTHING = f"""
title = "Training objectives"
author = "A. Lecturer"

[[slide]]
heading = "Why cross-entropy?"
text = ["We train p by its log-likelihood.", "- each token costs -log p(y)"]
speaker = "Ask who has trained a model."

[[slide]]
symbols = ["cross_entropy_is_nll"]

[[slide]]
theorem = "label_smoothing_residual"
join = ["1-2"]
given = "{DOCS}/examples/residual.toml"
plot = true

[[slide]]
theorem = "label_smoothing_residual"
detail = "claim"
notation = "pr"

[[slide]]
quiz = "label_smoothing_residual"
line = 4
hide = "reason"

[[slide]]
quiz = "label_smoothing_residual"
line = 5
hide = "wrong"

[[slide]]
quiz = "cross_entropy_is_nll"
line = 2
hide = "order"

[[slide]]
heading = "Divergence and agreement"
theorems = ["kl_nonneg", "kl_eq_zero_iff"]
detail = "claim"

[[slide]]
false_claim = "absolute_value_is_additive"

[[slide]]
theorem = "cross_entropy_is_nll"
given = "{DOCS}/examples/exercise_1.toml"
plots = ["tree"]

[[slide]]
heading = "A picture"
picture = "{DOCS}/slide.png"
alt = "A slide as Typst sets it."
"""


def everything(folder: Path, target: str, template: Template | None = None) -> Deck:
    """The deck for this target, as ``derive slides`` makes it."""
    file = folder / "everything.toml"
    file.write_text(EVERYTHING, encoding="utf-8")
    return Author(read_lecture(str(file)), template or Template(), TARGETS[target], students=False).deck()

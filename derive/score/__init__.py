"""Token log-probabilities: reading, adding, comparing, and naming what is wrong with a claimed total.

Each name is imported when it is first asked for: who scores a file needs no diagnosis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derive.score.columns import Scores as Scores
    from derive.score.comparison import compare as compare
    from derive.score.lines import open_data as open_data
    from derive.score.report import format_report as format_report
    from derive.score.scores import SequenceScore as SequenceScore
    from derive.score.scores import score_stream as score_stream
    from derive.score.scores import score_values as score_values
    from derive.score.slips import diagnose as diagnose
    from derive.score.wording import number as number

_HOMES = {
    "Scores": "columns", "SequenceScore": "scores", "compare": "comparison", "diagnose": "slips", "format_report": "report",
    "number": "wording", "open_data": "lines", "score_stream": "scores", "score_values": "scores",
}  # fmt: skip
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"derive.score has no {name}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f"derive.score.{_HOMES[name]}"), name)
    return value

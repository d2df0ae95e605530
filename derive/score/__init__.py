"""Token log-probabilities: reading, adding, comparing, and naming what is wrong with a claimed total."""

from derive.score.comparison import compare
from derive.score.lines import open_data
from derive.score.report import format_report
from derive.score.scores import SequenceScore, score_stream, score_values
from derive.score.slips import diagnose
from derive.score.wording import number

__all__ = ["SequenceScore", "compare", "diagnose", "format_report", "number", "open_data", "score_stream",
           "score_values"]  # fmt: skip

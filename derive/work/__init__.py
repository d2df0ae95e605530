"""The worked example: a derivation with numbers put in, line by line, each line evaluated exactly.

The numbers come from TOML or JSON.  Names are those of the theorem's letters:

    V, T, y, eps, ...   a number; T and V are read off the lists when they are left out
    y                   a token, or the list of tokens y_1, ..., y_T; tokens are numbers from 1 on, or words
    p, q, z             a list over the vocabulary, or a list of such lists, one for each position
    log_p               the same as logarithms; for a sequence also a plain list: the log-probability of each true token
    vocabulary          the words, when tokens are words

Numbers are exact: 0.1 is 1/10, and "1/3" may be written as a string.
"""

from derive.work.numbers import read_numbers
from derive.work.pages import value_text, worked_latex, worked_text
from derive.work.tables import Part, Sides, SumTable, sides_of, sum_table
from derive.work.worked import Worked, WorkedBlock, WorkedLine, work_out

__all__ = [
    "Part",
    "Sides",
    "SumTable",
    "Worked",
    "WorkedBlock",
    "WorkedLine",
    "read_numbers",
    "sides_of",
    "sum_table",
    "value_text",
    "work_out",
    "worked_latex",
    "worked_text",
]

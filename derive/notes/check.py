"""From a file of notes to what is told of it: read, understood, judged."""

from __future__ import annotations

from derive.errors import UserError
from derive.notes.document import Document, read_document
from derive.notes.judge.judge import judge_notes
from derive.notes.meaning.notes import read_notes
from derive.notes.tell.view import View, view


def check_notes(path: str) -> View:
    """The verdicts on the rows of a file (.tex .md .qmd .ipynb).

    Raises UserError when it cannot be read, or a declaration in it fits no form.
    """
    return check_document(read_document(path))


def check_document(document: Document) -> View:
    """The verdicts on the rows of a document."""
    notes = read_notes(document)
    if notes.problems:
        told = []
        for problem in notes.problems:
            line, column = document.where(problem.span.start)
            told.append(f"{document.path}:{line}:{column}: {problem.what}: {problem.why}")
        raise UserError("\n".join(told))
    report = judge_notes(notes)
    return view(document, report, declared=notes.declared, phrases=notes.phrases, inferred=notes.inferred)

"""Files as people write them, read into displays of rows with their places.  TeX is known here, mathematics is not."""

from derive.notes.document.pages import Declared, Display, Document, Inline, Part, Places, Problem, Row
from derive.notes.document.read import document_of, read_document
from derive.notes.document.tree import Atom, Call, Fence, Group, Node, Script, Span, Table, Words

__all__ = [
    "Atom", "Call", "Declared", "Display", "Document", "Fence", "Group", "Inline", "Node", "Part", "Places", "Problem", "Row", "Script", "Span",
    "Table", "Words", "document_of", "read_document",
]  # fmt: skip

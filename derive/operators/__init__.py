"""One card for each operator of the kernel: what the other rooms have to know of it."""

from derive.operators.card import Card, Numbers, Rocq
from derive.operators.cards import CARDS, READ, absorbed, arguments, needs_of, reading

__all__ = ["CARDS", "READ", "Card", "Numbers", "Rocq", "absorbed", "arguments", "needs_of", "reading"]

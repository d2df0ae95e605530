"""What stands on which slide, decided once for all targets."""

from derive.slides.deck.deck import (
    DETAILS,
    Block,
    Deck,
    Files,
    Options,
    Picture,
    Progress,
    Slide,
    Stamp,
    Step,
    Table,
    Words,
    unwatched,
)

__all__ = [
    "DETAILS",
    "Block",
    "Deck",
    "Files",
    "Options",
    "Picture",
    "Progress",
    "Slide",
    "Stamp",
    "Step",
    "Table",
    "Words",
    "unwatched",
]

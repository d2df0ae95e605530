"""What stands on which slide, decided once for all targets."""

from derive.slides.deck.deck import DETAILS, Deck, Files, Options, Picture, Slide, Stamp, Step

__all__ = ["DETAILS", "Deck", "Files", "Options", "Picture", "Slide", "Stamp", "Step"]

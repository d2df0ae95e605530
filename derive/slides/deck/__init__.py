"""What stands on which slide, decided once for all targets."""

from derive.slides.deck.deck import DETAILS, Deck, Files, Options, Picture, Progress, Slide, Stamp, Step, unwatched

__all__ = ["DETAILS", "Deck", "Files", "Options", "Picture", "Progress", "Slide", "Stamp", "Step", "unwatched"]

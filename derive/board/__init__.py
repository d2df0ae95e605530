"""From a line and its reasons to a theorem: the author's way in."""

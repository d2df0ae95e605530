"""What the formulas of a document mean: declarations, inference, ambiguity; chains of kernel terms."""

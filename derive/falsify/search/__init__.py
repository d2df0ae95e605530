"""The search for the smallest model that makes a claim false."""

"""Exact real numbers, whose comparisons are decided or refused."""

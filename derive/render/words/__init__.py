"""The words round formulas: reasons, conditions, sentences."""

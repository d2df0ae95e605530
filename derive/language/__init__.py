"""The vocabulary of the field: how formulas are written, the definitions, and the usual conditions."""

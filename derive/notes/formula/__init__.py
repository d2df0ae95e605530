"""The grammar of the field's formulas: from a tree of TeX to a surface tree, in each way that it can be read."""

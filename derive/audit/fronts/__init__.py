"""Programs that are read: PyTorch, JAX, NumPy.  None of them is imported before a program that uses it is."""

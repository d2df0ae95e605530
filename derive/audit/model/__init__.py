"""What a tensor is: a function from indices, counted from 1, to a value."""

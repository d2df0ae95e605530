"""What a term means in a finite model."""

"""Files as people write them, read into displays of rows with their places.  TeX is known here, mathematics is not."""

"""One verb, one module: wires the parts of the straight line together and returns what a view shows."""

"""Data in, lines or JSON out; pure. Colours are names here, and become colours in `cli`."""

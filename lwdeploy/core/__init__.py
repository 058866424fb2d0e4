"""The nouns every other package speaks in: addresses, types, diagnostics, errors, canonical form.

Standard library only, and no input or output: whatever is here can be reasoned about as a value.
"""

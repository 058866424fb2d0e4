"""Carries out a plan. The tenant is the journal: whatever is in flight is marked there (docs/lifecycle.md)."""

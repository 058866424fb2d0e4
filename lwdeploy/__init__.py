"""Bots-as-code for LINE WORKS: YAML manifests, a plan, and a reconciler that cannot leave orphans.

The straight line is load, validate, resolve, read, diff, plan, apply, report; `docs/lifecycle.md` tells it
step by step. Each package below holds one stretch of it and imports only what lies deeper.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]

"""The names of the guards, where the command line can have them without loading the planner."""

__all__ = ["GUARDS"]

GUARDS = ("adopt", "create", "delete", "protect", "recreate", "unmanaged")
"""The guards that `--allow GUARD=N` overrides."""

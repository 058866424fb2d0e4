"""The names of the guards, where the command line can have them without loading the planner."""

__all__ = ["FORGET_GUARDS", "PLAN_GUARDS", "REBUILD_GUARDS"]

PLAN_GUARDS = ("create", "delete", "protect", "recreate", "unmanaged")
"""The guards of a plan that `--allow GUARD=N` overrides."""

REBUILD_GUARDS = ("adopt",)
"""The guards of `state rebuild`."""

FORGET_GUARDS = ("create",)
"""The guards of `forget`."""

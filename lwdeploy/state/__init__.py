"""What lwdeploy remembers: a small state, swapped as a whole, and the lease under which a run changes it.

`store` is the protocol that every backend follows, `file` the default backend, `memory` the one for tests.
Losing a state costs a rebuild, never an object of the tenant; taking an old or a torn one for the truth
could cost more, so everything that is not surely the state raises.
"""

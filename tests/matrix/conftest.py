"""The job's assertions say what they found."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.matrix.job", "tests.matrix.lounge")

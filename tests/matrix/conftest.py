"""The job's assertions say what they found."""

import pytest

pytest.register_assert_rewrite("tests.matrix.job")

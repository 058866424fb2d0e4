"""The PostgreSQL backend keeps what every place for blobs promises."""

from __future__ import annotations

from tests.unit.state.contract import BlobsContract


class TestPostgresBlobs(BlobsContract):
    """Over a real server."""

"""What the tenant has, read through the kinds' adapters; GET only."""

"""/api/v1/alert-rules."""

"""The questions that the Langfuse-shaped API asks of the store, one module per resource."""

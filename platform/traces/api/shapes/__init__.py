"""How Langfuse writes each thing as JSON, every promised field always there."""

"""/api/v1/drift: monitors and what they found."""

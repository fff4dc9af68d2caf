"""Microsoft Teams, by a workflow that begins with a webhook."""

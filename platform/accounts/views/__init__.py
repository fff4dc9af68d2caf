"""The pages of people, organisations, projects and keys."""

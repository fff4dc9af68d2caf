"""PagerDuty, by version 2 of its Events API."""

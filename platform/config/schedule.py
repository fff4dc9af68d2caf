"""What Celery's beat begins, and how often. `expires` is as long as the pause: nothing piles up
while no worker runs.
"""

SCHEDULE = {
    "drain-held-batches": {
        "task": "ingest.tasks.drain",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "settle-doubled-spans": {
        "task": "ingest.tasks.settle_doubled_spans",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "resume-repricing": {
        "task": "pricing.tasks.resume",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "watch-canaries": {
        "task": "prompts.tasks.watch_canaries",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "resume-exports": {
        "task": "exports.tasks.resume",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "resume-webhooks": {
        "task": "webhooks.tasks.resume",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "expire-webhooks": {
        "task": "webhooks.tasks.expire",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "expire-exports": {
        "task": "exports.tasks.expire",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}

"""What drf-spectacular is told of the schema of Sonde's own API."""

SPECTACULAR_SETTINGS = {
    "TITLE": "Sonde",
    "VERSION": "1",
    "DESCRIPTION": "What there is in the key's own project: traces, observations, sessions, users, "
    "scores and prompts.",
    "PREPROCESSING_HOOKS": ["traces.api.v1.schema.ours_only"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "traces.api.v1.schema.paths_explained",
    ],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # Where fields of one name have different values.
    "ENUM_NAME_OVERRIDES": {
        "TierEnum": "alerts.incidents.api.fields.TIER_NAMES",
        "MonitorKindEnum": "evals.drift.api.fields.KINDS",
        "VerdictStateEnum": "evals.drift.api.fields.STATES",
        "IncidentStateEnum": "alerts.incidents.api.fields.STATE_NAMES",
    },
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
}

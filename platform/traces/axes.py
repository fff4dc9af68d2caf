"""The units of figures, and how the axes of charts are labelled in them."""

from typing import Any

# As traces.queries.metrics has them.
COUNT, TOKENS, DOLLARS, SECONDS = "count", "tokens", "dollars", "seconds"
SHARE, SCORE, RATE = "share", "score", "tokens/s"

# How plotly writes them on an axis (d3-format).
WHOLE = {  # by the distance of two ticks
    "tickformatstops": [
        {"dtickrange": [None, 1], "value": ".2~f"},
        {"dtickrange": [1, None], "value": ".3~s"},
    ]
}
AXIS: dict[str, dict[str, Any]] = {
    COUNT: WHOLE,
    TOKENS: WHOLE,
    DOLLARS: {
        "tickprefix": "$",
        "tickformatstops": [  # by the distance of two ticks
            {"dtickrange": [None, 0.01], "value": ".4~f"},
            {"dtickrange": [0.01, 1], "value": ".2~f"},
            {"dtickrange": [1, 1000], "value": ",.0f"},
            {"dtickrange": [1000, None], "value": ".3~s"},
        ],
    },
    SECONDS: {"tickformat": "~s", "ticksuffix": "s"},
    SHARE: {"tickformat": ".3~%"},
    SCORE: {"tickformat": ".3~g"},
    RATE: {"tickformat": ".3~s", "ticksuffix": "/s"},
}

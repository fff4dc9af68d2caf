"""How much of one span is kept. What goes over is cut with a marker or counted as dropped, never
refused.
"""

ATTRIBUTES_READ = 10_000  # of one span; OpenInference spells a long chat out in thousands of them
ATTRIBUTES_KEPT = 512  # of those that no column took
EVENTS = 1_000
LINKS = 1_000
EVENT_ATTRIBUTES = 256
ITEMS = 10_000  # of one array or map in a value
DEPTH = 32  # of one value
TAGS = 100
METADATA_KEYS = 512
USAGE_KEYS = 64  # so that the sum of all of them fits its column
SMALL_COUNT = 2**32 - 1  # what the columns of counts and versions hold

KEY_CHARACTERS = 256
LABEL_CHARACTERS = 1_000  # names and identifiers
STATUS_CHARACTERS = 64 * 1024
CONTENT_CHARACTERS = 16 * 1024 * 1024  # input and output: all that a request can carry, nearly
VALUE_CHARACTERS = 1024 * 1024  # any other value
EVENTS_CHARACTERS = 16 * 1024 * 1024  # all events of a span as JSON

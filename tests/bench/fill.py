"""Fills a project with millions of spans, made inside ClickHouse, to measure queries at size.

    python tests/bench/fill.py --project bench --millions 10 --days 30

Eight spans a trace, about 1 KB of text a span, spread evenly over the days, inserted day by day as
time would. Takes the CLICKHOUSE_URL of the environment, or of the Sonde that runs.
"""

import argparse
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

SPANS_A_TRACE = 8
DAY = 86_400_000_000_000
WORDS = [
    *("refund", "policy", "order", "shipping", "invoice", "cancel", "agent", "error", "customer"),
    *(
        "warranty",
        "payment",
        "delivery",
        "환불",
        "정책",
        "주문",
        "배송",
        "영수증",
        "보증",
        "고객",
        "결제",
    ),
]

ROWS = """
INSERT INTO spans
    (project_id, trace_id, span_id, start_time, end_time, completion_start_time, parent_span_id,
        type, name, level,
     status_message, is_root, user_id, session_id, environment, release, version_label, tags,
         input, output, metadata,
     model, provider, usage, cost, input_tokens, output_tokens, total_tokens, total_cost,
         cost_source, attributes,
     resource_attributes, service_name, sdk_name, source, received_at, version)
WITH
    intDiv(number, 8) AS trace, number % 8 AS place, sipHash64(trace, 1) AS h, sipHash64(number,
        2) AS g,
    {start:Int64} + toInt64(h % {length:UInt64}) + toInt64(place) * 210000000 AS at,
    100000000 + toInt64(g % 3000) * 1000000 AS took,
    place IN (3, 5, 7) AS is_call,
    arrayStringConcat(arrayMap(i -> {words:Array(String)}[1 + sipHash64(number,
        i) % length({words:Array(String)})], range(70)), ' ') AS said
SELECT
    {project:String}, lower(hex(sipHash128(trace))), lower(hex(g)), fromUnixTimestamp64Nano(at,
        'UTC'),
    fromUnixTimestamp64Nano(at + took, 'UTC'), if(is_call,
        fromUnixTimestamp64Nano(at + intDiv(took, 4), 'UTC'), NULL),
    if(place = 0, '', lower(hex(sipHash64(trace * 8, 2)))),
    ['AGENT', 'RETRIEVER', 'EMBEDDING', 'GENERATION', 'TOOL', 'GENERATION', 'TOOL',
        'GENERATION'][place + 1],
    if(place = 0, concat('agent-', toString(h % 6)), ['', 'retrieve', 'embed', 'plan', 'lookup',
        'decide', 'refund', 'answer'][place + 1]),
    if(g % 200 = 0, 'ERROR', 'DEFAULT'), if(g % 200 = 0, 'timed out after 5000 ms', ''), place = 0,
    concat('user-', toString(h % 20000)), concat('session-', toString(h % 200000)),
    if(h % 4 = 0, 'staging', 'production'), concat('2026.', toString(h % 9)), '', if(h % 3 = 0,
        ['vip'], []),
    concat('[{{"role": "user", "content": "', said, '"}}]'), said, map('tenant', toString(h % 50)),
    if(is_call, ['gpt-4o', 'gpt-4o-mini', 'claude-sonnet-4-5'][1 + h % 3], ''), if(is_call,
        'openai', ''),
    if(is_call, map('input', g % 3000, 'output', g % 300), map()),
    if(is_call, map('total', toDecimal64((g % 3000) / 1000000, 12)), map()),
    if(is_call, g % 3000, 0), if(is_call, g % 300, 0), if(is_call, g % 3000 + g % 300, 0),
    if(is_call AND g % 50 != 0, toDecimal64((g % 3000) / 1000000, 12), NULL),
    multiIf(NOT is_call, '', g % 50 = 0, 'unknown', 'computed'),
    map('http.route', '/v1/chat', 'thread.id', toString(g % 64)), map('host.name', 'web-1'),
        'bench', 'opentelemetry',
    'otlp', fromUnixTimestamp64Nano(at, 'UTC'), toUInt64(at)
FROM numbers({first:UInt64}, {count:UInt64})
""".replace("{{", "{").replace("}}", "}")


CHUNK = 80_000  # rows an insert: the engine of `make up` allows a query 768 MiB


def fill(project: str, spans: int, days: int, skip: int, now: int, first: int = 0) -> None:
    """Adds about `spans` rows to the project, the last of them just before `now`."""
    from traces import clickhouse
    from traces.writer import TEXT_INDEXES_AT_MERGE

    writer = clickhouse.client("patient write")
    a_day = spans // days // SPANS_A_TRACE * SPANS_A_TRACE
    for day in range(skip, days):
        begun = time.monotonic()
        for done in range(0, a_day, CHUNK):
            writer.command(
                ROWS,
                parameters={
                    "project": project,
                    "start": now - (days - day) * DAY,
                    "length": DAY - 10_000_000_000,
                    "words": WORDS,
                    "first": first + day * a_day + done,
                    "count": min(CHUNK, a_day - done),
                },
                settings={
                    "max_execution_time": 80,
                    "max_threads": 1,
                    "max_block_size": 8192,
                    **TEXT_INDEXES_AT_MERGE,
                },
            )
        print(
            f"day {day + 1}/{days}: {a_day:,} spans in {time.monotonic() - begun:.1f} s", flush=True
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--project", default="bench")
    parser.add_argument("--millions", type=float, default=1)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--first", type=int, default=0, help="spans that are there already")
    parser.add_argument("--skip", type=int, default=0, help="days that an earlier run has done")
    arguments = parser.parse_args()

    from embedded import launch_environment

    launch_environment.attach(os.environ)
    import django

    django.setup()
    fill(
        arguments.project,
        int(arguments.millions * 1_000_000),
        arguments.days,
        arguments.skip,
        time.time_ns(),
        arguments.first,
    )


if __name__ == "__main__":
    main()

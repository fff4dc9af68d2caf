-- One row is one observation with its trace's attributes on it, or, with an empty span_id, what was said of a trace as a whole.
-- A row is sent again with a higher version to change it, so read with FINAL, or take the highest version yourself.
-- The key holds the hour of the start, the partition is a function of that hour: equal keys are always in one partition.
CREATE TABLE IF NOT EXISTS ${spans} ${on_cluster}
(
    project_id String,
    trace_id String,
    span_id String,
    start_time DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    parent_span_id String,
    end_time Nullable(DateTime64(9, 'UTC')) CODEC(Delta, ZSTD(1)),
    completion_start_time Nullable(DateTime64(9, 'UTC')) CODEC(Delta, ZSTD(1)),
    type LowCardinality(String),
    name LowCardinality(String),
    level LowCardinality(String),
    status_message String CODEC(ZSTD(1)),
    kind LowCardinality(String),
    is_root Bool,
    is_app_root Bool,

    trace_name LowCardinality(String),
    user_id String CODEC(ZSTD(1)),
    session_id String CODEC(ZSTD(1)),
    environment LowCardinality(String),
    release LowCardinality(String),
    version_label LowCardinality(String),
    tags Array(LowCardinality(String)),
    public Bool,
    trace_input String CODEC(ZSTD(1)),
    trace_output String CODEC(ZSTD(1)),
    trace_metadata Map(LowCardinality(String), String) CODEC(ZSTD(1)),

    input String CODEC(ZSTD(1)),
    output String CODEC(ZSTD(1)),
    metadata Map(LowCardinality(String), String) CODEC(ZSTD(1)),

    model LowCardinality(String),
    provider LowCardinality(String),
    model_parameters Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    usage Map(LowCardinality(String), UInt64) CODEC(ZSTD(1)),
    cost Map(LowCardinality(String), Decimal(18, 12)) CODEC(ZSTD(1)),
    input_tokens UInt64,
    output_tokens UInt64,
    total_tokens UInt64,
    total_cost Nullable(Decimal(18, 12)),
    cost_source LowCardinality(String),
    price_id LowCardinality(String),
    prompt_name LowCardinality(String),
    prompt_version Nullable(UInt32),
    tool_definitions String CODEC(ZSTD(1)),
    tool_calls String CODEC(ZSTD(1)),
    tool_call_names Array(LowCardinality(String)),

    experiment_id String CODEC(ZSTD(1)),
    experiment Map(LowCardinality(String), String) CODEC(ZSTD(1)),

    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    resource_attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    scope_attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    scope_name LowCardinality(String),
    scope_version LowCardinality(String),
    service_name LowCardinality(String),
    sdk_name LowCardinality(String),
    sdk_version LowCardinality(String),
    source LowCardinality(String),
    events String CODEC(ZSTD(1)),
    links String CODEC(ZSTD(1)),
    dropped_attributes UInt32,
    dropped_events UInt32,
    dropped_links UInt32,
    marks Array(LowCardinality(String)),

    clocks Map(LowCardinality(String), UInt64) CODEC(ZSTD(1)),
    received_at DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    version UInt64 CODEC(Delta, ZSTD(1)),
    is_deleted UInt8,

    INDEX by_trace trace_id TYPE bloom_filter(0.001),
    INDEX by_span span_id TYPE bloom_filter(0.001),
    INDEX by_user user_id TYPE bloom_filter(0.01),
    INDEX by_session session_id TYPE bloom_filter(0.01),
    -- Two-letter pieces, so that a word of two Korean syllables is found. Built when parts merge (see traces/writer.py).
    INDEX input_text lower(input) TYPE text(tokenizer = ngrams(2)),
    INDEX output_text lower(output) TYPE text(tokenizer = ngrams(2))
)
ENGINE = ${replicated}ReplacingMergeTree(version, is_deleted)
PARTITION BY toYYYYMM(start_time)
ORDER BY (project_id, toStartOfHour(start_time), trace_id, span_id)
SETTINGS
    fsync_after_insert = ${fsync}, fsync_part_directory = ${fsync},
    -- 70 columns make 150 files in a wide part: merging small parts costs half as much when they stay compact.
    min_bytes_for_wide_part = 67108864,
    -- Merge eight parts and more at a time: each row is rewritten 1.5 times instead of 3.4, which is a third of the engine's
    -- work under load, for a dozen parts in a partition instead of half as many.
    merge_selector_base = 10, min_parts_to_merge_at_once = 8;

-- cluster only
CREATE TABLE IF NOT EXISTS spans ${on_cluster} AS ${spans}
ENGINE = Distributed(${cluster}, currentDatabase(), ${spans}, cityHash64(trace_id));

-- One row is one judgement of a trace, observation, session or dataset run. Its id names it: sent again with a higher version,
-- even with another timestamp, it replaces the earlier one, so time is in neither key nor partition. Read with FINAL.
CREATE TABLE IF NOT EXISTS ${scores} ${on_cluster}
(
    project_id String,
    id String,
    name LowCardinality(String),
    timestamp DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    data_type LowCardinality(String),
    value Nullable(Float64),
    string_value String CODEC(ZSTD(1)),
    trace_id String,
    observation_id String,
    session_id String,
    dataset_run_id String,
    comment String CODEC(ZSTD(1)),
    source LowCardinality(String),
    environment LowCardinality(String),
    author_user_id LowCardinality(String),
    config_id LowCardinality(String),
    queue_id LowCardinality(String),
    execution_trace_id String,
    metadata Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    received_at DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    version UInt64 CODEC(Delta, ZSTD(1)),
    is_deleted UInt8,

    INDEX by_time timestamp TYPE minmax,
    INDEX by_trace trace_id TYPE bloom_filter(0.001),
    INDEX by_session session_id TYPE bloom_filter(0.01)
)
ENGINE = ${replicated}ReplacingMergeTree(version, is_deleted)
ORDER BY (project_id, id)
SETTINGS fsync_after_insert = ${fsync}, fsync_part_directory = ${fsync};

-- cluster only
CREATE TABLE IF NOT EXISTS scores ${on_cluster} AS ${scores}
ENGINE = Distributed(${cluster}, currentDatabase(), ${scores}, cityHash64(id));

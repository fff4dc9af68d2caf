-- Of almost all granules it says that nothing in them is of an experiment, so that experiments of all time are found by what is theirs.
-- Rows that were stored before get it when their parts merge, and are found by the column alone until then.
ALTER TABLE ${spans} ${on_cluster} ADD INDEX IF NOT EXISTS by_experiment experiment_id TYPE minmax GRANULARITY 1;

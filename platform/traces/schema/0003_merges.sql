-- Merge at least ten parts at once, not five: with both text indexes, which every merge builds anew, the engine then spends
-- a sixth less on a row in all (measured: 115 µs against 135 µs), and a month has some 30 parts instead of 20.
ALTER TABLE ${spans} ${on_cluster} MODIFY SETTING merge_selector_base = 10;

-- How the tables of the merchant's own side were read when a day was run, as JSON; nothing where the store was compared, and of
-- runs from before this was kept.
ALTER TABLE day_runs ADD COLUMN own_reading TEXT;

CREATE TRIGGER day_run_is_read_as_it_was BEFORE UPDATE OF own_reading ON day_runs
BEGIN SELECT RAISE(ABORT, 'a run stays as it was'); END;

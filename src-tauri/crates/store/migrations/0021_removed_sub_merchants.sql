-- For which sub-merchant a profile was that was removed since; none where it was for all of them, or was removed before this was kept.
ALTER TABLE removed_profiles ADD COLUMN sub_mch_id TEXT;

-- For which sub-merchant a profile was that was removed since: '' where it was for all of them; none where it was removed before this
-- was kept, so that nobody knows.
ALTER TABLE removed_profiles ADD COLUMN sub_mch_id TEXT;

-- setting_same: whether two settings say the same.
-- $1: JSON
-- $2: JSON
select $1::jsonb is not distinct from $2::jsonb

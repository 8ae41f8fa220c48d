-- grant_shows_same: whether two settings of a grant show the same, to whom,
-- when, from where and how much of it ever.
-- $1: JSON
-- $2: JSON
select $1::jsonb - array['enabled', 'from', 'until', 'addresses', 'limits']
	is not distinct from
	$2::jsonb - array['enabled', 'from', 'until', 'addresses', 'limits']

-- district_stale: a district of which it is not known yet what its grants see
-- today.
-- $1: district
-- $2: now
select id from homeroom.district
where id = $1::integer
	and day is distinct from homeroom.day_of(id, $2::timestamptz)

-- event_put: something happened, for those who want to know.
-- $1: district
-- $2: kind
-- $3: subject
-- $4: data, JSON
-- $5: when
select homeroom.put_event($1::integer, $2::text, $3::text, $4::jsonb,
	$5::timestamptz)

-- observe_note: a reading is over; its number, which is a new one when it
-- changed the picture.
-- $1: directory
-- $2: where the next one goes on; null: it reads all
-- $3: now
-- $4: whether all was read
-- $5: 1 when it changed anything
-- $6: the place of all places
-- $7: attributes that were read
update homeroom.directory set
	cookie = $2, observed = $3::timestamptz,
	whole = case when $4::boolean then $3::timestamptz else whole end,
	reading = greatest(reading + $5::integer, 1), root = $6,
	read_as = $7
where id = $1::integer
returning reading

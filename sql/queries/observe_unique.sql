-- observe_unique: of what was seen twice the later stays.
-- $1: directory
delete from homeroom.seen s using homeroom.seen later
where s.directory = $1::integer and later.directory = $1::integer
	and later.anchor = s.anchor and later.number > s.number

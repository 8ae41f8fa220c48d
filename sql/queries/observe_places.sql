-- observe_places: the containers that were seen, made the picture.
-- $1: directory
with told as (
	insert into homeroom.place as p (directory, anchor, address)
	select $1::integer, s.anchor, s.address
	from homeroom.seen s
	where s.directory = $1::integer and s.kind = 'container' and not s.gone
	on conflict (directory, anchor) do update set
		address = excluded.address
	where p.address is distinct from excluded.address
	returning 1)
select count(*) from told

-- observe_groups: the groups that were seen, made the picture.
-- $1: directory
with told as (
	insert into homeroom.directory_group as g (directory, anchor, name,
		place, address, login, shielded, attributes)
	select $1::integer, s.anchor, s.name, s.place, s.address, s.login,
		s.shielded, s.attributes
	from homeroom.seen s
	where s.directory = $1::integer and s.kind = 'group' and not s.gone
	on conflict (directory, anchor) do update set
		name = excluded.name, place = excluded.place,
		address = excluded.address, login = excluded.login,
		shielded = excluded.shielded, attributes = excluded.attributes
	where (g.name, g.place, g.address, g.login, g.shielded, g.attributes)
		is distinct from (excluded.name, excluded.place,
		excluded.address, excluded.login, excluded.shielded,
		excluded.attributes)
	returning 1)
select count(*) from told

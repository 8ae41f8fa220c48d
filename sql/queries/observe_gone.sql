-- observe_gone: what is not there any more: said so, or not found though all
-- was read. An account stays known: its person may come back.
-- $1: directory
-- $2: now
-- $3: whether all was read
with went as (
	select a.anchor, coalesce(s.gone_since, $2::timestamptz) as since,
		coalesce(s.restorable, false) as restorable
	from homeroom.account a
	left join homeroom.seen s on s.directory = $1::integer
		and s.anchor = a.anchor
	where a.directory = $1::integer and (s.gone
		or ($3::boolean and s.anchor is null and a.gone is null))),
accounts as (
	update homeroom.account a set
		gone = coalesce(a.gone, w.since), restorable = w.restorable
	from went w
	where a.directory = $1::integer and a.anchor = w.anchor
		and (a.gone is null or a.restorable <> w.restorable)
	returning a.anchor),
groups as (
	delete from homeroom.directory_group g
	where g.directory = $1::integer and (
		exists (select from homeroom.seen s
			where s.directory = g.directory
			and s.anchor = g.anchor and s.gone)
		or ($3::boolean and not exists (
			select from homeroom.seen s where s.directory = g.directory
			and s.anchor = g.anchor)))
	returning g.anchor),
places as (
	delete from homeroom.place p
	where p.directory = $1::integer and (
		exists (select from homeroom.seen s
			where s.directory = p.directory
			and s.anchor = p.anchor and s.gone)
		or ($3::boolean and not exists (
			select from homeroom.seen s where s.directory = p.directory
			and s.anchor = p.anchor)))
	returning 1),
members as (
	delete from homeroom.membership m
	using (select anchor from accounts union all
		select anchor from groups) w
	where m.directory = $1::integer
		and (m.member = w.anchor or m."group" = w.anchor))
select (select count(*) from accounts) + (select count(*) from groups)
	+ (select count(*) from places)

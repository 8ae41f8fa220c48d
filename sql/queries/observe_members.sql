-- observe_members: of groups whose members were seen, who is in them. Which
-- rule put somebody there is known for as long as they stay.
-- $1: directory
with groups as (
	select s.number, s.anchor from homeroom.seen s
	where s.directory = $1::integer and s.kind = 'group' and not s.gone and s.tells_members),
members as (
	select distinct g.anchor, m.member
	from groups g join homeroom.seen_member m on m.directory = $1::integer
		and m.number = g.number),
left_it as (
	delete from homeroom.membership h
	using groups g
	where h.directory = $1::integer and h."group" = g.anchor
		and not exists (select from members m
			where m.anchor = h."group" and m.member = h.member)
	returning 1),
came as (
	insert into homeroom.membership (directory, "group", member)
	select $1::integer, anchor, member from members
	on conflict do nothing
	returning 1)
select (select count(*) from left_it) + (select count(*) from came)

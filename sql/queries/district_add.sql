-- district_add: a district by this name; no row when there is one.
-- $1: name
insert into homeroom.district (name) values ($1::text)
on conflict (name) do nothing returning id

-- district_find: the id of a district.
-- $1: its name, or null for the one that every database has
select id from homeroom.district where name = coalesce($1::text, 'default')

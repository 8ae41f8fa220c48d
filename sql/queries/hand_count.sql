-- hand_count: how many hands are at work on a directory, of all processes.
-- $1: directory
select count(*) from pg_catalog.pg_locks l
where l.locktype = 'advisory' and l.objsubid = 2
	and l.database = (select d.oid from pg_catalog.pg_database d
		where d.datname = current_database())
	and l.classid = (hashtext('homeroom.hand of ' || $1::text)::bigint
		& 4294967295)::oid

-- What was, and what sources said, is only ever found by what is indexed: of the
-- rest, the planner hears later.
create function homeroom.indexed_columns(name regclass) returns text
language sql stable set search_path = pg_catalog
return (
	select string_agg(format('%I', a.attname), ', ' order by a.attnum)
	from pg_attribute a
	where a.attrelid = name and exists (
		select from pg_index i
		where i.indrelid = name and a.attnum = any (i.indkey)));

create or replace function homeroom.refresh_statistics(entity text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
	is_live boolean := to_regclass(format('history.%I', entity)) is not null;
	apart regclass := format('%I.%I',
		case when is_live then 'history' else 'roster' end, entity);
begin
	if is_live then
		execute format('analyze roster.%I', entity);
	end if;
	execute format('analyze %s (%s)', apart, homeroom.indexed_columns(apart));
end $$;

-- Roles that a source gives and that are not published: another source gives
-- the same, or the record waits. Each comes when that is so no more.
create table homeroom.spare_role (
	district    integer not null references homeroom.district,
	source      integer not null
		references homeroom.source on delete cascade,
	sourced_id  text collate "C" not null,
	record      text collate "C" not null, -- the source's user
	org_id      text collate "C" not null,
	role        text collate "C" not null,
	said        jsonb not null, -- the row of roster.roles that it would be
	fingerprint uuid,
	primary key (district, source, sourced_id)
);
grant select, insert, update, delete on homeroom.spare_role
	to homeroom_ingest;

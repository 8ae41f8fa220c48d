-- What an application may ask for: how much at a time and in a day; and how a
-- server that remembers an answer learns that it is not that any more.

-- Raised by every change, whoever makes it: what was read under another
-- revision may be otherwise now.
alter table homeroom.application add revision bigint not null default 1;
alter table homeroom."grant"
	add revision    bigint not null default 1,
	add concurrency integer; -- requests at a time

create function homeroom.revise() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
	new.revision := old.revision + 1;
	return new;
end $$;

create trigger revise before update on homeroom.application
	for each row execute function homeroom.revise();
create trigger revise before update on homeroom."grant"
	for each row execute function homeroom.revise();

-- What can't be read any more is a change for all who might have read it.
create function homeroom.revise_readers() returns trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
	update homeroom.application set revision = revision
	where district in (select district from purged);
	return null;
end $$;

revoke execute on function homeroom.revise_readers() from public;

create trigger revise_readers after update on homeroom.version
	referencing new table as purged
	for each statement execute function homeroom.revise_readers();

-- What applications with limits have used of a day (UTC), as the servers tell
-- one another.
create table homeroom.usage (
	application bigint not null
		references homeroom.application on delete cascade,
	day         date not null,
	requests    bigint not null default 0,
	bytes       bigint not null default 0,
	primary key (application, day)
);

grant select, insert, update, delete on homeroom.usage to homeroom_serve;

-- As in 005_settings.sql, and with limits.concurrency.
create or replace function homeroom.settings_of_grant(wanted bigint) returns jsonb
language sql stable set search_path = pg_catalog as $$
	select jsonb_strip_nulls(jsonb_build_object(
		'kind', 'grant',
		'name', a.name,
		'access', case when g.full_access then 'full'
			when g.defined then 'restricted' else 'none' end,
		'scopes', to_jsonb(g.scopes),
		'enabled', g.enabled,
		'from', g.valid_from,
		'until', g.valid_until,
		'addresses', to_jsonb(g.addresses),
		'limits', nullif(jsonb_strip_nulls(jsonb_build_object(
			'requestsPerMinute', g.requests_per_minute,
			'concurrency', g.concurrency,
			'bytesPerDay', g.bytes_per_day)), '{}'),
		'share', case when g.defined and not g.full_access then
			jsonb_strip_nulls(jsonb_build_object(
			'schools', to_jsonb(g.schools),
			'sessions', nullif(jsonb_strip_nulls(jsonb_build_object(
				'named', to_jsonb(g.sessions),
				'before', g.sessions_before,
				'after', g.sessions_after)), '{}'),
			'courses', to_jsonb(g.courses),
			'subjects', to_jsonb(g.subjects),
			'classes', to_jsonb(g.classes),
			'grades', to_jsonb(g.grades),
			'roles', to_jsonb(g.roles),
			'unenrolled', g.unenrolled,
			'agents', g.agents,
			'demographics', g.demographics,
			'resources', g.resources,
			'gradebook', g.gradebook)) end,
		'fields', (
			select jsonb_object_agg(entity, of) from (
				select split_part(f, '.', 1) as entity,
					jsonb_object_agg(
						split_part(split_part(f, '=', 1), '.', 2),
						split_part(f, '=', 2)) as of
				from unnest(g.fields) as f group by 1) as entities)))
	from homeroom."grant" g
	join homeroom.application a on a.id = g.application
	where g.id = wanted
$$;

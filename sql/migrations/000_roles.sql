-- The part that needs a superuser: the roles, and what the database refuses
-- to everybody else. Unlike the other migrations it may be edited and must be
-- able to run again: it runs whenever queries/roles_ready.sql says no. A DBA
-- runs it by hand: homeroom migrate --roles | psql -d DATABASE

-- Roles belong to the whole cluster: another database, at this moment perhaps,
-- may make them too.
do $roles$
declare
	role text;
begin
	foreach role in array array['owner', 'ingest', 'serve',
		'publish_full', 'publish_restricted'] loop
		begin
			if to_regrole('homeroom_' || role) is null then
				execute format('create role %I nologin noinherit',
					'homeroom_' || role);
			end if;
		exception when duplicate_object or unique_violation then
			null;
		end;
	end loop;
end
$roles$;

-- They move rows of every district; policies are for those who publish.
alter role homeroom_owner bypassrls;
alter role homeroom_ingest bypassrls;

grant homeroom_publish_full, homeroom_publish_restricted to homeroom_serve;

do $database$
declare
	role text;
begin
	execute format('revoke all on database %I from public',
		current_database());
	execute format('grant connect on database %I to homeroom_owner, '
		'homeroom_ingest, homeroom_serve', current_database());
	execute format('grant create, temporary on database %I to '
		'homeroom_owner', current_database());
	execute format('grant temporary on database %I to homeroom_ingest',
		current_database());
	-- In a private cluster the roles log in themselves, so that no session
	-- has a stronger one to go back to.
	if session_user = 'homeroom_superuser' then
		foreach role in array array['owner', 'ingest', 'serve'] loop
			execute format('alter role %I login',
				'homeroom_' || role);
		end loop;
	end if;
end
$database$;

revoke create on schema public from public;
revoke usage on language plpgsql from public; -- or anybody may DO anything
grant usage on language plpgsql to homeroom_owner, homeroom_ingest;

-- The keys of row-level security are settings: who publishes must not turn
-- them. Nor may it leave anything behind in large objects.
revoke execute on function pg_catalog.set_config(text, text, boolean)
	from public;
grant execute on function pg_catalog.set_config(text, text, boolean)
	to homeroom_owner, homeroom_ingest, homeroom_serve;
revoke execute on function pg_catalog.lo_creat(integer) from public;
revoke execute on function pg_catalog.lo_create(oid) from public;
revoke execute on function pg_catalog.lo_from_bytea(oid, bytea) from public;

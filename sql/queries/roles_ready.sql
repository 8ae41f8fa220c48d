-- roles_ready: whether the roles exist and are as migrations/000_roles.sql
-- leaves them, whether this session may mend that, and whether it may migrate.
select
	bool_and(coalesce(
		rolbypassrls = (name ~ 'owner|ingest')
		and has_function_privilege(role,
			'pg_catalog.set_config(text, text, boolean)',
			'execute') = (name !~ 'publish')
		and has_database_privilege(role, current_database(),
			'create') = (name ~ 'owner')
		and has_database_privilege(role, current_database(),
			'temporary') = (name ~ 'owner|ingest')
		and has_language_privilege(role, 'plpgsql', 'usage')
			= (name ~ 'owner|ingest')
		and pg_has_role(to_regrole('homeroom_serve')::oid, role,
			'member') = (name ~ 'publish|serve'), false)),
	current_setting('is_superuser') = 'on',
	coalesce(pg_has_role(session_user,
		to_regrole('homeroom_owner')::oid, 'member'), false)
from (
	select name, to_regrole('homeroom_' || name)::oid as role
	from unnest(array['owner', 'ingest', 'serve', 'publish_full',
		'publish_restricted']) as name
) as roles
left join pg_roles on pg_roles.oid = role

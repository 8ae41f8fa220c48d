-- Settings as people write them: what `homeroom get` prints, `homeroom apply`
-- takes, and homeroom.setting_change keeps of before and after.

create function homeroom.settings_of_grant(wanted bigint) returns jsonb
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

create function homeroom.texts(list jsonb) returns text[]
language sql immutable set search_path = pg_catalog as $$
	select case when jsonb_typeof(list) = 'array' then
		array(select jsonb_array_elements_text(list)) end
$$;

-- A publisher that pulls all it may see, page by page, in the order of ids: what
-- a row costs is looking it up.

-- Whether a row is seen is read in the index alone.
alter table homeroom.visible
	drop constraint visible_pkey,
	add constraint visible_pkey
		primary key (grant_id, entity, sourced_id, since)
		include (until, gone);

-- Where the record lay in its table when that was noted last, a hint: most lie
-- there still, and take half as long to find as by their id. It changes with
-- the record, night by night: there is room for that beside the row, and what
-- is read in the index alone is tidied soon.
alter table homeroom.visible add place tid;
alter table homeroom.visible set (fillfactor = 90,
	autovacuum_vacuum_scale_factor = 0.01,
	autovacuum_vacuum_insert_scale_factor = 0.01);

-- The ids that a page is about to show, of the grant of the transaction:
-- policies look rows up here, once a page, before they ask for each by itself.
-- What is not among these may be seen nevertheless. homeroom.page has the
-- entity, the number of rows, and the id behind which they begin. It says that
-- it costs nothing: the planner takes it to run once a row, though it runs once
-- a page, and would go over whole tables instead.
create function homeroom.page(which integer) returns setof text
language plpgsql stable parallel safe cost 1 rows 1 as $$
declare
	page text[] := regexp_match(current_setting('homeroom.page', true),
		'^(\d+) (\d+) (.*)$');
begin
	if page[1]::integer = which then
		return query
		select v.sourced_id from homeroom.visible v
		where v.grant_id = homeroom.key_grant() and v.entity = which
			and v.sourced_id > page[3]
			and coalesce(v.until, 0) = 0 and not v.gone
		order by v.sourced_id limit page[2]::integer;
	end if;
end $$;

revoke execute on function homeroom.page(integer) from public;
grant execute on function homeroom.page(integer)
	to homeroom_publish_restricted;

do $policies$
declare
	restricted record;
begin
	for restricted in
		select tablename as name,
			substring(qual from 'v\.entity = (\d+)') as entity
		from pg_policies
		where schemaname = 'roster' and policyname = 'restricted_grant'
	loop
		execute format('alter policy restricted_grant on roster.%1$I '
			'using (district = homeroom.key_district() '
			'and (sourced_id in (select homeroom.page(%2$s)) '
			'or exists (select from homeroom.visible v '
			'where v.grant_id = homeroom.key_grant() '
			'and v.entity = %2$s and v.sourced_id = %1$I.sourced_id '
			'and coalesce(v.until, 0) = 0 and not v.gone) '
			'or homeroom.key_version() is not null and exists ('
			'select from homeroom.visible v '
			'where v.grant_id = homeroom.key_grant() '
			'and v.entity = %2$s and v.sourced_id = %1$I.sourced_id '
			'and v.until > homeroom.key_version() and not v.gone)))',
			restricted.name, restricted.entity);
	end loop;
end
$policies$;

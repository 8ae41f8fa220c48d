-- export_find: what a bundle for an application is made of now, and the key
-- of a delta for the transaction. No row: the application is disabled, its
-- grant is over, or its tokens are of the past.
-- $1: application
-- $2: epoch of the caller's token
-- $3: the version that a delta is since; 0 for a bulk bundle
select
	application.district,
	application.client_id,
	coalesce(live.version, 0),
	coalesce(live.published, 0),
	case
	when $3::bigint > coalesce(live.version, 0) then 'ahead'
	-- It may have shown other records, other fields of them, or files
	-- that were within no scope.
	when $3::bigint < "grant".changed then 'gone'
	when since.purged is false then 'kept'
	else 'gone' end,
	case when "grant".full_access then 'full'
		else 'g' || "grant".id || '.' || "grant".changed end,
	application.profile,
	set_config('homeroom.since', $3::bigint::text, true)
from homeroom.application
join homeroom."grant" on "grant".application = application.id
	and "grant".district = application.district
left join lateral (
	select version.version,
		floor(extract(epoch from version.published) * 1000)::bigint
			as published
	from homeroom.version
	where version.district = application.district
	order by version.version desc limit 1
) as live on true
left join homeroom.version as since
	on since.district = application.district
	and since.version = $3::bigint
where application.id = $1::bigint
	and application.epoch = $2::bigint
	and application.enabled
	and "grant".enabled
	and homeroom.is_in_force("grant".district, "grant".valid_from,
		"grant".valid_until)

-- session_open: takes the publishing role and the keys of an application for
-- this transaction. No row: it is disabled, its grant is over, or its
-- tokens are of the past.
-- The role comes last: it may set nothing any more.
-- $1: application
-- $2: epoch of the caller's token
-- $3: milliseconds that a statement may take
-- $4: plan_cache_mode: whether all statements have plans that are kept
-- $5: the version that is read; empty: the live one
-- $6: the page that is read, for homeroom.page; empty: none
select
	application.district,
	case when "grant".full_access then 0 else "grant".id end,
	coalesce((
		select max(version.version) from homeroom.version
		where version.district = application.district
	), 0),
	case when "grant".full_access then "grant".widened
		else "grant".changed end,
	case when "grant".full_access then ''
		else array_to_string("grant".fields, ' ') end,
	concat_ws('.', "grant".id, "grant".revision, application.revision),
	application.profile,
	set_config('plan_cache_mode', $4, true),
	set_config('statement_timeout', $3, true),
	set_config('homeroom.district', application.district::text, true),
	set_config('homeroom.grant', "grant".id::text, true),
	set_config('homeroom.version', $5, true),
	set_config('homeroom.page', $6, true),
	set_config('role', case when "grant".full_access
		then 'homeroom_publish_full'
		else 'homeroom_publish_restricted' end, true)
from homeroom.application
join homeroom."grant" on "grant".application = application.id
	and "grant".district = application.district
where application.id = $1
	and application.epoch = $2
	and application.enabled
	and "grant".enabled
	and homeroom.is_in_force("grant".district, "grant".valid_from,
		"grant".valid_until)

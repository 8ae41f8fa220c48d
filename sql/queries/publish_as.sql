-- publish_as: takes a publishing role and the keys of row-level security,
-- until the end of the transaction. The role comes last: it may not do this.
-- $1: district
-- $2: grant, or '' for a full one
-- $3: homeroom_publish_full or homeroom_publish_restricted
select
	set_config('homeroom.district', $1, true),
	set_config('homeroom.grant', $2, true),
	set_config('role', $3, true)

-- visible_purge: forgets what grants saw before a version.
-- $1: district
-- $2: the first version that is kept
delete from homeroom.visible using homeroom."grant"
where "grant".district = $1::integer and visible.grant_id = "grant".id
and visible.until <= $2::bigint

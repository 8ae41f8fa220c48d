-- After much was compiled: pages and bundles of restricted grants are planned
-- by how much of what these grants see. To say so is the owner's right.
create function homeroom.refresh_visible_statistics() returns void
language sql security definer set search_path = pg_catalog
as 'analyze homeroom.visible';

revoke execute on function homeroom.refresh_visible_statistics() from public;
grant execute on function homeroom.refresh_visible_statistics()
	to homeroom_ingest;

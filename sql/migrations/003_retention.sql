-- Versions whose history is gone can't be read or gone back to any more.
alter table homeroom.version add purged boolean not null default false;

-- ANALYZE is the owner's right; whoever takes in a bundle may ask for it.
create function homeroom.refresh_statistics(entity text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
	execute format('analyze roster.%I', entity);
	execute format('analyze history.%I', entity);
end $$;

revoke execute on function homeroom.refresh_statistics(text) from public;
grant execute on function homeroom.refresh_statistics(text)
	to homeroom_ingest;

-- Compiling what grants see, at a cost that grows with what changed.

-- Its primary key leads pages too; each index more is one more to write.
drop index homeroom.visible_live;
drop index homeroom.visible_seen;
create index visible_seen on homeroom.visible
	(entity, sourced_id, grant_id) where until is null;

-- Indexes of lists, which keep what is new unsorted for a while: to sort it in
-- is the owner's right.
create function homeroom.tidy_lists() returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
	perform gin_clean_pending_list('roster.users_agent_ids_idx');
	perform gin_clean_pending_list('roster.classes_term_ids_idx');
end $$;

revoke execute on function homeroom.tidy_lists() from public;
grant execute on function homeroom.tidy_lists() to homeroom_ingest;

-- The version with which a grant came to share everything: to its readers all
-- that is older came with it.
alter table homeroom."grant" add widened bigint not null default 0;

-- The day, UTC, for which it was last found out what its grants see.
alter table homeroom.district add day date;
grant update (day) on homeroom.district to homeroom_ingest;

-- Bundles that we bring to publishers ourselves.

alter table homeroom.application
	add push jsonb; -- its settings, as people write them; null: it pulls

-- What was brought last.
create table homeroom.pushed (
	application bigint primary key
		references homeroom.application on delete cascade,
	version     bigint not null,
	tag         text not null, -- of the file
	at          timestamptz not null
);

grant select, insert, update on homeroom.pushed to homeroom_serve;

create function homeroom.forget_schedule() returns trigger
language plpgsql as $$
begin
	delete from homeroom.schedule
	where district = old.district and kind = 'push' and subject = old.name;
	return null;
end $$;

create trigger forget_schedule after delete on homeroom.application
	for each row execute function homeroom.forget_schedule();

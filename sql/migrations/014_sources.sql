-- Sources that are fetched: what their settings say stands in
-- homeroom.source. With a source, its schedule goes.

create or replace function homeroom.forget_schedule() returns trigger
language plpgsql as $$
begin
	delete from homeroom.schedule
	where district = old.district and kind = tg_argv[0]
		and subject = old.name;
	return null;
end $$;

drop trigger forget_schedule on homeroom.application;
create trigger forget_schedule after delete on homeroom.application
	for each row execute function homeroom.forget_schedule('push');
create trigger forget_schedule after delete on homeroom.source
	for each row execute function homeroom.forget_schedule('source');

-- What provisioning tells: a plan that waits, and what became of accounts.

create function homeroom.tell_of_plan() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
	perform homeroom.put_event(new.district, 'plan.waiting',
		'directory ' || d.name,
		jsonb_build_object('plan', new.id::text,
			'reason', array_to_string(new.held, '; ')),
		now())
	from homeroom.directory d where d.id = new.directory;
	return null;
end $$;

create trigger tell after update of state on homeroom.plan
	for each row when (new.state = 'held' and old.state <> 'held')
	execute function homeroom.tell_of_plan();

create function homeroom.tell_of_account() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
	perform homeroom.put_event(p.district, 'account.' || new.kind || 'd',
		coalesce(new.name, new.subject),
		jsonb_build_object('directory', d.name,
			'person', coalesce(new.person, ''),
			'school', coalesce(new.school, ''),
			'reason', new.reason),
		now())
	from homeroom.plan p join homeroom.directory d on d.id = p.directory
	where p.id = new.plan;
	return null;
end $$;

create trigger tell after update of state on homeroom.action
	for each row when (new.state = 'done' and old.state <> 'done'
		and new.kind in ('create', 'disable', 'delete'))
	execute function homeroom.tell_of_account();

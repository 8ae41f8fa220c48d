-- Checks of the live roster: what was found when, so that the next run can
-- say what is new and what is gone. A version that is made is checked by the
-- next worker that is free. And what schedules tell of their runs.

create table homeroom.check_run (
	district integer not null references homeroom.district
		on delete cascade,
	version  bigint not null,
	at       timestamptz not null,
	ms       integer not null,
	-- By code: {"severity", "count", "new", "gone"}.
	results  jsonb not null,
	-- By school: how many students, teachers, classes, enrollments.
	schools  jsonb not null,
	primary key (district, version)
);

create table homeroom.check_finding (
	district   integer not null references homeroom.district
		on delete cascade,
	code       text collate "C" not null,
	sourced_id text collate "C" not null,
	school     text collate "C",
	detail     text, -- ids, dates and counts; no names
	since      bigint not null, -- the version that was checked first
	until      bigint, -- the one that was checked and had it no more
	primary key (district, code, sourced_id)
);

grant select, insert, update, delete
	on homeroom.check_run, homeroom.check_finding to homeroom_ingest;

-- The first and the last day of classes by their terms.
create view homeroom.class_days with (security_invoker = true) as
select c.district, c.sourced_id, c.school_id,
	coalesce(min(s.start_date), '-infinity') as first_day,
	coalesce(max(s.end_date) - 1, 'infinity') as last_day
from roster.classes c
left join lateral unnest(c.term_ids) as t (id) on true
left join roster.academic_sessions s on s.district = c.district
	and s.sourced_id = t.id and s.status = 'active'
where c.status = 'active'
group by c.district, c.sourced_id, c.school_id;

create view homeroom.school_counts with (security_invoker = true) as
select district, org_id as school,
	case when role = 'student' then 'students' else 'teachers' end as what,
	count(distinct user_id) as count
from roster.roles
where status = 'active' and role in ('student', 'teacher')
group by district, org_id, role
union all
select district, school_id, 'classes', count(*)
from roster.classes
where status = 'active'
group by district, school_id
union all
select district, school_id, 'enrollments', count(*)
from roster.enrollments
where status = 'active'
group by district, school_id;

grant select on homeroom.class_days, homeroom.school_counts
	to homeroom_ingest;

-- Only the newest version is worth a check: what waits for an older one goes.
create function homeroom.want_checks() returns trigger
language plpgsql as $$
begin
	delete from homeroom.job
	where district = new.district and kind = 'checks'
		and outcome is null and worker is null;
	insert into homeroom.job (district, kind, subject, wanted)
	values (new.district, 'checks', 'version ' || new.version, now())
	on conflict (district, kind, subject) where outcome is null do nothing;
	return null;
end $$;

create trigger want_checks after insert on homeroom.version
	for each row execute function homeroom.want_checks();

alter table homeroom.job
	add asked  text,        -- who wanted it; null: a schedule, or a version
	add due    timestamptz, -- by its schedule
	-- How many times of its schedule had gone by before that one.
	add missed integer not null default 0,
	add counts jsonb;       -- what it did, for programs

alter table homeroom.schedule
	add due timestamptz; -- the last time that made a job

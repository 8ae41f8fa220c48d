-- Jobs: what is to be done once, by whichever worker is free. And schedules,
-- which make jobs.

create table homeroom.job (
	id       bigint generated always as identity primary key,
	district integer not null references homeroom.district,
	kind     text not null, -- "push"
	subject  text not null, -- whose: a name
	wanted   timestamptz not null, -- not to begin before
	attempts integer not null default 0,
	-- The worker that has it, and until when it does unless it says more.
	worker   text,
	lease    timestamptz,
	started  timestamptz,
	finished timestamptz,
	outcome  text check (outcome in ('done', 'failed')),
	reason   text, -- of the failure, or of the latest attempt's
	detail   text  -- in a few words, what it did
);

-- A job that waits or runs is the only one of its kind and subject.
create unique index job_open on homeroom.job (district, kind, subject)
	where outcome is null;
create index job_waiting on homeroom.job (wanted) where outcome is null;
create index job_ended on homeroom.job (finished) where outcome is not null;

create table homeroom.schedule (
	district integer not null references homeroom.district,
	kind     text not null,
	subject  text not null,
	cron     text not null,
	zone     text not null,
	paused   boolean not null default false,
	next     timestamptz, -- null: never
	primary key (district, kind, subject)
);

create index on homeroom.schedule (next) where not paused;

create function homeroom.announce_job() returns trigger
language plpgsql as $$
begin
	perform pg_notify('homeroom_job', new.id::text);
	return null;
end $$;

create trigger announce after insert on homeroom.job
	for each row execute function homeroom.announce_job();

grant select, insert, update, delete on homeroom.job, homeroom.schedule
	to homeroom_ingest;

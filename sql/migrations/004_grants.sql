-- Grants that share a part of a district: what they restrict, the rows that
-- they see, and how those that left their sight are told of.

-- A restriction that is null restricts nothing; an empty one lets nothing by.
alter table homeroom."grant"
	-- A restricted grant that nobody has written yet shares nothing.
	add defined             boolean not null default false,
	add enabled             boolean not null default true,
	add valid_from          date,
	add valid_until         date, -- the last day
	add addresses           cidr[],
	add requests_per_minute integer,
	add bytes_per_day       bigint,
	add schools             text[], -- orgs, with all below them
	add sessions            text[], -- with all below them
	add sessions_before     integer, -- days before a session's start
	add sessions_after      integer, -- and after its end
	add courses             text[],
	add subjects            text[],
	add classes             text[],
	add grades              text[],
	add roles               text[],
	add unenrolled          boolean not null default false,
	add agents              boolean not null default false,
	add demographics        boolean not null default false,
	add resources           boolean not null default false,
	add gradebook           boolean not null default false,
	-- "users.email=omit", "users.username=pseudonymise"
	add fields              text[] not null default '{}',
	add pseudonym_key       bytea, -- sealed
	-- The version with which it became what it is: older ones can't be
	-- read under it any more.
	add changed             bigint not null default 0;

-- gone: the row left the grant's sight, and its readers are told so for as
-- long as history is kept. was: in which parts of its entity they knew it.
alter table homeroom.visible
	add gone boolean not null default false,
	add was  text[];

-- Grants are few and rows are many: one trigger instead of a check for each.
alter table homeroom.visible drop constraint visible_grant_id_fkey;

create unique index visible_live on homeroom.visible
	(grant_id, entity, sourced_id) where until is null;
create index visible_seen on homeroom.visible
	(entity, sourced_id, grant_id) where until is null and not gone;
create index visible_gone on homeroom.visible
	(grant_id, since) where until is null and gone;
create index visible_past on homeroom.visible
	(grant_id, until) where until is not null;

-- The orgs (1) and academic sessions (2) that a grant's restrictions come
-- down to, as they were when it was last compiled.
create table homeroom.scope (
	grant_id   bigint not null
		references homeroom."grant" on delete cascade,
	entity     smallint not null,
	sourced_id text collate "C" not null,
	primary key (grant_id, entity, sourced_id)
);

grant select, insert, update, delete on homeroom.scope to homeroom_ingest;

create function homeroom.forget_grant() returns trigger
language plpgsql as $$
begin
	delete from homeroom.visible where grant_id = old.id;
	return null;
end $$;

create trigger forget after delete on homeroom."grant"
	for each row execute function homeroom.forget_grant();

-- Rows that left sight are in homeroom.visible still, but not to be seen. And
-- the columns of history are named in full: visible has a since and an until
-- of its own.
do $policies$
declare
	entity text[];
begin
	foreach entity slice 1 in array array[
		array['orgs', '1'],
		array['academic_sessions', '2'],
		array['courses', '3'],
		array['classes', '4'],
		array['users', '5'],
		array['user_profiles', '6'],
		array['roles', '7'],
		array['enrollments', '8'],
		array['demographics', '9'],
		array['resources', '10'],
		array['class_resources', '11'],
		array['course_resources', '12'],
		array['user_resources', '13'],
		array['categories', '14'],
		array['score_scales', '15'],
		array['line_items', '16'],
		array['line_item_score_scales', '17'],
		array['line_item_learning_objective_ids', '18'],
		array['results', '19'],
		array['result_score_scales', '20'],
		array['result_learning_objective_ids', '21'],
		array['assessment_line_items', '22'],
		array['assessment_results', '23']
	] loop
		execute format('alter policy restricted_grant on roster.%1$I '
			'using (district = homeroom.key_district() and exists ('
			'select from homeroom.visible v '
			'where v.grant_id = homeroom.key_grant() '
			'and v.entity = %2$s and v.sourced_id = %1$I.sourced_id '
			'and v.until is null and not v.gone))',
			entity[1], entity[2]);
		execute format('alter policy restricted_grant on history.%1$I '
			'using (district = homeroom.key_district() and exists ('
			'select from homeroom.visible v '
			'where v.grant_id = homeroom.key_grant() '
			'and v.entity = %2$s and v.sourced_id = %1$I.sourced_id '
			'and v.since < %1$I.until and (v.until is null '
			'or v.until > %1$I.since) and not v.gone))',
			entity[1], entity[2]);
	end loop;
end
$policies$;

-- For the one role of OneRoster 1.1, of the roles that a grant sees.
grant execute on function homeroom.role_11(text), homeroom.role_rank(text)
	to homeroom_publish_restricted;

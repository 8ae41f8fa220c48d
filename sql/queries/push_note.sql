-- push_note: notes what was brought to an application.
-- $1: application
-- $2: version
-- $3: the file's tag
insert into homeroom.pushed (application, version, tag, at)
values ($1::bigint, $2::bigint, $3, now())
on conflict (application) do update
set version = excluded.version, tag = excluded.tag, at = excluded.at

-- usage_tell: adds what this server has answered since it told last, and tells
-- what all servers have.
-- $1: the day, UTC
-- $2: applications, in order: who tells of several never waits in a circle
-- $3: requests of each
-- $4: bytes of each
with told as (
	insert into homeroom.usage as known (application, day, requests, bytes)
	select more.application, $1::date, more.requests, more.bytes
	from unnest($2::bigint[], $3::bigint[], $4::bigint[])
		as more (application, requests, bytes)
	where exists (select from homeroom.application
		where id = more.application)
	order by more.application
	on conflict (application, day) do update
	set requests = known.requests + excluded.requests,
		bytes = known.bytes + excluded.bytes
	returning application, requests, bytes
)
select application, requests, bytes from told
union all
select application, requests, bytes from homeroom.usage
where day = $1::date and application not in (select application from told)

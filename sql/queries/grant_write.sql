-- grant_write: makes a grant what its settings say; what they don't say is as
-- if nobody had ever said it. Who loses a scope loses the tokens that have it.
-- $1: grant
-- $2: settings, JSON
-- $3: scopes by URI, with spaces between; null: as they are
with before as (
	select scopes from homeroom."grant" where id = $1::bigint
), written as (
	update homeroom."grant" set
		full_access = coalesce(s ->> 'access', '') = 'full',
		defined = coalesce(s ->> 'access', 'restricted') = 'restricted',
		scopes = coalesce(string_to_array($3::text, ' '),
			homeroom.texts(s -> 'scopes'), scopes),
		enabled = coalesce((s ->> 'enabled')::boolean, true),
		valid_from = (s ->> 'from')::date,
		valid_until = (s ->> 'until')::date,
		addresses = homeroom.texts(s -> 'addresses')::cidr[],
		requests_per_minute = (s #>> '{limits,requestsPerMinute}')::integer,
		concurrency = (s #>> '{limits,concurrency}')::integer,
		bytes_per_day = (s #>> '{limits,bytesPerDay}')::bigint,
		schools = homeroom.texts(s #> '{share,schools}'),
		sessions = homeroom.texts(s #> '{share,sessions,named}'),
		sessions_before = coalesce((s #>> '{share,sessions,before}')::integer,
			case when s #> '{share,sessions,after}' is not null then 0 end),
		sessions_after = coalesce((s #>> '{share,sessions,after}')::integer,
			case when s #> '{share,sessions,before}' is not null then 0 end),
		courses = homeroom.texts(s #> '{share,courses}'),
		subjects = homeroom.texts(s #> '{share,subjects}'),
		classes = homeroom.texts(s #> '{share,classes}'),
		grades = homeroom.texts(s #> '{share,grades}'),
		roles = homeroom.texts(s #> '{share,roles}'),
		unenrolled = coalesce((s #>> '{share,unenrolled}')::boolean, false),
		agents = coalesce((s #>> '{share,agents}')::boolean, false),
		demographics = coalesce((s #>> '{share,demographics}')::boolean, false),
		resources = coalesce((s #>> '{share,resources}')::boolean, false),
		gradebook = coalesce((s #>> '{share,gradebook}')::boolean, false),
		-- Who shares nothing any more tells what is gone as it was known.
		fields = case when s ->> 'access' = 'none' and not s ? 'fields'
			then fields else array(
			select entity.key || '.' || field.key || '=' || field.value
			from jsonb_each(coalesce(s -> 'fields', '{}')) as entity,
				jsonb_each_text(entity.value) as field
			where field.value <> 'share'
			order by 1) end
	from (select $2::jsonb as s) as settings
	where id = $1::bigint
	returning application, scopes
)
update homeroom.application set epoch = epoch + 1
from before, written
where application.id = written.application
	and not before.scopes <@ written.scopes

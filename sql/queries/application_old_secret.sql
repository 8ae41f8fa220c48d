-- application_old_secret: until when the secret before the present one works;
-- no row when there is none that does.
-- $1: application
-- $2: now
select (extract(epoch from expires) * 1000)::bigint
from homeroom.secret
where application = $1::bigint and expires > $2::timestamptz

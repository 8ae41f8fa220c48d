-- import_last: the last import of a source that went through: its digest, the
-- version that was live when it ended, and its report. None while it matters
-- how often the source was read.
-- $1: district
-- $2: source
-- $3: the digest that is asked for, in hexadecimal
select version, report from homeroom.import
where district = $1::integer and source = $2::integer
and outcome in ('committed', 'unchanged')
and digest = decode($3::text, 'hex')
and id = (
	select max(id) from homeroom.import
	where district = $1::integer and source = $2::integer
	and outcome in ('committed', 'unchanged')
)
and not exists (
	select from homeroom.absent
	where district = $1::integer and source = $2::integer
)
and not (select remerge from homeroom.district where id = $1::integer)

-- account_link: says whose an account is. What was found: the account, the
-- person (or none was named), and whether the person has another account.
-- $1: directory
-- $2: the account's login or anchor
-- $3: person; null: nobody's
-- $4: who says so
-- $5: now
with account as (
	select h.* from homeroom.account h
	where h.directory = $1::integer and h.gone is null
		and (h.anchor = $2 or lower(h.login) = lower($2))
	order by h.anchor = $2 desc limit 1),
person as (
	select u.sourced_id from roster.users u
	join homeroom.directory d on d.id = $1::integer
	where u.district = d.district and u.sourced_id = $3::text),
other as (
	select o.anchor from homeroom.account o, account h
	where o.directory = $1::integer and o.person = $3::text
		and o.gone is null and o.anchor <> h.anchor),
done as (
	update homeroom.account h set
		person = $3::text, linked = case when $3::text is not null
			then $5::timestamptz end,
		linked_by = case when $3::text is not null then $4 end,
		rule = null, unwanted = null, due = null
	from account a
	where h.directory = a.directory and h.anchor = a.anchor
		and not exists (select from other)
		and ($3::text is null or exists (select from person)))
select exists (select from account),
	$3::text is null or exists (select from person),
	exists (select from other)

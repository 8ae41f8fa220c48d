-- account_protect: whether nothing touches an account.
-- $1: directory
-- $2: its login or anchor
-- $3: whether
update homeroom.account h set protected = $3::boolean
where h.directory = $1::integer and h.gone is null
	and (h.anchor = $2 or lower(h.login) = lower($2))

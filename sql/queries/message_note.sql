-- message_note: what became of an attempt to send a message.
-- $1: message
-- $2: sent, failed or waiting
-- $3: reason, or null
-- $4: now
update homeroom.message set attempts = attempts + 1,
	sent = case when $2 = 'sent' then $4::timestamptz end,
	given_up = case when $2 = 'failed' then $4::timestamptz end,
	reason = $3
where id = $1::bigint

-- nonce_purge: forgets what is too old by itself.
-- $1: now
delete from homeroom.nonce where expires < $1::timestamptz

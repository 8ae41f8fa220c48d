-- signing_key_purge: forgets the keys that verify no more.
-- $1: now
delete from homeroom.signing_key where expires <= $1::timestamptz

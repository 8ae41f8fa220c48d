-- While nobody knows whether an account was made, each attempt gives it the same
-- password: one that was given up may still come through, and last.
alter table homeroom.password add held bytea; -- under our own key; null: made

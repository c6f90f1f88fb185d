-- The bare lock transaction, for pgbench: each client takes the next seat of its own slice.
\set taken :taken + 1
\set place :client_id * :slice + :taken
\set seat :first_seat + :place
\set person :first_person + :place / 4
\set own_event :event - :apart * (:client_id + 1)
BEGIN;
SELECT id, price, change_seq, sales_open_at, sales_close_at, lock_seconds, seat_cap
  FROM reservations_event WHERE id = :own_event FOR NO KEY UPDATE;
SELECT seat.*, clock_timestamp(),
    (SELECT count(*) FROM reservations_seat AS held
     WHERE held.event_id = :own_event AND held.locked_by_id = :person AND held.status = 1
       AND held.locked_until > clock_timestamp())
  FROM reservations_seat AS seat WHERE seat.id = :seat FOR NO KEY UPDATE OF seat;
UPDATE reservations_seat SET status = 1, locked_by_id = :person, extensions = 0,
    locked_until = clock_timestamp() + interval '4 hours', locked_at = clock_timestamp(),
    lapsed_holder_id = NULL, reservation_id = NULL, version = :place + 1
  WHERE id = :seat;
UPDATE reservations_event SET change_seq = change_seq + 1 WHERE id = :own_event;
INSERT INTO reservations_seatchange
    (event_id, seq, seat_id, status, holder_id, locked_until, reason, actor_id, at)
  SELECT id, change_seq, :seat, 1, :person, clock_timestamp() + interval '4 hours', 'locked',
    :person, clock_timestamp()
  FROM reservations_event WHERE id = :own_event;
COMMIT;

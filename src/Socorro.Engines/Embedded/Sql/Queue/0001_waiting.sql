-- lane: 0 priority, 1 standard, 2 reprocessing, 3 parked.
-- ready_at: when it may be leased (Unix milliseconds); of a leased crash, when the lease runs out; of a parked one, since when.
-- entered_at: since when it waits in its lane.
-- Rows are leased in the order of the index: by lane, by ready_at, then by key, which is the order of arrival.

create table waiting (
    key integer primary key,
    id text not null unique,
    lane integer not null,
    ready_at integer not null,
    entered_at integer not null,
    attempts integer not null default 0,
    is_reprocessing integer not null default 0,
    token text,
    error text
);

create index waiting_by_urgency on waiting (lane, ready_at);

-- Leased, or waiting for another attempt: few, whatever waits. All others wait since ready_at.
create index waiting_tried on waiting (lane, entered_at) where attempts > 0;

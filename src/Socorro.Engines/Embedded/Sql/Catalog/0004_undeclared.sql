-- Annotations that clients sent and no field declares, by the product that sent them. Times are Unix milliseconds.

create table undeclared (
    name text not null,
    product text not null,
    crashes integer not null,
    last_seen integer not null,
    primary key (name, product)
) without rowid;

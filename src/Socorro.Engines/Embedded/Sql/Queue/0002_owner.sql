-- The process that leased the crash: the name of its file in the folder "running".
alter table waiting add column owner text;

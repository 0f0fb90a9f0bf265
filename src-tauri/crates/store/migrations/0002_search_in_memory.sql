-- Words, openids and parts of numbers are found in memory (search.rs); what an index over them costs on import is gone with them.
DROP INDEX orders_body;
DROP INDEX orders_openid;

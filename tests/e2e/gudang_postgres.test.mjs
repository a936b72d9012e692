// The warehouse as each of its users, on PostgreSQL.
import './helpers/on_postgres.mjs';
import './gudang.test.mjs';

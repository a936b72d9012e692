// Imported before a test file: its projects lie in a private PostgreSQL, behind PgBouncer in transaction mode.
process.env.DAPUR_TEST_ENGINE = 'pooler';

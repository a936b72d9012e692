// Imported before a test file: its projects lie in a private PostgreSQL.
process.env.DAPUR_TEST_ENGINE = 'postgres';

-- The schema "auth" of a database that another server has used (Supabase's): it stays as it is. What our
-- statements need and older ones lack is added; nothing is changed or taken away.
SET ROLE supabase_auth_admin;

DO $$
DECLARE
    missing record;
BEGIN
    FOR missing IN
        SELECT * FROM (VALUES
            ('users', 'email_change_token_new', 'varchar(255)'),
            ('users', 'phone', 'text'),
            ('users', 'phone_confirmed_at', 'timestamptz'),
            ('users', 'phone_change', $d$text DEFAULT ''$d$),
            ('users', 'phone_change_sent_at', 'timestamptz'),
            ('users', 'confirmed_at', 'timestamptz GENERATED ALWAYS AS (LEAST(email_confirmed_at, phone_confirmed_at)) STORED'),
            ('users', 'banned_until', 'timestamptz'),
            ('users', 'reauthentication_sent_at', 'timestamptz'),
            ('users', 'is_sso_user', 'boolean NOT NULL DEFAULT false'),
            ('users', 'deleted_at', 'timestamptz'),
            ('users', 'is_anonymous', 'boolean NOT NULL DEFAULT false'),
            ('identities', 'email', $d$text GENERATED ALWAYS AS (lower(identity_data ->> 'email')) STORED$d$),
            ('sessions', 'not_after', 'timestamptz'),
            ('sessions', 'refreshed_at', 'timestamptz'),
            ('sessions', 'user_agent', 'text'),
            ('sessions', 'ip', 'text'),
            ('sessions', 'oauth_client_id', 'uuid'),
            ('sessions', 'refresh_token_hmac_key', 'text'),
            ('sessions', 'refresh_token_counter', 'bigint'),
            ('audit_log_entries', 'ip_address', $d$varchar(64) NOT NULL DEFAULT ''$d$)
        ) AS wanted (relation, name, definition)
        WHERE NOT EXISTS (
            SELECT FROM pg_attribute
            WHERE attrelid = to_regclass('auth.' || wanted.relation) AND attname = wanted.name AND NOT attisdropped)
    LOOP
        EXECUTE format('ALTER TABLE auth.%I ADD COLUMN %I %s', missing.relation, missing.name, missing.definition);
    END LOOP;

    IF to_regclass('auth.one_time_tokens') IS NULL THEN
        CREATE TYPE auth.one_time_token_type AS ENUM (
            'confirmation_token', 'reauthentication_token', 'recovery_token',
            'email_change_token_new', 'email_change_token_current', 'phone_change_token');
        CREATE TABLE auth.one_time_tokens (
            id uuid NOT NULL PRIMARY KEY,
            user_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
            token_type auth.one_time_token_type NOT NULL,
            token_hash text NOT NULL CHECK (length(token_hash) > 0),
            relates_to text NOT NULL,
            created_at timestamp NOT NULL DEFAULT now(),
            updated_at timestamp NOT NULL DEFAULT now()
        );
        CREATE UNIQUE INDEX one_time_tokens_user_id_token_type_key ON auth.one_time_tokens (user_id, token_type);
        ALTER TABLE auth.one_time_tokens ENABLE ROW LEVEL SECURITY;
    END IF;
END
$$;

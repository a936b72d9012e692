-- User code may reference auth.users, and policies may ask who calls.
CREATE TABLE profiles (
    id uuid PRIMARY KEY DEFAULT auth.uid() REFERENCES auth.users (id) ON DELETE CASCADE,
    nickname text NOT NULL
);
ALTER TABLE profiles ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON profiles USING (id = (SELECT auth.uid())) WITH CHECK (id = (SELECT auth.uid()));
CREATE POLICY staff ON profiles FOR SELECT USING (auth.jwt() -> 'app_metadata' ->> 'role' = 'staff');

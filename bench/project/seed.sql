-- 10,000 rows of 100 owners; 00000000-0000-4000-8000-000000000001 has 100 of them.
insert into public.items (owner, title, price, done)
select ('00000000-0000-4000-8000-' || lpad((n % 100)::text, 12, '0'))::uuid, 'item number ' || n, (n % 1000) + 0.50, n % 3 = 0
from generate_series(1, 10000) as g (n);

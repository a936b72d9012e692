-- Northwind, a dump of an order database: 14 tables with keys added at the end; then what one asks of them.
-- load: ../shared/data/sql/northwind.sql
-- as: owner
-- Every table, whole.
select count(*) from categories;
select * from categories order by 1, 2, 3, 4;
select count(*) from customer_customer_demo;
select * from customer_customer_demo order by 1, 2;
select count(*) from customer_demographics;
select * from customer_demographics order by 1, 2;
select count(*) from customers;
select * from customers order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11;
select count(*) from employees;
select * from employees order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18;
select count(*) from employee_territories;
select * from employee_territories order by 1, 2;
select count(*) from order_details;
select * from order_details order by 1, 2, 3, 4, 5;
select count(*) from orders;
select * from orders order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14;
select count(*) from products;
select * from products order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;
select count(*) from region;
select * from region order by 1, 2;
select count(*) from shippers;
select * from shippers order by 1, 2, 3;
select count(*) from suppliers;
select * from suppliers order by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12;
select count(*) from territories;
select * from territories order by 1, 2, 3;
select count(*) from us_states;
select * from us_states order by 1, 2, 3, 4;

-- Joins and aggregates.
select c.category_name, count(*) as products, min(p.unit_price), max(p.unit_price), sum(p.units_in_stock) as stock from categories c join products p using (category_id) group by c.category_name order by c.category_name;
select o.order_id, round(sum(d.unit_price::numeric * d.quantity * (1 - d.discount::numeric)), 2) as total from orders o join order_details d using (order_id) group by o.order_id order by total desc, o.order_id limit 25;
select c.company_name, count(distinct o.order_id) as orders, sum(d.quantity) as pieces from customers c left join orders o on o.customer_id = c.customer_id left join order_details d on d.order_id = o.order_id group by c.customer_id, c.company_name order by pieces desc nulls last, c.company_name;
select e.first_name || ' ' || e.last_name as name, count(*) as orders, count(*) filter (where o.shipped_date > o.required_date) as late from employees e join orders o using (employee_id) group by e.employee_id, e.first_name, e.last_name order by e.employee_id;
select s.company_name, s.country, count(p.product_id) from suppliers s left join products p using (supplier_id) group by s.supplier_id, s.company_name, s.country having count(p.product_id) >= 3 order by 3 desc, 1;
select ship_country, count(*), round(sum(freight)::numeric, 0) as freight from orders group by ship_country order by 2 desc, 1;
select e.last_name, r.region_description, count(*) from employees e join employee_territories et using (employee_id) join territories t using (territory_id) join region r using (region_id) group by e.last_name, r.region_description order by 1, 2;
select p.product_name, sum(d.quantity) as sold from products p join order_details d using (product_id) where p.discontinued = 0 group by p.product_id, p.product_name order by sold desc, 1 limit 15;
select sh.company_name, count(o.order_id), avg(o.shipped_date - o.order_date) as days from shippers sh left join orders o on o.ship_via = sh.shipper_id group by sh.shipper_id, sh.company_name order by sh.shipper_id;
select a.company_name, b.company_name as neighbour, a.city from customers a join customers b on a.city = b.city and a.customer_id < b.customer_id order by a.city, 1, 2;

-- Dates.
select date_trunc('month', order_date) as month, count(*) from orders group by 1 order by 1;
select extract(year from order_date) as year, extract(week from order_date) as week, count(*) from orders where order_date between '1997-01-01' and '1997-03-31' group by 1, 2 order by 1, 2;
select order_id, order_date, shipped_date, shipped_date - order_date as days, required_date - interval '1 week' as remind from orders where ship_country = 'Norway' order by order_id;
select last_name, birth_date, to_char(hire_date, 'FMDay, DD Mon YYYY') as hired, age(hire_date, birth_date) as age from employees order by employee_id;
select order_id from orders where shipped_date is null and order_date < date '1998-05-01' order by order_id;
select d::date as day, count(o.order_id) from generate_series(timestamp '1996-07-01', timestamp '1996-07-31', interval '1 day') d left join orders o on o.order_date = d::date group by d order by d;
select to_char(order_date, 'YYYY-"Q"Q') as quarter, count(*), min(order_date), max(order_date) from orders group by 1 order by 1;

-- Windows.
select * from (select ship_country, order_id, freight, rank() over (partition by ship_country order by freight desc) as place from orders) x where place = 1 order by ship_country, order_id;
select customer_id, order_id, order_date, order_date - lag(order_date) over (partition by customer_id order by order_date, order_id) as since, count(*) over (partition by customer_id) as orders from orders where customer_id < 'C' order by customer_id, order_date, order_id;
select month, n, sum(n) over (order by month) as running, round(avg(n) over (order by month rows between 2 preceding and current row), 2) as mean from (select date_trunc('month', order_date)::date as month, count(*) as n from orders group by 1) m order by month;
select category_id, product_name, unit_price, dense_rank() over (partition by category_id order by unit_price desc) as place, unit_price - first_value(unit_price) over (partition by category_id order by unit_price desc) as below from products order by category_id, place, product_name;
select employee_id, n, ntile(3) over (order by n desc, employee_id) as third, lead(n, 1, 0) over (order by n desc, employee_id) as next from (select employee_id, count(*) as n from orders group by employee_id) x order by n desc, employee_id;

-- Text.
select company_name from customers where company_name like '%s' or contact_name like 'Mar%' order by 1;
select company_name, contact_title from customers where contact_title ilike '%sales%' and region is null order by customer_id;
select product_name from products where product_name ~ '^[CG].*[aeiou]$' order by 1;
select lower(left(first_name, 1) || last_name) || '@northwind.example' as mail, translate(home_phone, '() -', '') as digits, char_length(notes), octet_length(photo) from employees order by employee_id;
select substring(quantity_per_unit from '[0-9]+')::int as packs, count(*) from products where quantity_per_unit ~ '^[0-9]' group by 1 order by 1;
select split_part(contact_name, ' ', 1) as first, count(*) from customers group by 1 having count(*) > 1 order by 2 desc, 1;

-- Sub-selects, CTEs, sets.
select company_name from customers c where not exists (select 1 from orders o where o.customer_id = c.customer_id) order by 1;
with recursive team as (select employee_id, reports_to, last_name, 1 as level from employees where reports_to is null union all select e.employee_id, e.reports_to, e.last_name, t.level + 1 from employees e join team t on e.reports_to = t.employee_id) select * from team order by level, last_name;
select country from customers union select country from suppliers order by 1;
select city from customers except select city from suppliers order by 1 limit 30;
select product_name, unit_price from products where unit_price > (select avg(unit_price) from products) order by unit_price desc, product_name;
select distinct on (customer_id) customer_id, order_id, order_date from orders order by customer_id, order_date desc, order_id desc;
select p.product_id, p.product_name, l.order_id, l.quantity from products p cross join lateral (select d.order_id, d.quantity from order_details d where d.product_id = p.product_id order by d.quantity desc, d.order_id limit 2) l where p.category_id = 8 order by 1, 4 desc, 3;
select country, array_agg(distinct city order by city) as cities, json_agg(customer_id order by customer_id) as ids from customers group by country having count(*) > 5 order by country;
select case when discount = 0 then 'none' when discount < 0.1 then 'little' else 'much' end as discount, count(*), sum(quantity) from order_details group by 1 order by 1;
select sum(unit_price * quantity) is not null, min(discount), max(discount), count(distinct discount) from order_details;
select count(*), count(region), count(distinct region), max(length(address)) from customers;
select freight, freight::numeric, freight::float8, freight::text from orders where order_id between 10248 and 10260 order by order_id;

-- Writes.
update products set unit_price = unit_price * 2 where product_id = 1 returning product_id, unit_price;
insert into order_details values (10248, 1, 14, 12, 0) returning *;
-- error: 23505
insert into order_details values (10248, 1, 14, 12, 0);
-- error: 23503
delete from customers where customer_id = 'ALFKI';
-- error: 22003
insert into region values (40000, 'nowhere');
-- error: 22001
insert into customers (customer_id, company_name) values ('TOOLONG', 'x');
delete from orders where order_id = 11077 and not exists (select from order_details d where d.order_id = orders.order_id);

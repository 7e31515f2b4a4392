-- The least that the service's role needs, for MIGRATE_ON_START=false. As the database's owner:
--
--   1. run the command migrate, which makes schema order_closer;
--   2. CREATE ROLE order_closer LOGIN PASSWORD '…';
--   3. psql -f db/grants.sql
--
-- Steps 1 and 3 again after each upgrade: giving a right twice does no harm. Then check, with the role's
-- own settings, names every right that is missing, with the statement that gives it.
-- A role of another name: replace order_closer after each TO; the schema's name stays.

GRANT USAGE ON SCHEMA order_closer TO order_closer;
GRANT SELECT ON order_closer.flyway_schema_history TO order_closer;
GRANT SELECT, INSERT, UPDATE, DELETE ON order_closer.order_close TO order_closer;
GRANT SELECT, INSERT, DELETE ON order_closer.close_attempt TO order_closer;
GRANT SELECT, INSERT, UPDATE, DELETE ON order_closer.pause TO order_closer;
GRANT SELECT, UPDATE ON order_closer.call_rate, order_closer.scan TO order_closer;
GRANT SELECT, INSERT ON order_closer.known_merchant TO order_closer;

-- The shop's table, by its default names. With other settings replace
--   public        by the schema of ORDERS_TABLE
--   orders        by the table or view of ORDERS_TABLE
--   out_trade_no  by ORDERS_OUT_TRADE_NO_COLUMN
--   sub_mchid     by ORDERS_SUB_MCHID_COLUMN; leave it out if WECHATPAY_SUB_MCHID is set
--   status        by ORDERS_STATUS_COLUMN, both times: it is the one column that is written
--   created_at    by ORDERS_CREATED_AT_COLUMN
-- and add the column of ORDERS_FILTER_COLUMN, if that is set, to those of SELECT. Names with capitals or
-- odd characters in double quotes. For a view, rights on the view are enough: behind it those of its
-- owner count, and a trigger's function runs with the rights of this role unless it is SECURITY DEFINER.

GRANT USAGE ON SCHEMA public TO order_closer;
GRANT SELECT (out_trade_no, sub_mchid, status, created_at), UPDATE (status) ON public.orders TO order_closer;

-- The least that the service's role needs, for MIGRATE_ON_START=false: run the command 'migrate' as an
-- owner first, then this as one too. The role is order_closer here; the shop's table is public.orders
-- with the default column names.

GRANT USAGE ON SCHEMA order_closer TO order_closer;
GRANT SELECT ON order_closer.flyway_schema_history TO order_closer;
GRANT SELECT, INSERT, UPDATE, DELETE ON order_closer.order_close TO order_closer;
GRANT SELECT, INSERT, DELETE ON order_closer.close_attempt TO order_closer;
GRANT SELECT, INSERT, UPDATE, DELETE ON order_closer.pause TO order_closer;
GRANT SELECT, UPDATE ON order_closer.call_rate, order_closer.scan TO order_closer;
GRANT SELECT, INSERT ON order_closer.known_merchant TO order_closer;

GRANT USAGE ON SCHEMA public TO order_closer;
GRANT SELECT (out_trade_no, sub_mchid, status, created_at), UPDATE (status) ON public.orders TO order_closer;

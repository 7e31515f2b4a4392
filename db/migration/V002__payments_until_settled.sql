-- A payment stays in the report until the shop's row shows it settled or a person acknowledges it; what the
-- service did to a row that refuses or hides it is remembered; retention reads by an index of its own.

ALTER TABLE order_closer.order_close
    ADD COLUMN acknowledged_at timestamptz,
    ADD COLUMN row_closed boolean NOT NULL DEFAULT false,
    ADD COLUMN row_refused_at timestamptz;

COMMENT ON COLUMN order_closer.order_close.acknowledged_at IS 'when a person took the payment out of the report';
COMMENT ON COLUMN order_closer.order_close.row_closed IS
    'the shop''s row was closed because WeChat Pay did not know the order: a later close asks again, although the row is not unpaid';
COMMENT ON COLUMN order_closer.order_close.row_refused_at IS
    'when it was last reported that the shop''s row refuses the change';

-- Of these it was not remembered before; asking once too often does no harm.
UPDATE order_closer.order_close SET row_closed = true WHERE state IN ('NOT_FOUND', 'ABANDONED');

-- Retention and the report go through resolved orders by time, whatever their state.
CREATE INDEX order_close_resolved_at ON order_closer.order_close (resolved_at, out_trade_no)
    WHERE resolved_at IS NOT NULL;
-- Unsettled payments and abandoned orders are looked up by state each minute.
CREATE INDEX order_close_open_ends ON order_closer.order_close (state, resolved_at)
    WHERE state IN ('PAID', 'ABANDONED');
DROP INDEX order_closer.order_close_resolved;

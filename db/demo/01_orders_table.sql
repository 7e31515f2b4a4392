-- A shop's orders, as an example: the service finds everything in it by its default settings.

CREATE TABLE orders (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Not unique, as it should be, because one of the examples is a number used twice.
    out_trade_no  text NOT NULL,
    sub_mchid     text NOT NULL,
    channel       text NOT NULL DEFAULT 'WECHAT' CHECK (channel IN ('WECHAT', 'ALIPAY')),
    amount        integer NOT NULL CHECK (amount > 0),
    status        text NOT NULL DEFAULT 'NOTPAY' CHECK (status IN ('NOTPAY', 'PAID', 'CLOSED', 'CANCELLED')),
    created_at    timestamptz NOT NULL DEFAULT now(),
    note          text NOT NULL
);

COMMENT ON COLUMN orders.sub_mchid IS 'the merchant at WeChat Pay that is paid';
COMMENT ON COLUMN orders.amount IS 'in fen';
COMMENT ON COLUMN orders.note IS 'what is odd about the order; only an example has this column';

-- The two indexes that the service wants of any shop.
CREATE INDEX orders_out_trade_no ON orders (out_trade_no);
CREATE INDEX orders_status_created_at ON orders (status, created_at);

-- What the service knows about orders it has to close. The shop's own tables stay as they are.
-- The schema is made before this, by whatever keeps the list of migrations in it.

CREATE TABLE order_closer.order_close (
    out_trade_no      text PRIMARY KEY,
    sp_mchid          text NOT NULL,
    sub_mchid         text NOT NULL,
    order_created_at  timestamptz NOT NULL,
    state             text NOT NULL,
    attempts          integer NOT NULL DEFAULT 0,
    answered          integer NOT NULL DEFAULT 0,
    absences          integer NOT NULL DEFAULT 0,
    rate_refusals     integer NOT NULL DEFAULT 0,
    first_attempt_at  timestamptz,
    next_attempt_at   timestamptz,
    claim_id          uuid,
    claimed_by        text,
    claimed_until     timestamptz,
    trade_state       text,
    transaction_id    text,
    paid_at           timestamptz,
    code              text,
    message           text,
    reason            text,
    request_id        text,
    resolved_at       timestamptz,

    CONSTRAINT order_close_state_known CHECK (state IN
        ('DUE', 'CLAIMED', 'RETRY', 'CLOSED', 'PAID', 'NOT_FOUND', 'ABANDONED', 'SUPERSEDED')),
    -- An open order has a next step; a resolved one has none, but for the second look at one not found.
    CONSTRAINT order_close_next_step CHECK (
        CASE state
            WHEN 'DUE' THEN next_attempt_at IS NOT NULL
            WHEN 'CLAIMED' THEN next_attempt_at IS NOT NULL
            WHEN 'RETRY' THEN next_attempt_at IS NOT NULL
            WHEN 'NOT_FOUND' THEN true
            ELSE next_attempt_at IS NULL
        END),
    CONSTRAINT order_close_claim_whole CHECK (
        num_nonnulls(claim_id, claimed_by, claimed_until) IN (0, 3)),
    CONSTRAINT order_close_claim_state CHECK (
        CASE state
            WHEN 'CLAIMED' THEN claim_id IS NOT NULL
            WHEN 'NOT_FOUND' THEN claim_id IS NULL OR next_attempt_at IS NOT NULL
            ELSE claim_id IS NULL
        END),
    CONSTRAINT order_close_resolved CHECK (
        (resolved_at IS NOT NULL) = (state IN ('CLOSED', 'PAID', 'NOT_FOUND', 'ABANDONED', 'SUPERSEDED'))),
    CONSTRAINT order_close_paid CHECK (state != 'PAID' OR trade_state IN ('SUCCESS', 'REFUND')),
    CONSTRAINT order_close_abandoned CHECK (state != 'ABANDONED' OR reason IS NOT NULL),
    CONSTRAINT order_close_counts CHECK (
        attempts >= 0 AND answered BETWEEN 0 AND attempts AND absences >= 0 AND rate_refusals >= 0)
)
WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

COMMENT ON COLUMN order_closer.order_close.state IS
    'DUE: entered by the scan. CLAIMED: one copy calls about it until claimed_until. RETRY: tried, again at next_attempt_at. '
    'CLOSED, PAID, NOT_FOUND, ABANDONED, SUPERSEDED: resolved.';
COMMENT ON COLUMN order_closer.order_close.attempts IS 'claims that called and got as far as a decision';
COMMENT ON COLUMN order_closer.order_close.answered IS 'attempts that got a verified answer';
COMMENT ON COLUMN order_closer.order_close.absences IS 'verified answers in a row that WeChat Pay does not know the order';
COMMENT ON COLUMN order_closer.order_close.rate_refusals IS 'give-backs in a row because of the account''s rate';
COMMENT ON COLUMN order_closer.order_close.next_attempt_at IS 'planned time; of a NOT_FOUND order, that of the second look';

-- When somebody may claim the order next: at its planned time, or when the present lease ends.
CREATE INDEX order_close_claimable ON order_closer.order_close (coalesce(claimed_until, next_attempt_at))
    WHERE next_attempt_at IS NOT NULL;
-- For the heartbeat's counts and for retention.
CREATE INDEX order_close_resolved ON order_closer.order_close (state, resolved_at)
    WHERE resolved_at IS NOT NULL;

-- Append-only: a row a request.
CREATE TABLE order_closer.close_attempt (
    id            uuid PRIMARY KEY,
    out_trade_no  text NOT NULL,
    attempt       integer NOT NULL,
    operation     text NOT NULL CHECK (operation IN ('close', 'query')),
    started_at    timestamptz NOT NULL,
    duration_ms   integer NOT NULL,
    host          text NOT NULL,
    http_status   integer,
    code          text,
    message       text,
    request_id    text,
    verified      boolean NOT NULL,
    instance_id   text NOT NULL
);

CREATE INDEX close_attempt_order ON order_closer.close_attempt (out_trade_no, started_at);
CREATE INDEX close_attempt_started_at ON order_closer.close_attempt USING brin (started_at);

-- A row means: paused.
CREATE TABLE order_closer.pause (
    scope     text PRIMARY KEY,
    code      text NOT NULL,
    message   text,
    since     timestamptz NOT NULL,
    until     timestamptz NOT NULL,
    failures  integer NOT NULL CHECK (failures >= 1)
);

COMMENT ON COLUMN order_closer.pause.scope IS '''account'', or a sub_mchid';
COMMENT ON COLUMN order_closer.pause.until IS 'when one copy tries one order of the scope';

-- One row: the slots of the call rate that all copies and commands share.
CREATE TABLE order_closer.call_rate (
    one           boolean PRIMARY KEY DEFAULT true CHECK (one),
    next_slot_at  timestamptz NOT NULL,
    lowered_to    double precision,
    lowered_at    timestamptz,
    refused_at    timestamptz,
    CONSTRAINT call_rate_lowered_whole CHECK (num_nonnulls(lowered_to, lowered_at, refused_at) IN (0, 3))
)
WITH (fillfactor = 10);

COMMENT ON COLUMN order_closer.call_rate.lowered_to IS 'calls a second allowed at refused_at; it climbs again from there';

INSERT INTO order_closer.call_rate (next_slot_at) VALUES (now());

-- One row: how far the scan has come. Orders made up to mark have been seen.
CREATE TABLE order_closer.scan (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    mark  timestamptz NOT NULL
);

INSERT INTO order_closer.scan (mark) VALUES ('-infinity');

-- Merchants of whom WeChat Pay has known an order: the evidence for CLOSE_NOT_FOUND=auto.
CREATE TABLE order_closer.known_merchant (
    sp_mchid     text NOT NULL,
    sub_mchid    text NOT NULL,
    known_since  timestamptz NOT NULL,
    PRIMARY KEY (sp_mchid, sub_mchid)
);

-- Orders of every kind, made hours ago. What stands before the - of a number asks the sandbox for
-- trouble: the command `sandbox --help` lists it.

INSERT INTO orders (out_trade_no, sub_mchid, note, amount, created_at)
SELECT format('%s-%s', kind.name, lpad(n::text, 4, '0')),
       kind.sub_mchid,
       kind.note,
       990 + 100 * kind.place,
       now() - kind.age - n * interval '7 minutes'
FROM (VALUES
    ( 1, 'PLAIN',              5, '1900000109', interval '9 hours', 'nobody paid'),
    ( 2, 'OTHERSHOP',          2, '1900000117', interval '8 hours', 'nobody paid, of another sub-merchant'),
    ( 3, 'CLOSED',             1, '1900000109', interval '7 hours', 'closed at WeChat Pay already'),
    ( 4, 'REVOKED',            1, '1900000109', interval '7 hours', 'reversed at WeChat Pay'),
    ( 5, 'PAID',               2, '1900000109', interval '7 hours', 'paid, and the shop missed it'),
    ( 6, 'REFUND',             1, '1900000109', interval '7 hours', 'paid and refunded, and the shop missed it'),
    ( 7, 'GHOSTPAID',          1, '1900000109', interval '6 hours', 'paid just after close has said 204'),
    ( 8, 'STAYS2',             1, '1900000109', interval '6 hours', 'still unpaid after close has said 204'),
    ( 9, 'ABSENT',             1, '1900000109', interval '6 hours', 'never placed at WeChat Pay'),
    (10, 'GHOST',              1, '1900000109', interval '6 hours', 'never placed, yet close says 204'),
    (11, 'LATE',               1, '1900000109', interval '6 hours', 'placed late, after it was not found'),
    (12, 'PAYING',             1, '1900000109', interval '5 hours', 'the payer is typing the password'),
    (13, 'FREQUENCYLIMITED',   1, '1900000109', interval '5 hours', 'asked about too often: perhaps being paid'),
    (14, 'PAYERROR2',          1, '1900000109', interval '5 hours', 'a payment has just failed'),
    (15, 'ACCEPTED1',          1, '1900000109', interval '5 hours', 'close is accepted, but not done'),
    (16, 'SYSTEMERROR2',       1, '1900000109', interval '5 hours', 'system errors of both hosts'),
    (17, 'GATEWAY2',           1, '1900000117', interval '5 hours', 'a gateway''s HTML pages'),
    (18, 'HANG1',              1, '1900000109', interval '4 hours', 'no reply within the time allowed'),
    (19, 'RESET2',             1, '1900000109', interval '4 hours', 'connections reset by both hosts'),
    (20, 'RESETAFTER2',        1, '1900000117', interval '4 hours', 'closed, but the replies are lost'),
    (21, 'GARBAGE2',           1, '1900000109', interval '4 hours', 'bytes that are not HTTP'),
    (22, 'WRONGSIGNATURE2',    1, '1900000109', interval '4 hours', 'wrong signatures'),
    (23, 'SIGNTEST1',          1, '1900000109', interval '4 hours', 'a signature test of WeChat Pay''s'),
    (24, 'UNSIGNEDABSENT2',    1, '1900000109', interval '3 hours', 'unsigned: not found, which is not true'),
    (25, 'UNSIGNEDCLOSED2',    1, '1900000109', interval '3 hours', 'unsigned: closed, which is not true'),
    (26, 'OTHERORDER2',        1, '1900000109', interval '3 hours', 'an answer about another order'),
    (27, 'RATELIMITEXCEEDED1', 1, '1900000117', interval '3 hours', 'the account calls too often'),
    (28, 'NOAUTH',             2, '1900000125', interval '3 hours', 'of a sub-merchant that is barred'),
    (29, 'NEEDSREVERSE',       1, '1900000109', interval '3 hours', 'a payment-code order: only to be reversed'),
    (30, 'MEANWHILE',          1, '1900000109', interval '2 hours', 'paid in the shop while being closed'),
    (31, 'CANCELLED',          1, '1900000109', interval '2 hours', 'cancelled in the shop while being closed')
) AS kind (place, name, orders, sub_mchid, age, note)
CROSS JOIN LATERAL generate_series(1, kind.orders) AS n
ORDER BY kind.place, n;

INSERT INTO orders (out_trade_no, sub_mchid, channel, status, note, amount, created_at) VALUES
    ('MALFORMED-#1',   '1900000109', 'WECHAT', 'NOTPAY', 'a number that WeChat Pay does not allow', 990, now() - interval '2 hours'),
    ('TWICE-0001',     '1900000109', 'WECHAT', 'NOTPAY', 'a number used twice', 990, now() - interval '3 hours'),
    ('TWICE-0001',     '1900000109', 'WECHAT', 'NOTPAY', 'a number used twice', 1990, now() - interval '2 hours'),
    ('DUESOON-0001',   '1900000109', 'WECHAT', 'NOTPAY', '15 minutes old a few seconds from now', 990, now() - interval '14 minutes 54 seconds'),
    ('YOUNG-0001',     '1900000109', 'WECHAT', 'NOTPAY', 'too young', 990, now() - interval '3 minutes'),
    ('SHOPPAID-0001',  '1900000109', 'WECHAT', 'PAID',   'paid, as the shop knows', 990, now() - interval '2 hours'),
    ('ALIPAY-0001',    '1900000109', 'ALIPAY', 'NOTPAY', 'to be paid by another channel', 990, now() - interval '2 hours');

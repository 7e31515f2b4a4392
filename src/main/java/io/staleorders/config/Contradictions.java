package io.staleorders.config;

import static io.staleorders.config.Variables.*;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Settings that are well formed each, but do not go together. */
record Contradictions(Values values) {

  void findAll() {
    findInDatabase();
    findInKeys();
    findInOrders();
    findInStatuses();
    findInDurations();
  }

  void findInDatabase() {
    values
        .find(DATABASE_URL)
        .ifPresent(url -> url.problems().forEach(problem -> values.fault(DATABASE_URL, problem)));
    both(
        DATABASE_URL,
        DATABASE_USER,
        (url, user) -> {
          if (!url.user().orElse(user).equals(user)) {
            values.fault(DATABASE_USER, "the user in DATABASE_URL is another one");
          }
        });
    both(
        DATABASE_URL,
        DATABASE_PASSWORD,
        (url, password) -> {
          if (!url.password().orElse(password).reveal().equals(password.reveal())) {
            values.fault(DATABASE_PASSWORD, "the password in DATABASE_URL is another one");
          }
        });
  }

  private void findInKeys() {
    together(WECHATPAY_PUBLIC_KEY_ID, WECHATPAY_PUBLIC_KEY);
    if (!values.isGiven(WECHATPAY_PUBLIC_KEY_ID)
        && !values.isGiven(WECHATPAY_PUBLIC_KEY)
        && !values.isGiven(WECHATPAY_API_V3_KEY)) {
      values.fault(
          WECHATPAY_PUBLIC_KEY,
          "is required with WECHATPAY_PUBLIC_KEY_ID, unless WECHATPAY_API_V3_KEY is set: without"
              + " either no answer can be verified");
    }
  }

  private void findInOrders() {
    together(ORDERS_FILTER_COLUMN, ORDERS_FILTER_VALUES);
    if (values.isGiven(WECHATPAY_SUB_MCHID) && values.isGiven(ORDERS_SUB_MCHID_COLUMN)) {
      values.fault(
          WECHATPAY_SUB_MCHID,
          "is for a shop without a column for it, but ORDERS_SUB_MCHID_COLUMN is set");
    }
    List<Variable<String>> columns =
        List.of(
            ORDERS_OUT_TRADE_NO_COLUMN,
            ORDERS_SUB_MCHID_COLUMN,
            ORDERS_STATUS_COLUMN,
            ORDERS_CREATED_AT_COLUMN);
    for (int i = 0; i < columns.size(); i++) {
      for (int j = 0; j < i; j++) {
        different(columns.get(i), columns.get(j));
      }
    }
    different(ORDERS_FILTER_COLUMN, ORDERS_STATUS_COLUMN);
  }

  private void findInStatuses() {
    notAmong(ORDERS_CLOSED_STATUS, ORDERS_UNPAID_STATUS);
    notAmong(ORDERS_PAID_STATUS, ORDERS_UNPAID_STATUS);
    different(ORDERS_PAID_STATUS, ORDERS_CLOSED_STATUS);
  }

  private void findInDurations() {
    notOver(SWEEP_INTERVAL, CLOSE_DELAY);
    notOver(RETRY_FIRST_DELAY, RETRY_MAX_DELAY);
    notOver(PAUSE_FIRST_DELAY, PAUSE_MAX_DELAY);
    both(
        CLAIM_LEASE,
        WECHATPAY_TIMEOUT,
        (lease, timeout) -> {
          Duration least = timeout.multipliedBy(4).plusSeconds(10);
          if (lease.compareTo(least) < 0) {
            values.fault(
                CLAIM_LEASE,
                "must be at least 4 × WECHATPAY_TIMEOUT + 10s, which is " + Durations.text(least));
          }
        });
  }

  /** Two that only make sense together. */
  private void together(Variable<?> one, Variable<?> other) {
    if (values.isGiven(one) && !values.isGiven(other)) {
      values.fault(one, "makes no sense without " + other.name());
    }
    if (values.isGiven(other) && !values.isGiven(one)) {
      values.fault(other, "makes no sense without " + one.name());
    }
  }

  private void different(Variable<String> one, Variable<String> other) {
    both(
        one,
        other,
        (a, b) -> {
          if (a.equals(b)) {
            values.fault(one, "may not be the same as " + other.name());
          }
        });
  }

  private void notAmong(Variable<String> one, Variable<List<String>> others) {
    both(
        one,
        others,
        (value, list) -> {
          if (list.contains(value)) {
            values.fault(one, "may not be among " + others.name());
          }
        });
  }

  private void notOver(Variable<Duration> shorter, Variable<Duration> longer) {
    both(
        shorter,
        longer,
        (s, l) -> {
          if (s.compareTo(l) > 0) {
            values.fault(
                shorter, "may not be over " + longer.name() + ", which is " + Durations.text(l));
          }
        });
  }

  private <A, B> void both(Variable<A> a, Variable<B> b, BiConsumer<A, B> check) {
    Optional<B> second = values.find(b);
    values.find(a).ifPresent(first -> second.ifPresent(value -> check.accept(first, value)));
  }
}

package io.staleorders.testkit;

import io.staleorders.order.ClosePolicy;
import io.staleorders.order.ClosePolicy.NotFoundRule;
import io.staleorders.store.OrdersMapping;
import io.staleorders.sweep.SweepSettings;
import java.time.Duration;

/** How a test starts the service: the defaults, but for the rate and what it sets otherwise. */
public final class Options {
  private boolean confirm = true;
  private NotFoundRule notFound = NotFoundRule.AUTO;
  private double closeRate = 1_000;
  private int concurrency = 64;
  private int batchSize = 500;
  private Duration callTimeout = Duration.ofSeconds(10);
  private Duration lease = Duration.ofSeconds(60);
  private Duration grace = Duration.ofSeconds(8);
  private Duration sweepInterval = Duration.ofSeconds(30);
  private boolean byCertificates;
  private OrdersMapping mapping = Shop.mapping();
  private String present = Shop.NOW;

  private Options() {}

  public static Options defaults() {
    return new Options();
  }

  public Options confirm(boolean on) {
    confirm = on;
    return this;
  }

  public Options notFound(NotFoundRule rule) {
    notFound = rule;
    return this;
  }

  public Options closeRate(double perSecond) {
    closeRate = perSecond;
    return this;
  }

  public Options concurrency(int calls) {
    concurrency = calls;
    return this;
  }

  public Options batchSize(int orders) {
    batchSize = orders;
    return this;
  }

  public Options callTimeout(Duration timeout) {
    callTimeout = timeout;
    return this;
  }

  public Options lease(Duration length) {
    lease = length;
    return this;
  }

  public Options grace(Duration ofShutdown) {
    grace = ofShutdown;
    return this;
  }

  public Options sweepInterval(Duration interval) {
    sweepInterval = interval;
    return this;
  }

  /** Answers are verified by platform certificates, and not by the public key. */
  public Options byCertificates() {
    byCertificates = true;
    return this;
  }

  public Options table(TableSettings settings) {
    mapping = settings.mapping();
    return this;
  }

  /** By PostgreSQL's own clock instead of the one that stands. */
  public Options inRealTime() {
    present = "now()";
    return this;
  }

  OrdersMapping mapping() {
    return mapping;
  }

  double closeRate() {
    return closeRate;
  }

  boolean areByCertificates() {
    return byCertificates;
  }

  Duration callTimeout() {
    return callTimeout;
  }

  Duration lease() {
    return lease;
  }

  String present() {
    return present;
  }

  boolean reopensNotFound() {
    return notFound != NotFoundRule.KEEP;
  }

  ClosePolicy policy() {
    return new ClosePolicy(confirm, notFound, Duration.ofDays(7));
  }

  SweepSettings sweep() {
    return new SweepSettings(
        confirm,
        concurrency,
        batchSize,
        lease,
        callTimeout,
        mapping.closeDelay(),
        sweepInterval,
        Duration.ofMinutes(10),
        grace);
  }
}

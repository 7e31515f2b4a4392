package io.staleorders.sweep;

import io.staleorders.store.Look;
import io.staleorders.store.Page;
import io.staleorders.store.ScanStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Enters due orders page by page, between the other steps of a sweep: from the mark on when there
 * is something new, and through all of the shop's unpaid orders at start and from time to time.
 */
final class Scan {
  private final ScanStore store;
  private final DatabaseWatch database;
  private final SweepCounts counts;
  private final Duration fullInterval;
  private Optional<Instant> lastFull = Optional.empty();
  private Optional<Running> running = Optional.empty();
  private boolean fruitless;

  /**
   * @param begunAt by the database's clock
   * @param entered orders so far
   * @param next where the next page begins; absent before the first
   */
  private record Running(boolean full, Instant begunAt, int entered, Optional<Page.Cursor> next) {}

  Scan(ScanStore store, DatabaseWatch database, SweepCounts counts, Duration fullInterval) {
    this.store = store;
    this.database = database;
    this.counts = counts;
    this.fullInterval = fullInterval;
  }

  /** A new pass begins: what the last one could not enter is tried once more. */
  void newPass() {
    fruitless = false;
  }

  /** Begins a scan if one is due and none is under way. */
  void beginIfDue(Look look) {
    if (running.isEmpty() && isDue(look)) {
      running = Optional.of(new Running(isFullDue(look), look.now(), 0, Optional.empty()));
    }
  }

  /** Whether a scan is wanted; no second one in a pass that would enter as little as the first. */
  boolean isDue(Look look) {
    return isFullDue(look) || (look.scanDue() && !fruitless);
  }

  private boolean isFullDue(Look look) {
    return !nextFullAt(look.now()).isAfter(look.now());
  }

  /**
   * When the next full scan is due; at once when there was none, or one that lies far ahead since
   * the database's clock was set back.
   */
  Instant nextFullAt(Instant now) {
    return lastFull
        .filter(at -> !at.isAfter(now.plus(fullInterval)))
        .map(at -> at.plus(fullInterval))
        .orElse(now);
  }

  /** Whether a full scan has come to its end. */
  boolean hasScannedAll() {
    return lastFull.isPresent();
  }

  boolean isRunning() {
    return running.isPresent();
  }

  /** Reads the next page of the scan that is under way; does nothing if there is none. */
  void step() {
    running.ifPresent(this::step);
  }

  private void step(Running scan) {
    Optional<Page> read = database.ask(() -> read(scan));
    if (read.isEmpty()) {
      running = Optional.empty();
      return;
    }
    Page page = read.get();
    page.malformed().forEach(OrderLog::malformed);
    counts.abandoned(page.malformed().size());
    int entered = scan.entered() + page.entered() + page.malformed().size();
    if (page.next().isPresent()) {
      running = Optional.of(new Running(scan.full(), scan.begunAt(), entered, page.next()));
      return;
    }
    running = Optional.empty();
    fruitless = entered == 0;
    if (database.ask(() -> store.moveMark(scan.begunAt())).isPresent() && scan.full()) {
      lastFull = Optional.of(scan.begunAt());
    }
  }

  private Page read(Running scan) {
    Page page =
        scan.next()
            .map(store::pageAfter)
            .orElseGet(() -> scan.full() ? store.firstPageOfAll() : store.firstPageFromMark());
    store.reopen(page.againUnpaid());
    return page;
  }
}

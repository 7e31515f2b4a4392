package io.staleorders.sweep;

import io.staleorders.store.DueStore;
import io.staleorders.store.Look;
import io.staleorders.store.Page;
import io.staleorders.store.ScanStore;
import io.staleorders.sweep.DatabaseWatch.Asked;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Enters due orders page by page, between the other steps of a sweep: from the mark on when there
 * is something new, and through all of the shop's unpaid orders at start and from time to time.
 */
final class Scan {
  private final ScanStore store;
  private final DueStore due;
  private final DatabaseWatch database;
  private final UnreadableRows unreadable;
  private final SweepCounts counts;
  private final Duration fullInterval;
  private Optional<Instant> lastFull = Optional.empty();
  private Optional<Running> running = Optional.empty();
  private boolean fruitless;

  /**
   * @param begunAt by the database's clock
   * @param entered orders so far
   * @param next where the next page begins
   */
  private record Running(boolean full, Instant begunAt, int entered, Place next) {}

  /** A place in the shop's table. */
  private sealed interface Place {
    /** Before the first page. */
    record Start() implements Place {}

    /** After a page, by age. */
    record After(Page.Cursor cursor) implements Place {}

    /** After a key: the age of some row cannot be read. */
    record AfterKey(Optional<String> key) implements Place {}
  }

  Scan(
      ScanStore store,
      DueStore due,
      DatabaseWatch database,
      UnreadableRows unreadable,
      SweepCounts counts,
      Duration fullInterval) {
    this.store = store;
    this.due = due;
    this.database = database;
    this.unreadable = unreadable;
    this.counts = counts;
    this.fullInterval = fullInterval;
  }

  /** A new pass begins: what the last one could not enter is tried once more. */
  void newPass() {
    fruitless = false;
  }

  /** Starts a scan if one is due and none is running. */
  void beginIfDue(Look look) {
    if (running.isEmpty() && isDue(look)) {
      running = Optional.of(new Running(isFullDue(look), look.now(), 0, new Place.Start()));
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

  /** Reads the next page of the running scan; does nothing if there is none. */
  void step() {
    running.ifPresent(this::step);
  }

  private void step(Running scan) {
    if (scan.next() instanceof Place.AfterKey after) {
      stepByKey(scan, after.key());
      return;
    }
    switch (database.askOfRows(() -> read(scan))) {
      case Asked.Done<Page> done -> {
        int entered = scan.entered() + count(done.value());
        goOn(scan, entered, done.value().next().map(Place.After::new));
      }
      case Asked.Unavailable<Page> unavailable -> running = Optional.empty();
      case Asked.Refused<Page> refused -> stepByAge(scan);
    }
  }

  /** A row of the page cannot be read: the page's rows are entered without that one. */
  private void stepByAge(Running scan) {
    switch (database.askOfRows(() -> places(scan))) {
      case Asked.Done<List<Page.Cursor>> done -> {
        List<Page.Cursor> page = done.value();
        List<String> keys = page.stream().map(Page.Cursor::outTradeNo).toList();
        goOnAfter(
            scan,
            keys,
            page.size() < due.batch()
                ? Optional.empty()
                : Optional.of(new Place.After(page.getLast())));
      }
      case Asked.Unavailable<List<Page.Cursor>> unavailable -> running = Optional.empty();
      case Asked.Refused<List<Page.Cursor>> refused -> stepByKey(scan, Optional.empty());
    }
  }

  /** Not even the ages of all rows can be read: all unpaid orders are gone through by key. */
  private void stepByKey(Running scan, Optional<String> after) {
    switch (database.askOfRows(() -> due.keys(after))) {
      case Asked.Done<List<String>> done -> {
        List<String> keys = done.value();
        goOnAfter(
            scan,
            keys,
            keys.size() < due.batch()
                ? Optional.empty()
                : Optional.of(new Place.AfterKey(Optional.of(keys.getLast()))));
      }
      case Asked.Unavailable<List<String>> unavailable -> running = Optional.empty();
      case Asked.Refused<List<String>> refused -> {
        unreadable.found("after " + after.orElse("the first"), refused.failure());
        goOn(scan, scan.entered(), Optional.empty());
      }
    }
  }

  private void goOnAfter(Running scan, List<String> keys, Optional<? extends Place> next) {
    int[] entered = {scan.entered()};
    boolean available =
        Halving.of(database, unreadable)
            .each(keys, this::readKeys, page -> entered[0] += count(page));
    if (available) {
      goOn(scan, entered[0], next);
    } else {
      running = Optional.empty();
    }
  }

  private void goOn(Running scan, int entered, Optional<? extends Place> next) {
    if (next.isPresent()) {
      running = Optional.of(new Running(scan.full(), scan.begunAt(), entered, next.get()));
      return;
    }
    running = Optional.empty();
    fruitless = entered == 0;
    if (database.ask(() -> store.moveMark(scan.begunAt())).isPresent() && scan.full()) {
      lastFull = Optional.of(scan.begunAt());
    }
  }

  /** Takes in what a page entered; how many orders that were. */
  private int count(Page page) {
    page.malformed().forEach(OrderLog::malformed);
    counts.abandoned(page.malformed().size());
    return page.entered() + page.malformed().size();
  }

  private Page read(Running scan) {
    Page page =
        switch (scan.next()) {
          case Place.After after -> store.pageAfter(after.cursor());
          case Place.Start start ->
              scan.full() ? store.firstPageOfAll() : store.firstPageFromMark();
          case Place.AfterKey key -> throw new IllegalStateException("read by key: " + key);
        };
    store.reopen(page.againUnpaid());
    return page;
  }

  private List<Page.Cursor> places(Running scan) {
    return switch (scan.next()) {
      case Place.After after -> due.page(Optional.of(after.cursor()));
      case Place.Start start -> scan.full() ? due.page(Optional.empty()) : due.pageFromMark();
      case Place.AfterKey key -> throw new IllegalStateException("read by key: " + key);
    };
  }

  private Page readKeys(List<String> keys) {
    Page page = store.pageOf(keys);
    store.reopen(page.againUnpaid());
    return page;
  }
}

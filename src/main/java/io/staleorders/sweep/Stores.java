package io.staleorders.sweep;

import io.staleorders.store.ClaimStore;
import io.staleorders.store.DueStore;
import io.staleorders.store.LookStore;
import io.staleorders.store.PauseStore;
import io.staleorders.store.RateStore;
import io.staleorders.store.RecordStore;
import io.staleorders.store.ScanStore;
import io.staleorders.store.ShopStore;
import java.util.List;

/** The statements that a sweep needs. */
public record Stores(
    LookStore look,
    ScanStore scan,
    DueStore due,
    ClaimStore claims,
    ShopStore shop,
    RecordStore record,
    RateStore rate,
    PauseStore pauses) {

  /**
   * Statements that read, parse and write, and depend on no row of the shop's: where they fail, it
   * is the server, the connection or the shop's table as a whole.
   */
  public void probe() {
    rate.touch();
    shop.read(List.of());
  }
}

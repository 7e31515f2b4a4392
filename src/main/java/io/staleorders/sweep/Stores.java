package io.staleorders.sweep;

import io.staleorders.store.ClaimStore;
import io.staleorders.store.LookStore;
import io.staleorders.store.PauseStore;
import io.staleorders.store.RateStore;
import io.staleorders.store.RecordStore;
import io.staleorders.store.ScanStore;
import io.staleorders.store.ShopStore;

/** The statements that a sweep needs. */
public record Stores(
    LookStore look,
    ScanStore scan,
    ClaimStore claims,
    ShopStore shop,
    RecordStore record,
    RateStore rate,
    PauseStore pauses) {}

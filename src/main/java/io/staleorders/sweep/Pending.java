package io.staleorders.sweep;

import io.staleorders.store.Outcome;

/** An outcome on its way into the database, and how long its claim holds. */
record Pending(Outcome outcome, Lease lease) {}

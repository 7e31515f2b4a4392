/**
 * What an order, a reply and a decision are; the decider and the backoff. Pure: no I/O, no clock.
 */
@NullMarked
package io.staleorders.order;

import org.jspecify.annotations.NullMarked;

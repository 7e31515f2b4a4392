package io.staleorders.order;

import java.util.List;

/**
 * One call: its reply, and the requests it took (none when no permit was given, two when the backup
 * host was asked too).
 */
public record Call<R extends Reply>(R reply, List<Exchange> exchanges) {
  public Call {
    exchanges = List.copyOf(exchanges);
  }
}

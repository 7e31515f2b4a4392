package io.staleorders.wechatpay;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import okhttp3.HttpUrl;

/** Takes a request to WeChat Pay: to one host, and to the other if the first one fails. */
final class SignedCalls {
  private final Hosts hosts;
  private final HttpTransport transport;
  private final LargeBodies largeBodies = new LargeBodies();
  private volatile boolean stopped;

  SignedCalls(Hosts hosts, HttpTransport transport) {
    this.hosts = hosts;
    this.transport = transport;
  }

  /**
   * Makes the request.
   *
   * @param reader reads each response at once; what it returns must not hold the body
   * @return what was read of the requests that were made, in order: none, one or two
   */
  <T> List<T> send(ApiRequest request, CallPermit permit, Function<Sent, T> reader) {
    List<T> read = new ArrayList<>();
    for (HttpUrl host : hosts.inOrder()) {
      if (stopped || !permit.await()) {
        break;
      }
      hosts.asking(host);
      try (LargeBodies.Share share = largeBodies.share()) {
        Sent last = transport.send(host, request, share);
        hosts.asked(host, last.outcome());
        read.add(reader.apply(last));
        if (!last.outcome().goesToOtherHost()) {
          break;
        }
      }
    }
    return read;
  }

  /** Ends every request under way and makes no more. */
  void cancelAll() {
    stopped = true;
    transport.cancelAll();
  }
}

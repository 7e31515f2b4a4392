package io.staleorders.wechatpay;

import java.util.ArrayList;
import java.util.List;
import okhttp3.HttpUrl;

/** Takes a request to WeChat Pay: to one host, and to the other if the first one fails. */
final class SignedCalls {
  private final Hosts hosts;
  private final HttpTransport transport;
  private volatile boolean stopped;

  SignedCalls(Hosts hosts, HttpTransport transport) {
    this.hosts = hosts;
    this.transport = transport;
  }

  /** The requests that were made, in order: none, one or two. */
  List<Sent> send(ApiRequest request, CallPermit permit) {
    List<Sent> sent = new ArrayList<>();
    for (HttpUrl host : hosts.inOrder()) {
      if (stopped || !permit.await()) {
        break;
      }
      hosts.asking(host);
      Sent last = transport.send(host, request);
      hosts.asked(host, last.outcome());
      sent.add(last);
      if (!last.outcome().goesToOtherHost()) {
        break;
      }
    }
    return sent;
  }

  /** Ends every request under way and makes no more. */
  void cancelAll() {
    stopped = true;
    transport.cancelAll();
  }
}

package io.staleorders.wechatpay;

import java.util.OptionalInt;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.Request;
import okhttp3.Response;

/**
 * How far a request got. An exception alone does not say whether the request had been sent, nor
 * whether a response had begun.
 */
final class RequestTrace extends EventListener {
  private final long begunAt;
  private volatile boolean sent;
  private volatile int status;

  /**
   * @param begunAt nanoseconds that only go forward
   */
  RequestTrace(long begunAt) {
    this.begunAt = begunAt;
  }

  /** When the request was begun; it was signed and a connection was made for it after that. */
  long begunAt() {
    return begunAt;
  }

  /** The listener that a request carries as its tag. */
  static EventListener of(Call call) {
    RequestTrace trace = call.request().tag(RequestTrace.class);
    return trace == null ? EventListener.NONE : trace;
  }

  Request.Builder on(Request.Builder request) {
    return request.tag(RequestTrace.class, this);
  }

  /** Whether the host may have got the request, or a part of it. */
  boolean sent() {
    return sent;
  }

  OptionalInt status() {
    return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
  }

  @Override
  public void requestHeadersStart(Call call) {
    sent = true;
  }

  @Override
  public void responseHeadersEnd(Call call, Response response) {
    status = response.code();
  }
}

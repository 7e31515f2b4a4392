package io.staleorders.wechatpay;

import java.io.EOFException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;

/** Why there is no whole response; the names are kept in the history. */
enum Failure {
  TIMEOUT,
  CONNECTION_REFUSED,
  CONNECTION_RESET,
  UNKNOWN_HOST,
  TLS,
  /** What came is not HTTP, or breaks its rules. */
  PROTOCOL_ERROR,
  /** The body is larger than anything that WeChat Pay sends. */
  TOO_LARGE,
  /** The service is stopping. */
  CANCELLED,
  /** The thread was interrupted. */
  INTERRUPTED,
  IO_ERROR;

  /** What an exception stands for, in a call that was neither cancelled nor interrupted. */
  static Failure of(Exception e) {
    if (e instanceof InterruptedIOException) {
      return TIMEOUT;
    }
    if (e instanceof UnknownHostException) {
      return UNKNOWN_HOST;
    }
    if (e instanceof ConnectException) {
      return CONNECTION_REFUSED;
    }
    if (e instanceof SSLException) {
      return TLS;
    }
    if (e instanceof ProtocolException) {
      return PROTOCOL_ERROR;
    }
    boolean reset =
        e instanceof SocketException
            || e instanceof EOFException
            || e.getCause() instanceof EOFException;
    return reset ? CONNECTION_RESET : IO_ERROR;
  }
}

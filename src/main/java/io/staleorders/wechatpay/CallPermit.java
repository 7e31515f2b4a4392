package io.staleorders.wechatpay;

/** Leave to make one request; asked for before every one, also before one to the backup host. */
@FunctionalInterface
public interface CallPermit {

  /**
   * Waits for the next slot in the rate that all instances share.
   *
   * @return false if the request must not be made after all: a pause, a lease nearly over, a stop
   */
  boolean await();
}

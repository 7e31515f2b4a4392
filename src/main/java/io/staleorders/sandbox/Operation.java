package io.staleorders.sandbox;

/** The endpoints of WeChat Pay that the sandbox has. */
public enum Operation {
  CLOSE,
  QUERY,
  CERTIFICATES
}

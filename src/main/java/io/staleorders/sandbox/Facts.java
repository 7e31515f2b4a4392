package io.staleorders.sandbox;

import java.util.Optional;

/**
 * What a {@link Script} knows of a request, whose signature has been found right.
 *
 * @param outTradeNo empty for {@link Operation#CERTIFICATES}
 * @param subMchid empty for {@link Operation#CERTIFICATES}
 * @param nth how many requests there have been about this order, this one included
 * @param backupHost whether it came to the backup host
 * @param host the name and port that it was sent to, as its {@code Host} header says
 */
public record Facts(
    Operation operation,
    Optional<String> outTradeNo,
    Optional<String> subMchid,
    int nth,
    boolean backupHost,
    String host) {}

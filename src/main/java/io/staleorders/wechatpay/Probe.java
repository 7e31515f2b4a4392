package io.staleorders.wechatpay;

import io.staleorders.order.Call;
import io.staleorders.order.Reply;
import io.staleorders.order.VerificationFault;
import java.util.Optional;

/**
 * A query about an order that cannot exist. A verified {@code 404} proves key, serial, clock and
 * network at once.
 *
 * @param fault why the answer is not believed, which the reply alone does not say of a refusal;
 *     empty if it is believed, or if there is none
 */
public record Probe(Call<Reply.ToQuery> call, Optional<VerificationFault> fault) {}

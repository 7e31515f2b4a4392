/** Copies of the service as real processes, killed, frozen and restarted. */
@NullMarked
package io.staleorders.chaos;

import org.jspecify.annotations.NullMarked;

/** Quartz: when the next pass runs. */
@NullMarked
package io.staleorders.schedule;

import org.jspecify.annotations.NullMarked;

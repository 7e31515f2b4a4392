/** The service under a backlog. */
@NullMarked
package io.staleorders.volume;

import org.jspecify.annotations.NullMarked;

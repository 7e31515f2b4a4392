/** Settings from environment variables, and what the logs look like. */
@NullMarked
package io.staleorders.config;

import org.jspecify.annotations.NullMarked;

/** The image and {@code docker-compose.yml}, at work. Left out where no Docker answers. */
@NullMarked
package io.staleorders.container;

import org.jspecify.annotations.NullMarked;

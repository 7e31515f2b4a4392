/** The service at work, to watch: {@code mvn test-compile exec:exec@demo}. */
@NullMarked
package io.staleorders.demo;

import org.jspecify.annotations.NullMarked;

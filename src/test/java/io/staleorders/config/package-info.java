@NullMarked
package io.staleorders.config;

import org.jspecify.annotations.NullMarked;

package io.staleorders.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/** Tests that need no database and no other process: {@code mvn test -Dgroups=fast} runs them. */
@Tag("fast")
@net.jqwik.api.Tag("fast")
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface Fast {}

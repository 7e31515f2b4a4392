package io.staleorders.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The environment's variables, and the files that some of them name. */
record Environment(Map<String, String> variables) {
  /** Many times the longest key. */
  private static final int MOST_BYTES = 64 * 1024;

  /** What the environment gives for a setting. */
  sealed interface Given {
    /** Nothing, or nothing but an empty value. */
    record Nothing() implements Given {}

    /**
     * A value.
     *
     * @param name of the variable that it came by
     * @param shown what may be shown of it
     */
    record Text(String name, Optional<String> shown, String text) implements Given {}

    /** Something that cannot be read. */
    record Wrong(Fault fault) implements Given {}
  }

  Given get(Variable<?> variable) {
    Optional<String> text = value(variable.name()).map(v -> variable.secret() ? v : v.strip());
    Optional<String> file = variable.fileName().flatMap(this::value);
    if (text.isPresent() && file.isPresent()) {
      String problem = "only one of it and " + variable.name() + "_FILE may be set";
      return new Given.Wrong(new Fault(variable.name(), Optional.empty(), problem));
    }
    if (text.filter(NativeText::isGarbled).isPresent()) {
      return wrong(variable.name(), Optional.empty(), NativeText.PROBLEM);
    }
    if (file.filter(NativeText::isGarbled).isPresent()) {
      return wrong(variable.name() + "_FILE", Optional.empty(), NativeText.PROBLEM);
    }
    if (file.isPresent()) {
      return read(variable.name() + "_FILE", file.get());
    }
    return text.<Given>map(value -> new Given.Text(variable.name(), shown(variable, value), value))
        .orElseGet(Given.Nothing::new);
  }

  /** Whether the variable is there with an empty value. */
  boolean isEmpty(Variable<?> variable) {
    return variables.containsKey(variable.name()) && value(variable.name()).isEmpty();
  }

  private Optional<String> value(String name) {
    return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
  }

  private static Optional<String> shown(Variable<?> variable, String value) {
    boolean mayHoldPassword =
        variable.name().endsWith("_URL") && (value.contains("@") || value.contains("?"));
    return variable.secret() || mayHoldPassword
        ? Optional.empty()
        : Optional.of(Fault.shown(value));
  }

  private static Given read(String name, String path) {
    // The secret itself is sometimes given in place of the path; so only a plain path is shown.
    Optional<String> shown =
        Optional.of(path).filter(p -> p.startsWith("/") || p.startsWith(".")).map(Fault::shown);
    try (InputStream file = Files.newInputStream(Path.of(path))) {
      byte[] bytes = file.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        return wrong(name, shown, "the file is larger than " + MOST_BYTES + " bytes");
      }
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      // Editors on Windows put a byte order mark before the text.
      String value = text.replaceFirst("\\A\ufeff", "").replaceFirst("[\\r\\n]+\\z", "");
      return value.isBlank()
          ? wrong(name, shown, "the file is empty")
          : new Given.Text(name, shown, value);
    } catch (InvalidPathException notAPath) {
      return wrong(name, shown, "must be a path");
    } catch (NoSuchFileException missing) {
      return wrong(name, shown, "there is no such file");
    } catch (AccessDeniedException denied) {
      return wrong(name, shown, "the file may not be read by this user");
    } catch (CharacterCodingException notText) {
      return wrong(name, shown, "the file is not UTF-8 text");
    } catch (IOException unreadable) {
      return wrong(name, shown, "the file cannot be read");
    }
  }

  private static Given wrong(String name, Optional<String> shown, String problem) {
    return new Given.Wrong(new Fault(name, shown, problem));
  }
}

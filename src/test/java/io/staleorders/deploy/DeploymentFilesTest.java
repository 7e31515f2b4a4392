package io.staleorders.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Secret;
import io.staleorders.config.Settings;
import io.staleorders.config.Variable;
import io.staleorders.testkit.Fast;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** {@code deploy/kubernetes.yaml} and {@code docker-compose.yml}. */
@Fast
class DeploymentFilesTest {
  private static final Set<String> SETTINGS =
      Settings.VARIABLES.stream()
          .flatMap(DeploymentFilesTest::namesOf)
          .collect(Collectors.toUnmodifiableSet());

  private final JsonObject secret = kubernetes("Secret");
  private final JsonObject deployment = kubernetes("Deployment");
  private final JsonObject budget = kubernetes("PodDisruptionBudget");
  private final JsonObject pod = at(deployment, "spec", "template", "spec");
  private final JsonObject container = pod.getAsJsonArray("containers").get(0).getAsJsonObject();

  @Test
  void kubernetesObjectsAreOfTheirSchemas() throws IOException {
    V1Secret.validateJsonElement(secret);
    V1Deployment.validateJsonElement(deployment);
    V1PodDisruptionBudget.validateJsonElement(budget);

    container.addProperty("imagePulPolicy", "Always");
    assertThatThrownBy(() -> V1Deployment.validateJsonElement(deployment))
        .hasMessageContaining("imagePulPolicy");
  }

  @Test
  void everyVariableIsASetting() {
    assertThat(elements(container, "env").map(env -> text(env, "name")))
        .contains("DATABASE_URL")
        .isSubsetOf(SETTINGS);
    assertThat(at(compose(), "services", "closer", "environment").keySet())
        .contains("DATABASE_URL")
        .isSubsetOf(SETTINGS);
  }

  @Test
  void everySecretFileIsAKeyOfTheSecret() {
    String folder =
        elements(container, "volumeMounts")
            .map(mount -> text(mount, "mountPath"))
            .findFirst()
            .orElseThrow();
    Set<String> files =
        elements(container, "env")
            .filter(env -> text(env, "name").endsWith("_FILE"))
            .map(env -> text(env, "value"))
            .collect(Collectors.toSet());

    assertThat(files)
        .isEqualTo(
            secret.getAsJsonObject("stringData").keySet().stream()
                .map(key -> folder + "/" + key)
                .collect(Collectors.toSet()));
    assertThat(
            text(
                at(pod.getAsJsonArray("volumes").get(0).getAsJsonObject(), "secret"), "secretName"))
        .isEqualTo(text(at(secret, "metadata"), "name"));
  }

  @Test
  void podHasNoRightsThatItCanDoWithout() {
    assertThat(at(pod, "securityContext").toString())
        .contains("\"runAsNonRoot\":true", "\"runAsUser\":10001", "{\"type\":\"RuntimeDefault\"}");
    assertThat(at(container, "securityContext").toString())
        .contains(
            "\"allowPrivilegeEscalation\":false",
            "\"readOnlyRootFilesystem\":true",
            "\"capabilities\":{\"drop\":[\"ALL\"]}");
    assertThat(pod.get("automountServiceAccountToken").getAsBoolean()).isFalse();
    for (String hardened : List.of("closer", "sandbox")) {
      assertThat(at(compose(), "services", hardened).toString())
          .contains("\"read_only\":true", "\"cap_drop\":[\"ALL\"]", "[\"no-new-privileges:true\"]");
    }
  }

  @Test
  void bothAreToldToStopLongEnoughBeforeTheyAreKilled() {
    // SHUTDOWN_GRACE is 8s in both, since neither sets it.
    assertThat(pod.get("terminationGracePeriodSeconds").getAsInt()).isGreaterThanOrEqualTo(15);
    assertThat(text(at(compose(), "services", "closer"), "stop_grace_period")).isEqualTo("15s");
  }

  @Test
  void imageHasAUtf8Locale() {
    assertThat(read("Dockerfile")).contains("ENV LANG=C.UTF-8 LC_ALL=C.UTF-8");
    assertThat(read("docker-compose.yml") + read("deploy/kubernetes.yaml"))
        .doesNotContain("LC_", "LANG");
  }

  @Test
  void budgetAndDeploymentMeanTheSamePods() {
    assertThat(at(budget, "spec", "selector")).isEqualTo(at(deployment, "spec", "selector"));
    assertThat(at(deployment, "spec", "template", "metadata", "labels"))
        .isEqualTo(at(deployment, "spec", "selector", "matchLabels"));
    assertThat(at(deployment, "spec").get("replicas").getAsInt()).isEqualTo(2);
  }

  private static Stream<String> namesOf(Variable<?> variable) {
    return variable.secret()
        ? Stream.of(variable.name(), variable.name() + "_FILE")
        : Stream.of(variable.name());
  }

  private static JsonObject kubernetes(String kind) {
    return StreamSupport.stream(yaml().loadAll(read("deploy/kubernetes.yaml")).spliterator(), false)
        .map(DeploymentFilesTest::json)
        .filter(object -> text(object, "kind").equals(kind))
        .findFirst()
        .orElseThrow();
  }

  private static JsonObject compose() {
    return json(yaml().load(read("docker-compose.yml")));
  }

  private static Yaml yaml() {
    return new Yaml(new SafeConstructor(new LoaderOptions()));
  }

  private static JsonObject json(Object yaml) {
    return new Gson().toJsonTree(yaml).getAsJsonObject();
  }

  private static JsonObject at(JsonObject object, String... path) {
    JsonObject found = object;
    for (String name : path) {
      found = found.getAsJsonObject(name);
    }
    return found;
  }

  private static Stream<JsonObject> elements(JsonObject object, String name) {
    return object.getAsJsonArray(name).asList().stream().map(JsonElement::getAsJsonObject);
  }

  private static String text(JsonObject object, String name) {
    return object.get(name).getAsString();
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}

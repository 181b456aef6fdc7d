using System.Text.Json.Nodes;
using Json.Schema;
using k8s;
using k8s.Models;
using YamlDotNet.Serialization;

namespace Keyward.Tests.Deploy;

/// <summary>What the chart renders is what Kubernetes takes: read strictly by its own client's model of the API, which
/// refuses a field that there is not, and judged for what a key server must be.</summary>
public sealed class ChartTests(Chart chart) : IClassFixture<Chart>
{
    private const string Least = "image: {repository: registry.example/keyward}";

    private const string Full = """
        image: {repository: registry.example/keyward, digest: "sha256:0000000000000000000000000000000000000000000000000000000000000000"}
        imagePullSecrets: [{name: pull}]
        names: [kms.example]
        tls: {secret: own-certificate}
        settings: {KEYWARD_LOCATIONS: "global,eu"}
        postgres: {peers: [{cidr: 10.1.0.0/16}, {namespaceSelector: {matchLabels: {name: data}}}]}
        storage: {class: fast}
        service: {type: LoadBalancer, annotations: {a: b}}
        monitoring: {enabled: true, labels: {release: prometheus}}
        networkPolicy:
          clients: [{namespaceSelector: {matchLabels: {name: shop}}}]
          egress: [{ports: [{port: 443, protocol: TCP}], to: [{ipBlock: {cidr: 10.2.0.0/16}}]}]
        nodeSelector: {disk: ssd}
        tolerations: [{key: kms, operator: Exists}]
        affinity: {nodeAffinity: {}}
        priorityClassName: high
        podAnnotations: {c: d}
        """;

    [Theory]
    [InlineData(Least, 5)]
    [InlineData(Full, 7)]
    public async Task Kubernetes_takes_every_manifest(string values, int count)
    {
        var manifests = await RenderAsync(values);
        Assert.Equal(count, manifests.Count);
        foreach (var manifest in manifests)
        {
            IKubernetesObject<V1ObjectMeta>? read = KindOf(manifest) switch
            {
                "StatefulSet" => Strictly<V1StatefulSet>(manifest),
                "Service" => Strictly<V1Service>(manifest),
                "PodDisruptionBudget" => Strictly<V1PodDisruptionBudget>(manifest),
                "NetworkPolicy" => Strictly<V1NetworkPolicy>(manifest),
                "ServiceMonitor" or "PrometheusRule" => null,
                var other => throw new InvalidOperationException(other),
            };
            if (read is not null) Assert.Equal("prod", read.Metadata.NamespaceProperty);
        }
    }

    [Fact]
    public void The_model_refuses_what_Kubernetes_does_not_know() => Assert.ThrowsAny<Exception>(() =>
        Strictly<V1Service>("{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {prots: []}}"));

    [Fact]
    public async Task A_pod_has_no_right_that_it_does_not_need()
    {
        var pod = (await StatefulSetAsync(Least)).Spec.Template.Spec;
        var container = Assert.Single(pod.Containers);
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.Equal(65532, pod.SecurityContext.RunAsUser);
        Assert.Equal(pod.SecurityContext.RunAsGroup, pod.SecurityContext.FsGroup);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.False(pod.AutomountServiceAccountToken);
        Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        // Read by owner and, through fsGroup, by the group: no secret is in the environment.
        Assert.All(pod.Volumes.Where(v => v.Secret is not null), v => Assert.Equal(256, v.Secret.DefaultMode));
        Assert.All(container.Env, e => Assert.Null(e.ValueFrom?.SecretKeyRef));
        var mounted = container.VolumeMounts.Select(m => m.MountPath).ToList();
        foreach (var variable in container.Env.Where(e => e.Value?.StartsWith('/') == true))
            Assert.Contains(mounted, m => variable.Value.StartsWith(m + "/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_is_asked_for_life_and_readiness_apart_and_leaves_before_it_stops()
    {
        var set = await StatefulSetAsync(Least);
        var pod = set.Spec.Template.Spec;
        var container = pod.Containers[0];
        Assert.Equal(("/healthz", "/readyz"),
            (container.LivenessProbe.HttpGet.Path, container.ReadinessProbe.HttpGet.Path));
        Assert.All((V1Probe[])[container.LivenessProbe, container.ReadinessProbe, container.StartupProbe],
            p => Assert.Equal(("https", "HTTPS"), (p.HttpGet.Port.Value, p.HttpGet.Scheme)));
        // The sleep, the server's own time-out for requests in flight, and some room.
        Assert.True(pod.TerminationGracePeriodSeconds >= container.Lifecycle.PreStop.Sleep.Seconds + 30 + 10);
        Assert.Equal("OrderedReady", set.Spec.PodManagementPolicy);
        Assert.Equal("Retain", set.Spec.PersistentVolumeClaimRetentionPolicy.WhenScaled);
        var budget = Strictly<V1PodDisruptionBudget>(
            (await RenderAsync(Least)).Single(m => KindOf(m) == "PodDisruptionBudget"));
        Assert.Equal("1", budget.Spec.MaxUnavailable.Value);
        Assert.Equal(set.Spec.Selector.MatchLabels, budget.Spec.Selector.MatchLabels);
    }

    [Fact]
    public async Task Every_selector_finds_the_pods_and_every_setting_is_one()
    {
        var manifests = await RenderAsync(Full);
        var set = await StatefulSetAsync(Full);
        var labels = set.Spec.Template.Metadata.Labels;
        var services = manifests.Where(m => KindOf(m) == "Service").Select(Strictly<V1Service>).ToList();
        Assert.All(services, s => Assert.All(s.Spec.Selector, l => Assert.Equal(l.Value, labels[l.Key])));
        Assert.Contains(services, s => s.Metadata.Name == set.Spec.ServiceName && s.Spec.ClusterIP == "None");
        var policy = Strictly<V1NetworkPolicy>(manifests.Single(m => KindOf(m) == "NetworkPolicy"));
        Assert.All(policy.Spec.PodSelector.MatchLabels, l => Assert.Equal(l.Value, labels[l.Key]));
        Assert.Equal(["Ingress", "Egress"], policy.Spec.PolicyTypes);
        var known = Keyward.Server.Settings.SettingTable.All.Select(s => s.Variable).ToHashSet();
        Assert.All(set.Spec.Template.Spec.Containers[0].Env.Where(e => e.Name != "POD_NAME"),
            e => Assert.Contains(e.Name, known));
    }

    [Fact]
    public async Task Prometheus_gets_the_rules_that_ship_and_finds_the_service()
    {
        var manifests = await RenderAsync(Full);
        var rule = Plain(manifests.Single(m => KindOf(m) == "PrometheusRule"))["spec"]!;
        var shipped = Plain(await File.ReadAllTextAsync(Path.Combine(Chart.Folder, "../../alerts/keyward.yml")));
        Assert.Equal(shipped["groups"]!.ToJsonString(), rule["groups"]!.ToJsonString());
        var monitor = Plain(manifests.Single(m => KindOf(m) == "ServiceMonitor"))["spec"]!;
        var wanted = monitor["selector"]!["matchLabels"]!.AsObject().ToDictionary(l => l.Key, l => (string)l.Value!);
        var service = Assert.Single(manifests.Where(m => KindOf(m) == "Service").Select(Strictly<V1Service>),
            s => wanted.All(l => s.Metadata.Labels.TryGetValue(l.Key, out var value) && value == l.Value));
        Assert.Contains(service.Spec.Ports, p => p.Name == (string)monitor["endpoints"]![0]!["port"]!);
        Assert.Contains("replacement: keyward", manifests.Single(m => KindOf(m) == "ServiceMonitor"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "image.repository")]
    [InlineData("image: {repository: r}\nroot: {secret: \"\"}", "root.secret")]
    public async Task What_is_missing_is_said_by_name(string values, string name)
    {
        var (code, output) = await chart.RenderAsync(values);
        Assert.Equal(1, code);
        Assert.Contains(name, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Least, true)]
    [InlineData(Full, true)]
    [InlineData("image: {repository: r}\nreplica: 3", false)]
    [InlineData("image: {repository: r}\nreplicas: none", false)]
    [InlineData("image: {repository: r, digest: latest}", false)]
    [InlineData("image: {repository: r}\nsettings: {LOCATIONS: a}", false)]
    public void The_schema_of_values_takes_good_ones_and_no_others(string values, bool isGood)
    {
        var schema = JsonSchema.FromFile(Path.Combine(Chart.Folder, "values.schema.json"));
        var merged = Plain(File.ReadAllText(Path.Combine(Chart.Folder, "values.yaml")));
        Merge(merged.AsObject(), Plain(values).AsObject());
        Assert.Equal(isGood, schema.Evaluate(merged).IsValid);
    }

    private async Task<IReadOnlyList<string>> RenderAsync(string values)
    {
        var (code, output) = await chart.RenderAsync(values);
        Assert.True(code == 0, output);
        return [.. ("\n" + output).Split("\n---\n", StringSplitOptions.RemoveEmptyEntries)];
    }

    private async Task<V1StatefulSet> StatefulSetAsync(string values) =>
        Strictly<V1StatefulSet>((await RenderAsync(values)).Single(m => KindOf(m) == "StatefulSet"));

    private static string KindOf(string manifest) =>
        manifest.Split('\n').Single(l => l.StartsWith("kind: ", StringComparison.Ordinal))["kind: ".Length..];

    private static T Strictly<T>(string manifest) => KubernetesYaml.Deserialize<T>(manifest, strict: true);

    private static JsonNode Plain(string yaml) => JsonNode.Parse(new SerializerBuilder().JsonCompatible().Build()
        .Serialize(new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build()
            .Deserialize(yaml)!))!;

    private static void Merge(JsonObject into, JsonObject from)
    {
        foreach (var (key, value) in from)
            if (value is JsonObject inner && into[key] is JsonObject old) Merge(old, inner);
            else into[key] = value?.DeepClone();
    }
}

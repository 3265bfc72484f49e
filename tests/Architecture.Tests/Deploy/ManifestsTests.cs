using k8s.Models;
using YamlDotNet.Core;

namespace Pylon.Architecture.Tests.Deploy;

/// <summary>What is under deploy for Kubernetes is right in itself, and says what the code says.</summary>
public sealed class ManifestsTests
{
    private static readonly string[] Overlays = ["dev", "prod"];

    [Fact]
    public void EveryFileIsReadAndNoOtherIsThere()
    {
        var read = Manifests.Dev.Files.Concat(Manifests.Prod.Files).Distinct();
        var there = new[] { "base", "overlays" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Manifests.Folder, folder), "*", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Manifests.Folder, file));

        Assert.Equal(read.Order(StringComparer.Ordinal), there.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("base/gateway.yaml", "readinessProbe:", "readynessProbe:")]
    [InlineData("base/gateway.yaml", "containerPort:", "containerport:")]
    [InlineData("base/orchestrator.yaml", "secretKeyRef:", "secretKeyref:")]
    [InlineData("base/network.yaml", "podSelector:", "podSelectors:")]
    [InlineData("base/migrations.yaml", "backoffLimit:", "backOffLimit:")]
    [InlineData("overlays/prod/availability.yaml", "minAvailable:", "minAvailible:")]
    [InlineData("overlays/prod/scaling.yaml", "averageUtilization:", "averageUtilisation:")]
    [InlineData("overlays/prod/scaling.yaml", "maxReplicaCount:", "maxReplicas:")]
    [InlineData("overlays/prod/gateway-tls.yaml", "volumeMounts:", "volumeMount:")]
    public void AMisspeltFieldIsRefused(string file, string right, string wrong)
    {
        var text = Manifests.Text(file);
        Assert.Contains(right, text, StringComparison.Ordinal);
        Manifests.Parse(text);

        var error = Assert.ThrowsAny<YamlException>(() => Manifests.Parse(text.Replace(right, wrong, StringComparison.Ordinal)));

        Assert.Contains(wrong.TrimEnd(':'), error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AMisspeltFieldOfAKustomizationIsRefused() => Assert.ThrowsAny<YamlException>(() =>
        Manifests.Parse<Kustomization>(Manifests.Text("base/kustomization.yaml").Replace("resources:", "resource:", StringComparison.Ordinal)));

    [Fact]
    public void EveryServiceOfTheCodeIsDeployed() =>
        Assert.Equal(Code.Ports.Keys.Order(StringComparer.Ordinal), Manifests.Base.Services.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void SelectorsFindTheirPods()
    {
        foreach (var manifests in (Manifests[])[Manifests.Dev, Manifests.Prod])
        {
            Expect.None("A Deployment selects its own pods.", manifests.All<V1Deployment>().Where(one => !Selects(one.Spec.Selector, one.Spec.Template)).Select(Manifests.NameOf));
            Expect.None("Pods are spread by their own label.",
                from deployment in manifests.Services.Values
                where deployment.Spec.Template.Spec.TopologySpreadConstraints.Any(spread => !Selects(spread.LabelSelector, deployment.Spec.Template))
                select deployment.Metadata.Name);
            Expect.None("A Service has the pods of one Deployment.", manifests.All<V1Service>().Where(one => Pods(manifests, new V1LabelSelector { MatchLabels = one.Spec.Selector }).Count != 1).Select(Manifests.NameOf));
            Expect.None("A PodDisruptionBudget has the pods of its Deployment.",
                manifests.All<V1PodDisruptionBudget>().Where(one => Pods(manifests, one.Spec.Selector) is not [var pod] || pod.Spec.Containers[0].Name != one.Metadata.Name).Select(Manifests.NameOf));
            Expect.None("A NetworkPolicy is for pods that are there.", manifests.All<V1NetworkPolicy>().Where(one => Pods(manifests, one.Spec.PodSelector).Count == 0).Select(Manifests.NameOf));
        }
    }

    [Fact]
    public void PortsAreThoseOfTheCode()
    {
        foreach (var (name, deployment) in Manifests.Base.Services)
        {
            var (grpc, http) = Code.Ports[name];
            var pod = deployment.Spec.Template;

            Assert.Equal([("grpc", grpc), ("http", http)], pod.Spec.Containers.Single().Ports.Select(port => (port.Name, (int)port.ContainerPort)));
            Assert.Equal(http.ToString(), pod.Metadata.Annotations["prometheus.io/port"]);
            var service = Manifests.Base.All<V1Service>().Single(one => one.Metadata.Name == name);
            Assert.Equal([("grpc", grpc, "grpc"), ("http", http, "http")], service.Spec.Ports.Select(port => (port.Name, (int)port.Port, port.TargetPort.Value)));
            // gRPC holds its connections: behind one address all calls would go to one instance.
            Assert.True(name == "gateway" || service.Spec.ClusterIP == "None", $"{name} has an address of its own");
        }
    }

    [Fact]
    public void AddressesOfServicesAreTheirNamesAndGrpcPorts()
    {
        var addresses = Pylon.Gateway.Proxy.Upstream.Table.Select(upstream => (upstream.Setting, $"dns:///{upstream.Name}:{Code.Ports[upstream.Name].Grpc}"));

        foreach (var (setting, address) in addresses)
            Assert.Equal(address, Manifests.Base.Settings[setting]);
    }

    [Fact]
    public void EveryVariableIsASetting()
    {
        foreach (var manifests in (Manifests[])[Manifests.Dev, Manifests.Prod])
            Expect.None("A variable is in docs/settings.md.", manifests.Settings.Keys.Where(name => !Code.Settings.Contains(name)));
        var variables =
            from template in Pods(Manifests.Prod, ours: true).Concat(Manifests.Prod.Patches.OfType<V1Deployment>().Select(patch => patch.Spec.Template))
            from variable in template.Spec.Containers.Single().Env ?? []
            select variable.Name;
        Expect.None("A variable is in docs/settings.md.", variables.Where(name => !Code.Settings.Contains(name)));
    }

    [Fact]
    public void EveryContainerIsWatchedAndBounded()
    {
        var containers = Manifests.Dev.All<V1Deployment>().Concat(Manifests.Prod.All<V1Deployment>()).SelectMany(one => one.Spec.Template.Spec.Containers).ToList();
        Expect.None("A container has probes for its start, its life and its readiness.",
            containers.Where(one => one.StartupProbe is null || one.LivenessProbe is null || one.ReadinessProbe is null).Select(one => one.Name));
        Expect.None("A container requests CPU and memory, and has a limit of memory and none of CPU.",
            Manifests.Dev.Pods.SelectMany(pod => pod.Spec.Containers)
                .Where(one => one.Resources is not { Requests: { } requests, Limits: { } limits } || !requests.ContainsKey("cpu") || !requests.ContainsKey("memory") || !limits.ContainsKey("memory") || limits.ContainsKey("cpu"))
                .Select(one => one.Name));

        foreach (var container in Manifests.Base.Services.Values.Select(one => one.Spec.Template.Spec.Containers.Single()))
        {
            Assert.Equal(
                ["/health/startup http", "/health/live http", "/health/ready http"],
                new[] { container.StartupProbe, container.LivenessProbe, container.ReadinessProbe }.Select(probe => $"{probe.HttpGet.Path} {probe.HttpGet.Port.Value}"));
        }
    }

    [Fact]
    public void NoPodHasRightsThatItDoesNotNeed() => Expect.None(
        "A pod is not root, cannot become it, writes nowhere but where it is given a place, and has no token of the cluster.",
        from pod in Manifests.Dev.Pods.Concat(Manifests.Prod.Pods)
        from container in pod.Spec.Containers
        where pod.Spec is not { AutomountServiceAccountToken: false, EnableServiceLinks: false, SecurityContext: { RunAsNonRoot: true, RunAsUser: > 0, SeccompProfile.Type: "RuntimeDefault" } }
            || container.SecurityContext is not { AllowPrivilegeEscalation: false, ReadOnlyRootFilesystem: true, Capabilities.Drop: ["ALL"] }
        select container.Name);

    [Fact]
    public void OpenCallsEndBeforeThePodDoes()
    {
        foreach (var pod in Manifests.Base.Services.Values.Select(one => one.Spec.Template.Spec))
        {
            // What the host gives open calls (Defaults: ShutdownTimeout).
            var needed = pod.Containers.Single().Lifecycle.PreStop.Sleep.Seconds + 10;

            Assert.InRange(needed, 11, pod.TerminationGracePeriodSeconds!.Value - 10);
        }
    }

    [Fact]
    public void ANewPodIsKnownToItsCallersBeforeTheNextIsReplaced() => Assert.All(Manifests.Base.Services.Values, one =>
    {
        // Names are looked up every ten seconds (Names.Refresh).
        Assert.InRange(one.Spec.MinReadySeconds ?? 0, 11, 60);
        Assert.Equal(("1", "0"), (one.Spec.Strategy.RollingUpdate.MaxSurge.Value, one.Spec.Strategy.RollingUpdate.MaxUnavailable.Value));
    });

    [Fact]
    public void EveryKeyThatIsReadIsThere()
    {
        var secrets = Manifests.Parse(Manifests.Text("secrets.example.yaml")).OfType<V1Secret>().ToDictionary(one => one.Metadata.Name, one => one.StringData);
        var read = Manifests.Prod.Pods.Concat(Manifests.Prod.Patches.OfType<V1Deployment>().Select(patch => patch.Spec.Template)).SelectMany(KeysOf)
            .Concat(Manifests.Prod.All<TriggerAuthentication>().SelectMany(one => one.Spec.SecretTargetRef).Select(one => (one.Name, one.Key, IsOptional: false))).ToList();

        Expect.None("A key of a Secret is in secrets.example.yaml.", read.Where(one => !secrets.TryGetValue(one.Name, out var keys) || !keys.ContainsKey(one.Key)).Select(one => $"{one.Name}: {one.Key}"));
        Expect.None("A key in secrets.example.yaml is read.", secrets.SelectMany(secret => secret.Value.Keys, (secret, key) => (secret.Key, key)).Except(read.Select(one => (one.Name, one.Key))).Select(one => one.ToString()));
        Expect.None("The overlay dev makes the keys that must be there.", Manifests.Dev.Pods.SelectMany(KeysOf).Where(one => !one.IsOptional && !Manifests.Dev.Secrets.ContainsKey(one.Key)).Select(one => one.Key));
        Expect.None("Settings come from the ConfigMap pylon.", Manifests.Prod.Pods.SelectMany(pod => pod.Spec.Containers).Where(one => one.EnvFrom is not [{ ConfigMapRef.Name: "pylon" }]).Select(one => one.Name));
    }

    [Fact]
    public void MigrationsAreThoseOfEachServiceWithASchema()
    {
        var jobs = Manifests.Base.All<V1Job>().Select(job => job.Spec.Template.Spec.Containers.Single()).ToList();

        Assert.Equal(Manifests.Base.Services.Where(one => Reads(one.Value, "PYLON_POSTGRES")).Select(one => $"pylon/{one.Key}").Order(StringComparer.Ordinal), jobs.Select(job => job.Image).Order(StringComparer.Ordinal));
        Assert.All(jobs, job => Assert.Equal(["--migrate"], job.Args));
        Assert.All(jobs, job => Assert.True(Code.Uses(job.Image["pylon/".Length..], "MigrateOnly"), job.Image));
    }

    [Fact]
    public void EveryImageOfProductionHasAVersion()
    {
        var ours = Pods(Manifests.Prod, ours: true).Select(pod => pod.Spec.Containers.Single().Image).ToHashSet();

        Assert.Equal(ours.Order(StringComparer.Ordinal), Manifests.Prod.Images.Select(one => one.Name).Order(StringComparer.Ordinal));
        Assert.All(Manifests.Prod.Images, one => Assert.True(one.NewTag.Length > 0 && one.NewTag != "latest" && one.NewName.EndsWith("/" + one.Name, StringComparison.Ordinal)));
        Assert.Equal(Code.Ports.Keys.Select(name => $"pylon/{name}").Order(StringComparer.Ordinal), ours.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void APatchPatchesWhatIsThere()
    {
        foreach (var overlay in Overlays)
        {
            var manifests = overlay == "dev" ? Manifests.Dev : Manifests.Prod;
            Expect.None("A patch names what the base has.", manifests.Patches.Where(patch => !manifests.Objects.Any(one => one.GetType() == patch.GetType() && Manifests.NameOf(one) == Manifests.NameOf(patch))).Select(Manifests.NameOf));
            Expect.None("A patch of a container names one that the base has.",
                from patch in manifests.Patches.OfType<V1Deployment>()
                from container in patch.Spec.Template.Spec.Containers
                where manifests.Services[patch.Metadata.Name].Spec.Template.Spec.Containers.All(one => one.Name != container.Name)
                select container.Name);
        }
    }

    [Fact]
    public void WithTlsTheProbesOfTheGatewayHaveIt()
    {
        var patch = Manifests.Prod.Patches.OfType<V1Deployment>().Single(one => one.Spec.Template.Spec.Containers.Single().Env.Any(variable => variable.Name == "PYLON_TLS_CERT"));
        var container = patch.Spec.Template.Spec.Containers.Single();

        Assert.All(new[] { container.StartupProbe, container.LivenessProbe, container.ReadinessProbe }, probe => Assert.Equal("HTTPS", probe.HttpGet.Scheme));
    }

    internal static bool Reads(V1Deployment deployment, string variable) => deployment.Spec.Template.Spec.Containers.Single().Env.Any(one => one.Name == variable);

    internal static List<V1PodTemplateSpec> Pods(Manifests manifests, V1LabelSelector selector) => [.. manifests.Pods.Where(pod => Selects(selector, pod))];

    private static List<V1PodTemplateSpec> Pods(Manifests manifests, bool ours) => [.. manifests.Pods.Where(pod => pod.Spec.Containers.Any(one => one.Image.StartsWith("pylon/", StringComparison.Ordinal) == ours))];

    // The label part-of comes from the base's kustomization, for each of its pods.
    internal static bool Selects(V1LabelSelector? selector, V1PodTemplateSpec pod)
    {
        var labels = new Dictionary<string, string>(pod.Metadata.Labels, StringComparer.Ordinal);
        if (Manifests.Base.Pods.Any(one => one.Metadata.Labels["app.kubernetes.io/name"] == labels["app.kubernetes.io/name"]))
            labels["app.kubernetes.io/part-of"] = "pylon";
        return (selector?.MatchLabels ?? new Dictionary<string, string>()).All(pair => labels.GetValueOrDefault(pair.Key) == pair.Value)
            && (selector?.MatchExpressions ?? []).All(one => one.OperatorProperty == "In" && labels.TryGetValue(one.Key, out var value) && one.Values.Contains(value));
    }

    private static IEnumerable<(string Name, string Key, bool IsOptional)> KeysOf(V1PodTemplateSpec pod)
    {
        foreach (var reference in pod.Spec.Containers.SelectMany(one => one.Env ?? []).Select(one => one.ValueFrom?.SecretKeyRef).OfType<V1SecretKeySelector>())
            yield return (reference.Name, reference.Key, reference.Optional == true);
        foreach (var secret in (pod.Spec.Volumes ?? []).Select(one => one.Secret).OfType<V1SecretVolumeSource>())
        {
            foreach (var item in secret.Items)
                yield return (secret.SecretName, item.Key, secret.Optional == true);
        }
    }
}

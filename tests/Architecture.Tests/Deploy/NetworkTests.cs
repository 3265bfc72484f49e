using k8s.Models;

namespace Pylon.Architecture.Tests.Deploy;

/// <summary>The network policies let through the calls that the code makes, and no others.</summary>
public sealed class NetworkTests
{
    private static readonly IReadOnlyList<V1NetworkPolicy> Policies = Manifests.Base.All<V1NetworkPolicy>();

    [Fact]
    public void EverythingElseIsDenied()
    {
        var deny = Policies.Single(one => one.Metadata.Name == "default-deny").Spec;

        Assert.Equal(["Ingress", "Egress"], deny.PolicyTypes);
        Assert.True(deny is { Ingress: null, Egress: null, PodSelector: { MatchLabels: null, MatchExpressions: null } });
    }

    [Fact]
    public void AServiceMayCallWhomTheCodeCalls() => Assert.Equal(Ordered(Code.Calls), Ordered(Edges(egress: true)));

    [Fact]
    public void AServiceMayBeCalledByWhomTheCodeSays() => Assert.Equal(Ordered(Code.Calls), Ordered(Edges(egress: false)));

    [Fact]
    public void TheDocumentSaysTheSame()
    {
        // "| Orchestrator | Ingestion (...), Conductor (...), ..." under "Who calls whom".
        var rows = File.ReadAllLines(Path.Combine(Checkout.Directory, "docs", "architecture.md")).SkipWhile(line => line != "## Who calls whom").TakeWhile(line => !line.StartsWith("There is no circle", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line => line.Split('|', StringSplitOptions.TrimEntries));
        var documented =
            from row in rows
            from callee in Code.Ports.Keys
            where Code.Ports.ContainsKey(row[1].ToLowerInvariant()) && row[2].Contains(Code.Assembly(callee), StringComparison.Ordinal)
            select (From: row[1].ToLowerInvariant(), To: callee);

        Assert.Equal(Ordered(Code.Calls), Ordered(documented));
    }

    [Theory]
    [InlineData("PYLON_POSTGRES", 5432)]
    [InlineData("PYLON_REDIS", 6379)]
    public void AStoreIsReachedByWhoConnectsToIt(string setting, int port)
    {
        var connecting = Manifests.Base.Pods.Where(pod => pod.Spec.Containers.Single() is var one && one.Env.Any(variable => variable.Name == setting) && (one.Args is null || setting == "PYLON_POSTGRES"));

        Assert.Equal(Names(connecting), Names(Allowed(port)));
    }

    [Fact]
    public void TheOutsideIsReachedByHttpsAloneAndByNoPrivateAddress()
    {
        var outside = Policies.Single(one => one.Metadata.Name == "outside").Spec;
        var rule = outside.Egress.Single();

        Assert.Equal(["443"], rule.Ports.Select(port => port.Port.Value));
        Assert.All((string[])["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"], network => Assert.Contains(network, rule.To.Single().IpBlock.Except));
        // Whoever makes a client for the outside: the one way out (ADR 0040).
        var calling = Code.Ports.Keys.Where(name => Code.Uses(name, "AddOutgoingClient"));
        Assert.Equal(calling.Order(StringComparer.Ordinal), Names(Manifests.Base.Pods.Where(pod => ManifestsTests.Selects(outside.PodSelector, pod))));
    }

    [Fact]
    public void MetricsAreReadFromTheMonitoringAlone()
    {
        var metrics = Policies.Single(one => one.Metadata.Name == "metrics").Spec.Ingress.Single();

        Assert.Equal("monitoring", metrics.FromProperty.Single().NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"]);
        Assert.Equal(["http"], metrics.Ports.Select(port => port.Port.Value));
    }

    // Between our services, on the port grpc.
    private static IEnumerable<(string From, string To)> Edges(bool egress) =>
        from policy in Policies
        from rule in egress
            ? (policy.Spec.Egress ?? []).Select(one => (one.To, one.Ports))
            : (policy.Spec.Ingress ?? []).Select(one => (To: one.FromProperty, one.Ports))
        where rule.Ports.Any(port => port.Port?.Value == "grpc")
        from peer in rule.To ?? []
        where peer.PodSelector is not null
        from here in ManifestsTests.Pods(Manifests.Base, policy.Spec.PodSelector)
        from there in ManifestsTests.Pods(Manifests.Base, peer.PodSelector)
        let ends = (Here: Name(here), There: Name(there))
        select egress ? (ends.Here, ends.There) : (ends.There, ends.Here);

    private static IEnumerable<V1PodTemplateSpec> Allowed(int port) =>
        from policy in Policies
        where (policy.Spec.Egress ?? []).Any(rule => rule.Ports.Any(one => one.Port?.Value == port.ToString()) && rule.To.All(peer => peer.IpBlock is not null))
        from pod in ManifestsTests.Pods(Manifests.Base, policy.Spec.PodSelector)
        select pod;

    private static string Name(V1PodTemplateSpec pod) => pod.Metadata.Labels["app.kubernetes.io/name"];

    private static IEnumerable<string> Names(IEnumerable<V1PodTemplateSpec> pods) => pods.Select(Name).Order(StringComparer.Ordinal);

    private static IEnumerable<(string, string)> Ordered(IEnumerable<(string From, string To)> edges) => edges.Distinct().OrderBy(edge => edge.From, StringComparer.Ordinal).ThenBy(edge => edge.To, StringComparer.Ordinal);
}

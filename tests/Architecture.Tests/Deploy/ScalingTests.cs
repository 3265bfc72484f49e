using System.Text.RegularExpressions;
using k8s.Models;

namespace Pylon.Architecture.Tests.Deploy;

/// <summary>What scales the services in production, and what keeps one of each.</summary>
public sealed partial class ScalingTests
{
    private static readonly IReadOnlyDictionary<string, string[]> FieldsOfTriggers = new Dictionary<string, string[]>
    {
        ["postgresql"] = ["query", "targetQueryValue"],
        ["prometheus"] = ["serverAddress", "query", "threshold"],
        ["cpu"] = ["value"],
    };

    [Fact]
    public void EachServiceIsScaledByOneAndKeepsOne()
    {
        var scaled = Manifests.Prod.All<V2HorizontalPodAutoscaler>().Select(one => (one.Spec.ScaleTargetRef.Name, Least: one.Spec.MinReplicas ?? 1, Most: one.Spec.MaxReplicas))
            .Concat(Manifests.Prod.All<ScaledObject>().Select(one => (one.Spec.ScaleTargetRef.Name, Least: one.Spec.MinReplicaCount, Most: one.Spec.MaxReplicaCount))).ToList();
        var budgets = Manifests.Prod.All<V1PodDisruptionBudget>().ToDictionary(one => one.Metadata.Name, one => int.Parse(one.Spec.MinAvailable.Value));

        Assert.Equal(Code.Ports.Keys.Order(StringComparer.Ordinal), scaled.Select(one => one.Name).Order(StringComparer.Ordinal));
        Assert.Equal(Code.Ports.Keys.Order(StringComparer.Ordinal), budgets.Keys.Order(StringComparer.Ordinal));
        Assert.All(scaled, one => Assert.True(budgets[one.Name] >= 1 && budgets[one.Name] < one.Least && one.Least <= one.Most, $"{one}, of which {budgets[one.Name]} must stay"));
        // A number in the Deployment would undo what scales it with each rollout.
        Assert.All(Manifests.Prod.Services.Values, one => Assert.Null(one.Spec.Replicas));
    }

    [Fact]
    public void TriggersHaveTheFieldsOfTheirKind()
    {
        var authentications = Manifests.Prod.All<TriggerAuthentication>().Select(one => one.Metadata.Name).ToHashSet();

        Assert.All(Manifests.Prod.All<ScaledObject>().SelectMany(one => one.Spec.Triggers), trigger =>
        {
            Assert.Equal(FieldsOfTriggers[trigger.Type].Order(StringComparer.Ordinal), trigger.Metadata.Keys.Order(StringComparer.Ordinal));
            Assert.Equal(trigger.Type == "postgresql", trigger.AuthenticationRef is { Name: var name } && authentications.Contains(name));
        });
    }

    [Fact]
    public void WhatScalesTheOrchestratorCountsWhatItsWorkersClaim()
    {
        var query = Manifests.Prod.All<ScaledObject>().SelectMany(one => one.Spec.Triggers).Single(one => one.Type == "postgresql").Metadata["query"];
        var counted = Due().Matches(query).Select(match => match.Value).ToList();
        var claim = Code.Texts("Orchestrator").Single(text => text.Contains("FOR UPDATE SKIP LOCKED", StringComparison.Ordinal) && text.Contains("UPDATE compute_workloads w SET", StringComparison.Ordinal));

        Assert.NotEmpty(counted);
        Assert.Equal(Due().Matches(claim).Select(match => match.Value), counted);
        Assert.Equal(counted.Count, query.Split("FROM orchestrator.compute_workloads WHERE").Length - 1);
    }

    [Fact]
    public void WhatTheStreamsScaleByIsServed() => Expect.None(
        "A metric of a trigger is served.",
        Manifests.Prod.All<ScaledObject>().SelectMany(one => one.Spec.Triggers).Where(one => one.Type == "prometheus").SelectMany(one => Promql.Metrics(one.Metadata["query"])).Where(name => !Code.Metrics.Contains(name)));

    [GeneratedRegex(@"WHERE [^()]*(?:\([^()]*\))?[^()]* AND due_at <= now\(\)")]
    private static partial Regex Due();
}

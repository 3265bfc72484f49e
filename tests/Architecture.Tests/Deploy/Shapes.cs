using k8s.Models;

namespace Pylon.Architecture.Tests.Deploy;

// The files that Kubernetes itself does not describe, with the fields that ours use. A field that is not here is refused.

/// <summary>kustomization.yaml.</summary>
internal sealed class Kustomization
{
    public string ApiVersion { get; set; } = "";
    public string Kind { get; set; } = "";
    public string? Namespace { get; set; }
    public List<string> Resources { get; set; } = [];
    public List<KustomizePatch> Patches { get; set; } = [];
    public List<KustomizeGenerator> ConfigMapGenerator { get; set; } = [];
    public List<KustomizeGenerator> SecretGenerator { get; set; } = [];
    public List<KustomizeImage> Images { get; set; } = [];
    public List<KustomizeLabels> Labels { get; set; } = [];
}

internal sealed class KustomizePatch
{
    public string Path { get; set; } = "";
}

internal sealed class KustomizeGenerator
{
    public string Name { get; set; } = "";
    public string? Behavior { get; set; }
    public List<string> Envs { get; set; } = [];
}

internal sealed class KustomizeImage
{
    public string Name { get; set; } = "";
    public string NewName { get; set; } = "";
    public string NewTag { get; set; } = "";
}

internal sealed class KustomizeLabels
{
    public Dictionary<string, string> Pairs { get; set; } = [];
    public bool IncludeTemplates { get; set; }
}

/// <summary>KEDA: what scales a Deployment by a queue.</summary>
internal sealed class ScaledObject
{
    public string ApiVersion { get; set; } = "";
    public string Kind { get; set; } = "";
    public V1ObjectMeta Metadata { get; set; } = new();
    public ScaledObjectSpec Spec { get; set; } = new();
}

internal sealed class ScaledObjectSpec
{
    public Named ScaleTargetRef { get; set; } = new();
    public int MinReplicaCount { get; set; }
    public int MaxReplicaCount { get; set; }
    public int PollingInterval { get; set; }
    public ScaledObjectAdvanced Advanced { get; set; } = new();
    public List<ScaleTrigger> Triggers { get; set; } = [];
}

internal sealed class ScaledObjectAdvanced
{
    public AutoscalerConfig HorizontalPodAutoscalerConfig { get; set; } = new();
}

internal sealed class AutoscalerConfig
{
    public V2HorizontalPodAutoscalerBehavior Behavior { get; set; } = new();
}

internal sealed class ScaleTrigger
{
    public string Type { get; set; } = "";
    public string? MetricType { get; set; }
    public Named? AuthenticationRef { get; set; }
    public Dictionary<string, string> Metadata { get; set; } = [];
}

internal sealed class Named
{
    public string Name { get; set; } = "";
}

/// <summary>KEDA: where a trigger has its secret from.</summary>
internal sealed class TriggerAuthentication
{
    public string ApiVersion { get; set; } = "";
    public string Kind { get; set; } = "";
    public V1ObjectMeta Metadata { get; set; } = new();
    public TriggerAuthenticationSpec Spec { get; set; } = new();
}

internal sealed class TriggerAuthenticationSpec
{
    public List<TriggerSecret> SecretTargetRef { get; set; } = [];
}

internal sealed class TriggerSecret
{
    public string Parameter { get; set; } = "";
    public string Name { get; set; } = "";
    public string Key { get; set; } = "";
}

/// <summary>Rules of Prometheus.</summary>
internal sealed class AlertFile
{
    public List<AlertGroup> Groups { get; set; } = [];
}

internal sealed class AlertGroup
{
    public string Name { get; set; } = "";
    public List<AlertRule> Rules { get; set; } = [];
}

internal sealed class AlertRule
{
    public string Alert { get; set; } = "";
    public string Expr { get; set; } = "";
    public string? For { get; set; }
    public Dictionary<string, string> Labels { get; set; } = [];
    public Dictionary<string, string> Annotations { get; set; } = [];
}

using YamlDotNet.Serialization;

namespace Pylon.Architecture.Tests.Deploy;

/// <summary>compose.yaml, with the fields that ours uses.</summary>
internal sealed class ComposeFile
{
    public string Name { get; set; } = "";

    [YamlMember(Alias = "x-service", ApplyNamingConventions = false)]
    public ComposeService XService { get; set; } = new();

    [YamlMember(Alias = "x-migration", ApplyNamingConventions = false)]
    public ComposeService XMigration { get; set; } = new();

    [YamlMember(Alias = "x-settings", ApplyNamingConventions = false)]
    public Dictionary<string, string> XSettings { get; set; } = [];

    [YamlMember(Alias = "x-database", ApplyNamingConventions = false)]
    public Dictionary<string, string> XDatabase { get; set; } = [];

    public Dictionary<string, ComposeService> Services { get; set; } = [];
    public Dictionary<string, Dictionary<string, string>> Volumes { get; set; } = [];
}

internal sealed class ComposeService
{
    public string Image { get; set; } = "";
    public List<string> Command { get; set; } = [];
    public List<string> Profiles { get; set; } = [];
    public Dictionary<string, string> Environment { get; set; } = [];
    public List<string> Ports { get; set; } = [];
    public List<string> Volumes { get; set; } = [];
    public ComposeHealth? Healthcheck { get; set; }

    [YamlMember(Alias = "depends_on", ApplyNamingConventions = false)]
    public Dictionary<string, ComposeDependency> DependsOn { get; set; } = [];

    [YamlMember(Alias = "read_only", ApplyNamingConventions = false)]
    public bool ReadOnly { get; set; }

    public List<string> Tmpfs { get; set; } = [];
    public string User { get; set; } = "";

    [YamlMember(Alias = "cap_drop", ApplyNamingConventions = false)]
    public List<string> CapDrop { get; set; } = [];

    [YamlMember(Alias = "security_opt", ApplyNamingConventions = false)]
    public List<string> SecurityOpt { get; set; } = [];

    public string Restart { get; set; } = "";

    [YamlMember(Alias = "stop_grace_period", ApplyNamingConventions = false)]
    public string StopGracePeriod { get; set; } = "";
}

internal sealed class ComposeHealth
{
    public List<string> Test { get; set; } = [];
    public string Interval { get; set; } = "";
    public int Retries { get; set; }
}

internal sealed class ComposeDependency
{
    public string Condition { get; set; } = "";
}

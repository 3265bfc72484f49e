namespace Pylon.Insights.Simulation;

/// <summary>What becomes of the names in a scenario of a request.</summary>
internal sealed class ScenarioNames
{
    /// <summary>Of changes: a feature or a lever.</summary>
    public List<string> Applied { get; } = [];

    /// <summary>Of changes: neither.</summary>
    public List<string> Unknown { get; } = [];

    /// <summary>Of baseline_features.</summary>
    public List<string> UnknownInputs { get; } = [];
}

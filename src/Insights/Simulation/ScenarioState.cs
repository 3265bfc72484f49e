using Pylon.Insights.Inputs;

namespace Pylon.Insights.Simulation;

/// <summary>A scenario between two levers.</summary>
/// <param name="Features">As the levers so far left them.</param>
/// <param name="Placement">Null when its electricity has no series.</param>
internal sealed record ScenarioState(Features Features, Placement? Placement);

using Pylon.Orchestrator.V1;

namespace Pylon.Web.Planning;

/// <summary>What the planner says: the best plan, and the best of other ways to run the job.</summary>
internal sealed record Answer(PlanWindowResponse Best, ComparePlansResponse Ways);

namespace Pylon.Orchestrator.Beckn;

/// <summary>The provider answered that it will not do it; asking again for the same is of no use.</summary>
internal sealed class BecknRefusal(string action, string reason) : Exception($"{action}: {reason}")
{
    public string Action { get; } = action;
}

using Pylon.Rpc;

namespace Pylon.Orchestrator.Planning;

/// <summary>The refusals that more than one part of planning makes.</summary>
internal static class Refusals
{
    public const string SeriesTooShort = "SERIES_TOO_SHORT";

    public static Refusal TooShort(int steps, int needed, string message) => Refusal.FailedPrecondition(SeriesTooShort, message) with
    {
        Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["steps"] = $"{steps}", ["needed"] = $"{needed}" },
    };
}

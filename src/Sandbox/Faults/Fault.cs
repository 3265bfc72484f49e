using Newtonsoft.Json;

namespace Pylon.Sandbox.Faults;

/// <summary>A requested fault: what goes wrong, for which requests, how often.</summary>
/// <param name="Remaining">How many requests it still hits; null means until it is removed.</param>
/// <param name="Match">Only request bodies that contain this text are hit.</param>
/// <param name="Processed">The request takes effect before the fault replaces its answer.</param>
internal sealed record Fault(
    int Id,
    string Kind,
    string Action,
    int? Remaining,
    int DelayMs,
    int? HttpStatus,
    int KeepItems,
    string? Match,
    bool Processed,
    int Hits)
{
    [JsonIgnore]
    public TimeSpan Delay => TimeSpan.FromMilliseconds(DelayMs);
}

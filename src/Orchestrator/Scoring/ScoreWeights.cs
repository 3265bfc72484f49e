namespace Pylon.Orchestrator.Scoring;

/// <summary>What counts how much for an urgency; the weights of one add up to 100.</summary>
internal sealed record ScoreWeights(string Urgency, int Carbon, int Price, int Stress, int Pue, int Load, int Flexibility)
{
    private static readonly ScoreWeights[] All =
    [
        new("LOW", 45, 25, 10, 10, 5, 5),
        new("MEDIUM", 35, 20, 15, 10, 10, 10),
        new("HIGH", 25, 15, 20, 10, 20, 10),
        new("CRITICAL", 15, 5, 25, 10, 35, 10),
    ];

    /// <summary>Those of MEDIUM for a workload that names no urgency.</summary>
    public static ScoreWeights Of(string? urgency) => All.FirstOrDefault(w => w.Urgency == urgency) ?? All[1];
}

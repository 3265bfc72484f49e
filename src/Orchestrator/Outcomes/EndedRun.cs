using Google.Protobuf;
using Pylon.Common.V1;
using Pylon.Orchestrator.Runs;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Outcomes;

/// <summary>A batch run that has ended, with what its outcome needs of its workload.</summary>
internal sealed record EndedRun
{
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    public required Guid WorkloadId { get; init; }
    public required string State { get; init; }

    /// <summary>proto3 JSON of a Run with its phases.</summary>
    public required string Progress { get; init; }
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>The claim: until then no other instance computes it.</summary>
    public required DateTimeOffset OutcomeDueAt { get; init; }
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>user or synthetic.</summary>
    public required string Source { get; init; }

    /// <summary>proto3 JSON of the chosen Recommendation.</summary>
    public required string Recommendation { get; init; }

    /// <summary>The chosen option is booked at a provider.</summary>
    public required bool IsBooked { get; init; }

    /// <summary>Of the data centre where it was submitted; null when that is not known.</summary>
    public short? HostRegionId { get; init; }

    /// <summary>Of its operator; null when that is not known.</summary>
    public short? OperatorRegionId { get; init; }

    public IReadOnlyList<PhaseRun> Phases => Parser.Parse<Run>(Progress).Phases;

    public Recommendation Chosen => Parser.Parse<Recommendation>(Recommendation);

    public bool IsComplete => State == RunRecord.Completed;

    public (int? RegionId, BaselinePlace Place) Home =>
        HostRegionId is { } host ? (host, BaselinePlace.Host)
        : OperatorRegionId is { } home ? (home, BaselinePlace.Operator)
        : (null, BaselinePlace.National);
}

using Pylon.Common.V1;

namespace Pylon.Insights.Shifts;

/// <summary>A shift that is worth proposing. kg are of CO2, by the forecast of the grid.</summary>
internal sealed record Proposal(
    Guid WorkloadId,
    string WorkloadName,
    DateTimeOffset StartBefore,
    DateTimeOffset EndBefore,
    int RegionBefore,
    int Option,
    DateTimeOffset Start,
    DateTimeOffset End,
    int RegionId,
    double EnergyKwh,
    EnergyBasis EnergyBasis,
    double BeforeKg,
    double AfterKg,
    double ExpectedSavingKg);

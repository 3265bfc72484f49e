using System.Security.Cryptography;
using System.Text;

namespace Pylon.Orchestrator.World;

/// <summary>
/// The synthetic world of a seed: the same seed gives the same operator, user, data centres and workloads, id by id. Shares
/// and ranges are those of docs/architecture.md. Pure.
/// </summary>
internal sealed class SyntheticWorld
{
    /// <summary>Above it non-urgent work is held back.</summary>
    public const double HighStress = 0.8;

    public const string OperatorName = "Synthetic Compute";
    public const string UserEmail = "synthetic@pylon.invalid";

    private const double SkippedUnderStress = 0.3;

    private static readonly (short Id, string Name)[] Regions =
        [(1, "North Scotland"), (2, "South Scotland"), (13, "London"), (7, "South Wales"), (8, "West Midlands"), (14, "South East England")];

    private static readonly double[] Teraflops = [1000, 5000, 10_000];

    private static readonly (int, string)[] Urgencies = [(25, "LOW"), (45, "MEDIUM"), (20, "HIGH"), (10, "CRITICAL")];

    private static readonly (int, (string Name, double LeastKwh, double MostKwh))[] Types =
    [
        (30, ("TRAINING_RUN", 5, 25)),
        (25, ("INFERENCE_BATCH", 1, 5)),
        (20, ("RAG_QUERY", 0.1, 1)),
        (15, ("FINE_TUNING", 2, 10)),
        (10, ("DATA_PROCESSING", 0.5, 3)),
    ];

    private readonly int _seed;

    public SyntheticWorld(int seed)
    {
        _seed = seed;
        OperatorId = IdOf("operator");
        UserId = IdOf("user");
        DataCentres = [.. Regions.Select((region, n) => DataCentre(n + 1, region.Id, region.Name))];
    }

    public Guid OperatorId { get; }

    public Guid UserId { get; }

    public IReadOnlyList<SyntheticDataCentre> DataCentres { get; }

    /// <summary>The workload with this number, which nothing but seed and number decide.</summary>
    public SyntheticWorkload Workload(long number)
    {
        var numbers = new SeededNumbers($"{_seed} workload {number}");
        var urgency = numbers.ByPercent(Urgencies);
        var (type, leastKwh, mostKwh) = numbers.ByPercent(Types);
        var (carbon, price, deadline, deferral) = LimitsOf(urgency);
        return new SyntheticWorkload(
            IdOf($"workload {number}"),
            $"SYNTHETIC-{_seed}-{number}",
            type,
            urgency,
            numbers.Whole(5, 120),
            Math.Round(numbers.Between(leastKwh, mostKwh), 2),
            carbon is { } cap ? numbers.Whole(cap.Least, cap.Most) : null,
            price is { } most ? Math.Round(numbers.Between(most.Least, most.Most), 2) : null,
            deadline,
            deferral,
            numbers.OneOf(DataCentres).Id,
            numbers.Share() < SkippedUnderStress);
    }

    private static ((int Least, int Most)? Carbon, (int Least, int Most)? Price, TimeSpan Deadline, int DeferralMins) LimitsOf(string urgency) => urgency switch
    {
        "CRITICAL" => (null, null, TimeSpan.FromMinutes(30), 0),
        "HIGH" => ((150, 250), (50, 100), TimeSpan.FromHours(2), 30),
        "MEDIUM" => ((80, 150), (20, 50), TimeSpan.FromHours(6), 120),
        _ => ((30, 80), (5, 20), TimeSpan.FromHours(24), 360),
    };

    private SyntheticDataCentre DataCentre(int number, short regionId, string region)
    {
        var numbers = new SeededNumbers($"{_seed} data centre {number}");
        var isScottish = region.Contains("Scotland", StringComparison.Ordinal);
        return new SyntheticDataCentre(
            IdOf($"data centre {number}"),
            $"DC-{number:000}",
            $"Synthetic {region}",
            regionId,
            region,
            Math.Round(isScottish ? numbers.Between(1.1, 1.4) : numbers.Between(1.3, 1.8), 2),
            numbers.OneOf(Teraflops),
            Math.Round(numbers.Between(0.1, 0.9), 2));
    }

    private Guid IdOf(string what) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"pylon.synthetic.{_seed} {what}")).AsSpan(0, 16));
}

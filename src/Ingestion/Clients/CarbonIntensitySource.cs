using System.Runtime.CompilerServices;
using Pylon.Ingestion.Settlement;
using Pylon.Ingestion.Sources.CarbonIntensity;

namespace Pylon.Ingestion.Clients;

/// <summary>The Carbon Intensity API: two days ahead for the nation and the regions, the day behind for what was measured and revised.</summary>
internal sealed class CarbonIntensitySource(SourceClient client, SourcesOptions options) : GridSource(Id)
{
    public const string Id = "carbon-intensity";

    public override async IAsyncEnumerable<Reading> ReadAsync(DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var from = HalfHour.Containing(now).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm'Z'");
        foreach (var (dataset, path) in new[]
        {
            ("intensity", $"intensity/{from}/fw48h"), ("intensity-past", $"intensity/{from}/pt24h"),
            ("regional", $"regional/intensity/{from}/fw48h"), ("generation", "generation"),
        })
        {
            yield return await TryAsync(
                dataset, async () => NeverEmpty(CarbonIntensityBody.Read(await client.GetAsync(path, options.RequestPause, cancellationToken), dataset)), cancellationToken);
        }
    }
}

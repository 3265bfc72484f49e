using System.Runtime.CompilerServices;
using Pylon.Ingestion.Settlement;
using Pylon.Ingestion.Sources.Elexon;

namespace Pylon.Ingestion.Clients;

/// <summary>Elexon Insights: prices and demand of today and yesterday, which are still revised, and the day-ahead forecast.</summary>
internal sealed class ElexonSource(SourceClient client, SourcesOptions options) : GridSource(Id)
{
    public const string Id = "elexon";

    public override async IAsyncEnumerable<Reading> ReadAsync(DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var today = London.DateOf(now);
        var (first, last) = ($"{today.AddDays(-1):yyyy-MM-dd}", $"{today:yyyy-MM-dd}");
        var (from, to) = (London.Midnight(today.AddDays(-1)).UtcDateTime, now.UtcDateTime);
        foreach (var (dataset, path) in new[]
        {
            ("system-prices", $"balancing/settlement/system-prices/{first}?format=json"),
            ("system-prices", $"balancing/settlement/system-prices/{last}?format=json"),
            ("market-index", $"balancing/pricing/market-index?from={from:yyyy-MM-dd'T'HH:mm'Z'}&to={to:yyyy-MM-dd'T'HH:mm'Z'}&format=json"),
            ("demand-outturn", $"demand/outturn?settlementDateFrom={first}&settlementDateTo={last}&format=json"),
            ("demand-forecast", "forecast/demand/day-ahead?format=json"),
        })
        {
            yield return await TryAsync(
                dataset, async () => ElexonBody.Read(await client.GetAsync(path, options.RequestPause, cancellationToken), dataset), cancellationToken);
        }
    }
}

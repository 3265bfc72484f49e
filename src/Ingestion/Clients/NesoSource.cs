using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Sources;
using Pylon.Ingestion.Sources.Neso;

namespace Pylon.Ingestion.Clients;

/// <summary>
/// NESO's data portal. Files are found by the names of package and resource, as their ids change, and read again only
/// when the portal says that they changed (neso.energy/data-portal/api-guidance).
/// </summary>
internal sealed class NesoSource(SourceClient client, SourcesOptions options) : GridSource(Id)
{
    public const string Id = "neso";

    // The portal cuts larger pages without saying so.
    private const int Page = 32_000;

    // The files have half hours of at most some years: one page, and this many where the portal cuts them to a thousand rows.
    private const int MostPages = 40;

    private static readonly (string Package, string Resource, SeriesTable Table)[] Wanted =
    [
        ("1-day-ahead-demand-forecast", "Day Ahead National Demand Forecast", SeriesDefinition.Demand.Forecasts!),
        ("2-14-days-ahead-national-demand-forecast", "2-14 Days Ahead Half Hourly Forecast", SeriesDefinition.Demand.Forecasts!),
        ("daily-demand-update", "Demand Data Update", SeriesDefinition.Demand.Actuals!),
        ("embedded-wind-and-solar-forecasts", "Embedded Solar and Wind Forecast", SeriesDefinition.EmbeddedGeneration.Forecasts!),
    ];

    private static readonly TimeSpan Settled = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _read = [];

    public override async IAsyncEnumerable<Reading> ReadAsync(DateTimeOffset now, DateTimeOffset? since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (package, resource, table) in Wanted)
        {
            CkanResource? found = null;
            var lookUp = await TryAsync(package, async () =>
            {
                var (resources, problem) = CkanBody.ReadPackage(await client.GetAsync($"package_show?id={package}", options.RequestPause, cancellationToken));
                found = resources.FirstOrDefault(r => r.Name == resource);
                return new ParsedBody(package) { Problem = problem ?? (found is null ? $"{package} has no resource {resource}" : null) };
            }, cancellationToken);
            if (found is null || lookUp.Error is not null)
            {
                yield return lookUp;
                continue;
            }

            if (found.LastModified is { } changed && _read.TryGetValue(found.Id, out var known) && known == changed)
                continue;
            var complete = true;
            var (offset, before) = (0L, "");
            for (var page = 1; ; page++)
            {
                var total = 0L;
                var reading = await TryAsync(package, async () =>
                {
                    (var parsed, total, var records) = CkanBody.ReadRecords(
                        await client.GetAsync($"datastore_search?resource_id={found.Id}&limit={Page}&offset={offset}", options.NesoDatastorePause, cancellationToken), package);
                    // Where the total is wrong the pages have no end.
                    if (parsed.RowsRead > 0 && records == before)
                        parsed.Problem ??= $"the rows from {offset} on are those before them again";
                    else if (page == MostPages && offset + parsed.RowsRead < total)
                        parsed.Problem ??= $"{MostPages} pages have {offset + parsed.RowsRead} of {total} rows, and no more are asked for";
                    before = records;
                    if (found.LastModified is { } published)
                        SetPublished(parsed, published);
                    return offset == 0 || parsed.RowsRead > 0 ? Learnt(parsed, offset == 0 ? table : null) : parsed;
                }, cancellationToken);
                yield return reading;
                complete &= reading.IsStored;
                if (reading.Error is not null || reading.Body!.RowsRead == 0 || offset + reading.Body.RowsRead >= total)
                    break;
                // By what came: a portal with a lower limit answers less than was asked for.
                offset += reading.Body.RowsRead;
            }

            // The date moves before the rows are there, so one of the last hour says nothing of them.
            if (complete && found.LastModified is { } modified && modified <= now - Settled)
                _read[found.Id] = modified;
        }
    }

    // Rows seldom say when they were published; the portal does, of their file. Two files expect the same half hours, and
    // by this the one stands beside the other instead of in its place.
    private static void SetPublished(ParsedBody parsed, DateTimeOffset published)
    {
        for (var i = 0; i < parsed.Values.Count; i++)
        {
            if (parsed.Values[i].Table == SeriesDefinition.Demand.Forecasts)
                parsed.Values[i] = parsed.Values[i] with { CapturedAt = parsed.Values[i].CapturedAt ?? published };
        }
    }
}

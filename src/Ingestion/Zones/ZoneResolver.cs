namespace Pylon.Ingestion.Zones;

/// <summary>Resolves references and registers what is new, whatever other calls register at the same time.</summary>
internal sealed class ZoneResolver(ZoneStore store)
{
    // Every turn that is lost means that another call has registered a zone that is found in the next one.
    private const int MaxTurns = 10;

    public async Task<IReadOnlyList<ZoneAnswer>> ResolveAsync(
        IReadOnlyList<ZoneReference> references,
        string? registerAs,
        CancellationToken cancellationToken)
    {
        for (var turn = 0; turn < MaxTurns; turn++)
        {
            var book = new ZoneBook(await store.FindCandidatesAsync(references, cancellationToken));
            var (answers, registrations) = ZoneMatching.Resolve(references, book, registerAs);
            if (registrations.Count == 0)
                return answers;
            if (await store.RegisterAsync(registrations, registerAs!, cancellationToken) is { } stored)
                return WithStored(answers, stored);
        }

        throw new TimeoutException($"other calls registered the same zones {MaxTurns} times in a row");
    }

    private static IReadOnlyList<ZoneAnswer> WithStored(IReadOnlyList<ZoneAnswer> answers, IReadOnlyList<Zone> stored)
    {
        var byId = stored.ToDictionary(z => z.Id);
        return [.. answers.Select(a => a.Zone is { } zone && byId.TryGetValue(zone.Id, out var row) ? a with { Zone = row } : a)];
    }
}

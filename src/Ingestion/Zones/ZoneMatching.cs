using Pylon.Common.V1;

namespace Pylon.Ingestion.Zones;

/// <summary>What a reference turned out to mean; no zone when nothing matched.</summary>
internal sealed record ZoneAnswer(Zone? Zone, ZoneMatch Match);

/// <summary>The answers, one for each reference in its order, and the zones that they need to be registered.</summary>
internal sealed record ZoneAnswers(IReadOnlyList<ZoneAnswer> Answers, IReadOnlyList<Zone> Registrations);

/// <summary>Finds what references mean, each as if the ones before it had been asked on their own.</summary>
internal static class ZoneMatching
{
    /// <param name="references">What is asked for.</param>
    /// <param name="book">The zones that could match; the new ones are added to it.</param>
    /// <param name="registerAs">The source of zones that are registered because none matches; null registers nothing.</param>
    public static ZoneAnswers Resolve(IReadOnlyList<ZoneReference> references, ZoneBook book, string? registerAs)
    {
        var answers = new List<ZoneAnswer>(references.Count);
        var registrations = new List<Zone>();
        foreach (var reference in references)
        {
            var (zone, match) = book.Find(reference);
            if (zone is null && registerAs is not null && IsNew(reference, book))
            {
                zone = Describe(reference, registerAs);
                match = ZoneMatch.Registered;
                book.Add(zone);
                registrations.Add(zone);
            }

            answers.Add(new ZoneAnswer(zone, match));
        }

        return new ZoneAnswers(answers, registrations);
    }

    // A code that was not found is new. A name alone is new only when no zone has it: another zone would make it ambiguous.
    private static bool IsNew(ZoneReference reference, ZoneBook book) =>
        reference.Code is not null || (reference.Name is not null && !book.KnowsName(reference.Name));

    // The region's id is looked up where the regions are, when the zone is stored.
    private static Zone Describe(ZoneReference reference, string source) => new(
        Guid.CreateVersion7(), reference.Code, reference.Name, reference.Locality, reference.Region, reference.Country, null, source);
}

using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Pylon.Postgres;

/// <summary>One step of a schema: an embedded file <c>Migrations/NNNN_what.sql</c>, never changed once released.</summary>
internal sealed partial record Migration(int Version, string Name, string Sql)
{
    /// <summary>SHA-256 of the text with Unix line ends, so that a checkout's setting does not change it.</summary>
    public string Checksum { get; } =
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    [GeneratedRegex(@"\.Migrations\.(?<file>.+\.sql)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Resource { get; }

    [GeneratedRegex(@"^(?<version>[0-9]{4})_(?<name>[a-z0-9_]+)\.sql$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex File { get; }

    /// <summary>The migrations embedded in the assembly, in order.</summary>
    /// <exception cref="InvalidOperationException">The assembly embeds no migration, a name is wrong, or two migrations have the same number.</exception>
    public static IReadOnlyList<Migration> In(Assembly assembly)
    {
        var found = assembly.GetManifestResourceNames()
            .Select(resource => (resource, match: Resource.Match(resource)))
            .Where(x => x.match.Success)
            .Select(x => Read(assembly, x.resource, x.match.Groups["file"].Value))
            .OrderBy(m => m.Version)
            .ToList();
        if (found.Count == 0)
            throw new InvalidOperationException($"{assembly.GetName().Name} must embed Migrations/NNNN_what.sql");
        foreach (var (one, next) in found.Zip(found.Skip(1)))
        {
            if (one.Version == next.Version)
                throw new InvalidOperationException($"two migrations have the number {one.Version:0000}: {one.Name} and {next.Name}");
        }

        return found;
    }

    private static Migration Read(Assembly assembly, string resource, string file)
    {
        var parts = File.Match(file);
        if (!parts.Success)
            throw new InvalidOperationException($"the migration {file} is not named NNNN_what.sql");
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return new Migration(int.Parse(parts.Groups["version"].ValueSpan), parts.Groups["name"].Value, reader.ReadToEnd());
    }
}

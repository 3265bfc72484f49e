using System.Text.RegularExpressions;
using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Servers;

/// <summary>A directory that holds PostgreSQL's server programs, and their major version.</summary>
internal sealed partial record PostgresBinaries(string Directory, int Major)
{
    /// <summary>The oldest version with everything that our SQL uses.</summary>
    public const int OldestMajor = 13;

    public string Initdb => Path.Combine(Directory, "initdb");

    public string Postgres => Path.Combine(Directory, "postgres");

    /// <summary>
    /// The first usable installation: on the PATH, else the distribution's highest version, else where pg_config or
    /// Homebrew have it. With <paramref name="major"/> only that version: a data directory belongs to one major version.
    /// </summary>
    public static async Task<PostgresBinaries?> FindAsync(int? major, CancellationToken cancellationToken)
    {
        await foreach (var directory in CandidatesAsync(cancellationToken))
        {
            if (!File.Exists(Path.Combine(directory, "initdb")) || !File.Exists(Path.Combine(directory, "postgres")))
                continue;
            var found = await MajorOfAsync(directory, cancellationToken);
            if (found >= OldestMajor && (major ?? found) == found)
                return new PostgresBinaries(directory, found);
        }

        return null;
    }

    private static async IAsyncEnumerable<string> CandidatesAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var directory in Tools.SearchPath)
            yield return directory;
        foreach (var directory in Versions("/usr/lib/postgresql", "*", "bin").Concat(Versions("/usr", "pgsql-*", "bin")))
            yield return directory;
        if (Tools.Find("pg_config") is { } config)
            yield return (await Tools.RunAsync(config, ["--bindir"], cancellationToken: cancellationToken)).Output.Trim();
        foreach (var directory in Versions("/opt/homebrew/opt", "postgresql*", "bin").Concat(Versions("/usr/local/opt", "postgresql*", "bin")))
            yield return directory;
        yield return "/Applications/Postgres.app/Contents/Versions/latest/bin";
    }

    private static IEnumerable<string> Versions(string root, string pattern, string below) => System.IO.Directory.Exists(root)
        ? System.IO.Directory.GetDirectories(root, pattern).OrderByDescending(LastNumber).Select(directory => Path.Combine(directory, below))
        : [];

    private static int LastNumber(string text) =>
        Number().Matches(text).LastOrDefault() is { } match ? int.Parse(match.Value) : 0;

    private static async Task<int> MajorOfAsync(string directory, CancellationToken cancellationToken)
    {
        var version = await Tools.RunAsync(Path.Combine(directory, "postgres"), ["--version"], cancellationToken: cancellationToken);
        return version.Succeeded && Number().Match(version.Output) is { Success: true } match
            ? int.Parse(match.Value)
            : 0;
    }

    [GeneratedRegex("[0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();
}

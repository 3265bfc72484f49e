using System.Text.RegularExpressions;

namespace Pylon.Worker.Jobs;

/// <summary>
/// Fills the command of a job. A parameter stays within its argument, whatever is in it: the arguments go to the program as
/// they are, and no shell reads them.
/// </summary>
internal static partial class CommandLine
{
    /// <summary>What the worker fills in beside the parameters: the directory of jobs.json, and what runs.</summary>
    public static readonly IReadOnlyList<string> Own = ["jobs", "workload", "phase", "part", "parts", "attempt"];

    /// <summary>The arguments with the values in them.</summary>
    public static IReadOnlyList<string> Fill(IReadOnlyList<string> template, IReadOnlyDictionary<string, string> values) =>
        [.. template.Select(argument => Place().Replace(argument, match => values.TryGetValue(match.Groups["name"].Value, out var value) ? value : match.Value))];

    /// <summary>The first name in braces that has no value; null when all have one.</summary>
    public static string? Unknown(string argument, IEnumerable<string> parameters)
    {
        var known = parameters.Concat(Own).ToHashSet(StringComparer.Ordinal);
        return Place().Matches(argument).Select(match => match.Groups["name"].Value).FirstOrDefault(name => !known.Contains(name));
    }

    /// <summary>The file of a program: a path stays as it is, a name is looked for in PATH; null when nothing is found.</summary>
    public static string? Find(string program) => program.Contains('/', StringComparison.Ordinal)
        ? File.Exists(program) ? Path.GetFullPath(program) : null
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(File.Exists);

    [GeneratedRegex(@"\{(?<name>[a-z][a-z0-9_]*)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Place();
}

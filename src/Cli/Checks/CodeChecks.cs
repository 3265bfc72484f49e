using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Checks;

/// <summary>The packages' advisories and the format of the code.</summary>
internal sealed class CodeChecks(Checkout checkout, IStackReporter reporter)
{
    private const string Solution = "Pylon.sln";

    // No source answered, or it publishes no advisories.
    private static readonly string[] NotAudited = ["NU1900", "NU1905"];
    private static readonly string[] Vulnerable = ["NU1901", "NU1902", "NU1903", "NU1904"];

    /// <summary>Restores the packages. A known vulnerability is an error; an advisory source that does not answer is a notice.</summary>
    public async Task<string> AuditAsync(CancellationToken cancellationToken)
    {
        var result = await DotnetAsync(["restore", Solution, "-v", "minimal", "-nologo", "-nodeReuse:false"], cancellationToken);
        if (!result.Succeeded)
            throw new StackException(result.Output);
        if (Lines(result.Output, NotAudited) is [var notice, ..])
            reporter.Note("packages are not audited: " + notice);
        return Lines(result.Output, Vulnerable) is { Count: > 0 } found ? throw new StackException(string.Join('\n', found)) : "";
    }

    /// <summary>Compares white space and the order of usings with .editorconfig. Its other rules are checked by the build.</summary>
    public async Task<string> FormatAsync(CancellationToken cancellationToken)
    {
        // White space needs the files only, not the projects, which take half a minute to read.
        string[][] parts = [["whitespace", ".", "--folder"], ["style", Solution, "--no-restore", "--diagnostics", "IMPORTS"]];
        var results = await Task.WhenAll(parts.Select(async part =>
            (Part: part, Result: await DotnetAsync(["format", .. part, "--verify-no-changes"], cancellationToken))));
        var wrong = results.Where(one => !one.Result.Succeeded).Select(one => $"{one.Result.Output}\nFix it with: dotnet format {string.Join(' ', one.Part)}").ToList();
        return wrong.Count == 0 ? "" : throw new StackException(string.Join('\n', wrong));
    }

    /// <summary>The warnings of a restore with one of these codes, each once, without the project.</summary>
    internal static IReadOnlyList<string> Lines(string output, string[] codes) =>
    [
        .. output.Split('\n')
            .Select(line => (Line: line, Start: codes.Select(code => line.IndexOf(code + ':', StringComparison.Ordinal)).Max()))
            .Where(one => one.Start >= 0)
            .Select(one => one.Line[one.Start..].Split(" [")[0].Trim())
            .Distinct(),
    ];

    private Task<ToolResult> DotnetAsync(string[] arguments, CancellationToken cancellationToken) =>
        Tools.RunAsync(Dotnet.Program, arguments, workingDirectory: checkout.Root, environment: Dotnet.Quietly, cancellationToken: cancellationToken);
}

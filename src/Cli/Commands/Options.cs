using System.CommandLine;

namespace Pylon.Cli.Commands;

/// <summary>Options and arguments that several commands share.</summary>
internal static class Options
{
    public static Option<bool> Json() => new("--json") { Description = "Print JSON instead of a table" };

    public static Argument<string> Id() => new("id") { Description = "The id of the workload" };
}

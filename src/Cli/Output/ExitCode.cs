namespace Pylon.Cli.Output;

/// <summary>How a command ends; the table in src/Cli/README.md says the same.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>It was done wrongly, not completely or not in time.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    public const int NotFound = 3;

    /// <summary>The service refused it: a field is wrong, or its state does not allow it.</summary>
    public const int Refused = 4;

    /// <summary>Pylon does not run, or does not answer.</summary>
    public const int Unreachable = 5;

    public const int Interrupted = 130;
}

using Pylon.Fuzzing.Targets;

namespace Pylon.Fuzzing;

public static class FuzzTargets
{
    /// <summary>Every reader of what others send.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new BecknTarget(), new CompletionTarget(), new PhaseReportTarget(), new ImportTarget(), new SourcesTarget(), new PathTarget(), new QueryTarget(), new BodyTarget(), new HeaderTarget(), new SignatureTarget(), new CredentialTarget(),
    ];
}

using Google.Protobuf;
using Pylon.Messaging;
using Pylon.Orchestrator.Runs;

namespace Pylon.Fuzzing.Targets;

/// <summary>The Conductor's events as the Orchestrator reads them: only FormatException.</summary>
internal sealed class PhaseReportTarget() : FuzzTarget("phase-reports")
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public override FuzzInput Next(Random random)
    {
        var own = Events.Progress(random).ToByteArray();
        return random.Next(4) switch
        {
            0 => new(own, (int)EntryFormat.Event),
            1 => new(Events.Completion(random).ToByteArray(), random.Next(3)),
            _ => new(Mutation.Of(random, own), random.Next(10) == 0 ? random.Next(3) : (int)EntryFormat.Event),
        };
    }

    public override void Read(FuzzInput input)
    {
        try
        {
            if (PhaseReport.Read(new GroupEntry("batches", "1-1", (EntryFormat)input.Choice, input.Bytes, 1), Now) is not var (_, report))
                return;
            Expect(report.Phase.Length is >= 1 and <= 200 && !report.Phase.Any(char.IsControl), "the phase has 1 to 200 characters");
            Expect(report is { CompletedParts: >= 0, FailedParts: >= 0, Total: >= 0 }, "counts are not negative");
        }
        catch (FormatException)
        {
            // As documented.
        }
    }
}

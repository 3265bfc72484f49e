using System.CommandLine;
using Google.Protobuf;
using Pylon.Cli.Imports;
using Pylon.Cli.Output;
using Pylon.Ingestion.V1;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon import</c>: sends a file of history in parts; each part is stored completely or not at all.</summary>
internal static class ImportCommand
{
    /// <summary>The longest time for one part.</summary>
    public static readonly TimeSpan PartLimit = TimeSpan.FromMinutes(2);

    public static Command Create(CommandContext context, int partBytes = ImportFile.PartBytes)
    {
        var file = new Argument<FileInfo>("file") { Description = "Comma-separated lines; the first one names the columns (docs/guide.md, Import history)" }.AcceptExistingOnly();
        var name = new Option<string?>("--name") { Description = "The rows get the source import:<name>; by default the name of the file" };
        var series = new Option<string>("--series") { Description = "What the values are", DefaultValueFactory = _ => "carbon-intensity" };
        series.AcceptOnlyFromAmong("carbon-intensity", "demand", "system-price", "imbalance-volume");
        var restart = new Option<bool>("--restart") { Description = "Start with the first line, even if an earlier run stored a part" };
        var command = new Verb(
            "import", "Import a file of history. An interrupted import continues with the next run; exit code 1 when a line was rejected", "import 'Regions 2025.csv' --series carbon-intensity")
        {
            file, name, series, restart, ShipmentsCommand.Create(context, partBytes),
        };
        return command.Calls(context, async call =>
        {
            var path = call.Required(file);
            var target = new ImportTarget(call.Client.Address, call.Value(name) ?? ImportRun.NameOf(path), call.Value(series)!);
            var (note, lines, took) = await new ImportRun(context.Checkout, call.Screen, call.Json, partBytes).SendAsync(
                path, target, call.Value(restart), (whole, at, part) => SendAsync(call, target, whole, at, part, context.Time), call.CancellationToken);
            return Report(call, path, target, note, lines, took);
        });
    }

    private static async Task<StoredPart> SendAsync(Call call, ImportTarget target, ImportFile file, ImportNote note, IEnumerable<byte[]> part, TimeProvider time)
    {
        var first = new ImportSeriesRequest { Name = target.Name, Series = Words.Read<ImportedSeries>(target.Series), FirstLine = note.NextLine, Data = ByteString.CopyFrom(file.Header) };
        var answer = await ImportRun.StreamAsync(
            call.Client.PipelineRuns.ImportSeries(deadline: time.GetUtcNow().UtcDateTime + PartLimit, cancellationToken: call.CancellationToken),
            part.Select(piece => new ImportSeriesRequest { Data = ByteString.CopyFrom(piece) }).Prepend(first), call.CancellationToken);
        return new StoredPart(
            answer.RowsRead, answer.RowsNew, answer.RowsChanged, answer.RowsUnchanged, answer.RowsRejected, [.. answer.Rejected.Select(one => new LineNote(one.Line, one.Reason))]);
    }

    private static int Report(Call call, FileInfo path, ImportTarget target, ImportNote note, long lines, TimeSpan took)
    {
        if (call.Json)
        {
            call.Screen.JsonOf(new { source = $"import:{target.Name}", target.Series, lines = note.Read, note.New, note.Changed, note.Unchanged, note.Rejected, first_rejected = note.FirstRejected });
            return note.Rejected > 0 ? ExitCode.Failed : ExitCode.Done;
        }

        call.Screen.Line($"{path.Name}: {Words.Count(note.Read, "line")} as import:{target.Name} ({target.Series}); {lines:#,0} of them in this run in {Figures.Length(took)}, {lines / took.TotalSeconds:#,0} lines/s");
        call.Screen.Line($"{Words.Count(note.New, "value")} new, {note.Changed:#,0} changed, {note.Unchanged:#,0} unchanged; {Words.Count(note.Rejected, "line")} rejected");
        foreach (var one in note.FirstRejected)
            call.Screen.Line($"  line {one.Line:#,0}: {one.Reason}");
        if (note.Rejected > note.FirstRejected.Count)
            call.Screen.Line($"  and {note.Rejected - note.FirstRejected.Count:#,0} more");
        if (note.Rejected > 0)
            call.Screen.Line($"All rejected lines: ./pylon runs quarantine --source import:{target.Name}");
        return note.Rejected > 0 ? ExitCode.Failed : ExitCode.Done;
    }
}

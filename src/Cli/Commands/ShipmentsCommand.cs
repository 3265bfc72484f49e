using System.CommandLine;
using Google.Protobuf;
using Pylon.Cli.Imports;
using Pylon.Cli.Output;
using Pylon.Insights.V1;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon import shipments</c>: sends a file of shipments in parts; a line that is stored is not stored again.</summary>
internal static class ShipmentsCommand
{
    public static Command Create(CommandContext context, int partBytes)
    {
        var file = new Argument<FileInfo>("file") { Description = "Comma-separated lines; the first one names the columns (docs/guide.md)" }.AcceptExistingOnly();
        var name = new Option<string?>("--name") { Description = "Which file it is; by default its name. Lines are known by it and their index" };
        var factors = new Option<string>("--factor-set") { Description = "Whose factors count", DefaultValueFactory = _ => "shipments-2021" };
        factors.AcceptOnlyFromAmong("shipments-2021", "desnz-2025");
        var restart = new Option<bool>("--restart") { Description = "Start with the first line, even if an earlier run stored a part" };
        var command = new Verb(
            "shipments", "Import a file of shipments. An interrupted import continues with the next run; exit code 1 when a line was rejected", "import shipments 'First half.csv' --factor-set desnz-2025")
        {
            file, name, factors, restart,
        };
        return command.Calls(context, async call =>
        {
            var path = call.Required(file);
            var target = new ImportTarget(call.Client.Address, call.Value(name) ?? ImportRun.NameOf(path), call.Value(factors)!);
            var (note, _, _) = await new ImportRun(context.Checkout, call.Screen, call.Json, partBytes).SendAsync(
                path, target, call.Value(restart), (whole, at, part) => SendAsync(call, target, whole, at, part, context.Time), call.CancellationToken);
            return Report(call, path, target, note);
        });
    }

    private static async Task<StoredPart> SendAsync(Call call, ImportTarget target, ImportFile file, ImportNote note, IEnumerable<byte[]> part, TimeProvider time)
    {
        var first = new ImportShipmentsRequest { Name = target.Name, FactorSet = target.Series, FirstLine = note.NextLine, Data = ByteString.CopyFrom(file.Header) };
        var answer = await ImportRun.StreamAsync(
            call.Client.ShipmentImports.ImportShipments(deadline: time.GetUtcNow().UtcDateTime + ImportCommand.PartLimit, cancellationToken: call.CancellationToken),
            part.Select(piece => new ImportShipmentsRequest { Data = ByteString.CopyFrom(piece) }).Prepend(first), call.CancellationToken);
        return new StoredPart(answer.RowsRead, answer.RowsNew, 0, answer.RowsUnchanged, answer.RowsRejected, Notes(answer.Rejected))
        {
            Shipments = new ShipmentSums(answer.RowsNoted, answer.RowsReproduced, answer.RowsEqual, answer.PublishedKg, answer.ComputedKg) { FirstNoted = Notes(answer.Noted) },
        };
    }

    private static IReadOnlyList<LineNote> Notes(IEnumerable<ImportedLineNote> notes) => [.. notes.Select(one => new LineNote(one.Line, string.Join("; ", one.Reasons)))];

    private static int Report(Call call, FileInfo path, ImportTarget target, ImportNote note)
    {
        var (screen, sums) = (call.Screen, note.Shipments);
        if (call.Json)
        {
            screen.JsonOf(new { source = $"import:{target.Name}", factor_set = target.Series, lines = note.Read, note.New, note.Unchanged, note.Rejected, first_rejected = note.FirstRejected, shipments = sums });
            return note.Rejected > 0 ? ExitCode.Failed : ExitCode.Done;
        }

        screen.Line($"{path.Name}: {Words.Count(note.Read, "line")} as import:{target.Name}; {note.New:#,0} new, {note.Unchanged:#,0} unchanged; {Words.Count(note.Rejected, "line")} rejected");
        screen.Line($"{sums.Reproduced:#,0} of {note.New + note.Unchanged:#,0} lines have the CO2 that the file says; {Words.Count(sums.Equal, "line")} equal to an earlier one");
        screen.Line($"{sums.PublishedKg:#,0.#####} kg CO2e in the file, {sums.ComputedKg:#,0.#####} kg computed ({target.Series})");
        Show(screen, note.FirstRejected, note.Rejected, "rejected");
        Show(screen, sums.FirstNoted, sums.Noted, "kept");
        if (note.Rejected > 0)
            screen.Line($"All rejected lines: curl -s \"$PYLON_URL/api/v1/emission-events/quarantine?source=import:{target.Name}\"");
        return note.Rejected > 0 ? ExitCode.Failed : ExitCode.Done;
    }

    private static void Show(Screen screen, IReadOnlyList<LineNote> first, long count, string what)
    {
        foreach (var one in first)
            screen.Line($"  line {one.Line:#,0}, {what}: {one.Reason}");
        if (count > first.Count)
            screen.Line($"  and {count - first.Count:#,0} more {what}");
    }
}

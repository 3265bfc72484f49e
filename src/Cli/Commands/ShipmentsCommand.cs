using System.CommandLine;
using System.Diagnostics;
using Pylon.Cli.Client;
using Pylon.Cli.Imports;
using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon import shipments</c>: sends a file of shipments in parts; a line that is stored is not stored again.</summary>
internal static class ShipmentsCommand
{
    public static Command Create(Checkout checkout)
    {
        var file = new Argument<FileInfo>("file") { Description = "Comma-separated lines; the first one names the columns (README, Insights)" };
        var name = new Option<string?>("--name") { Description = "Which file it is; by default its name. Lines are known by it and their index" };
        var factors = new Option<string>("--factor-set") { Description = "Whose factors count", DefaultValueFactory = _ => "shipments-2021" };
        factors.AcceptOnlyFromAmong("shipments-2021", "desnz-2025");
        var restart = new Option<bool>("--restart") { Description = "Start with the first line, even if an earlier run stored a part" };
        var command = new Command(
            "shipments", "Import a file of shipments. An interrupted import continues with the next run; exit code 1 when a line was rejected") { file, name, factors, restart };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = PylonClient.Connect(checkout);
            var path = parsed.GetRequiredValue(file);
            var target = new ImportTarget(client.Url, parsed.GetValue(name) ?? ImportCommand.NameOf(path), parsed.GetRequiredValue(factors));
            return await RunAsync(checkout, client, path, target, parsed.GetValue(restart), cancellationToken);
        });
        return command;
    }

    internal static async Task<int> RunAsync(
        Checkout checkout, PylonClient client, FileInfo path, ImportTarget target, bool restart, CancellationToken cancellationToken, int partBytes = ImportFile.PartBytes)
    {
        if (!path.Exists)
            throw new ApiException($"File not found: {path}");
        using var file = await ImportFile.OpenAsync(path.FullName, cancellationToken, partBytes);
        var notes = ImportNote.PathOf(checkout, file, target);
        var note = (restart ? null : JsonFile.Read<ImportNote>(notes)) is { } earlier && earlier.Offset <= file.Length ? earlier : new ImportNote(file.Header.Length);
        if (note.Read > 0)
            Console.WriteLine($"Continuing at line {note.NextLine:#,0} ({ImportCommand.Percent(note, file)} %), where an earlier run stopped.");

        var (clock, before, progress) = (Stopwatch.StartNew(), note.Read, new ImportProgress());
        var isFirst = true;
        while (isFirst || note.Offset < file.Length)
        {
            var part = await file.ReadPartAsync(note.Offset, cancellationToken);
            var answer = await SendAsync(client, target, file, note, part, cancellationToken);
            note = note.After(part, Lines(answer)) with { Shipments = note.Shipments.After(answer) };
            JsonFile.Write(notes, note);
            isFirst = false;
            progress.Show(note.Read, (note.Read - before) / clock.Elapsed.TotalSeconds, ImportCommand.Percent(note, file));
        }

        progress.End();
        File.Delete(notes);
        return Report(path, target, note);
    }

    private static async Task<ShipmentAnswer> SendAsync(
        PylonClient client, ImportTarget target, ImportFile file, ImportNote note, byte[] part, CancellationToken cancellationToken)
    {
        try
        {
            return await client.ImportShipmentsAsync(target.Name, target.Series, note.NextLine, file.Header, part, cancellationToken);
        }
        catch (ApiException e) when (note.Read > 0)
        {
            throw new ApiException($"{e.Message}\nStored up to line {note.NextLine - 1:#,0}; run the same command again to continue.", e);
        }
    }

    private static ImportAnswer Lines(ShipmentAnswer answer) => new(
        answer.RowsRead, answer.RowsNew, 0, answer.RowsUnchanged, answer.RowsRejected, [.. (answer.Rejected ?? []).Select(line => line.AsRejected())]);

    private static int Report(FileInfo path, ImportTarget target, ImportNote note)
    {
        var sums = note.Shipments;
        Console.WriteLine($"{path.Name}: {Words.Count(note.Read, "line")} as import:{target.Name}; {note.New:#,0} new, {note.Unchanged:#,0} unchanged; {Words.Count(note.Rejected, "line")} rejected");
        Console.WriteLine($"{sums.Reproduced:#,0} of {note.New + note.Unchanged:#,0} lines have the CO2 that the file says; {Words.Count(sums.Equal, "line")} equal to an earlier one");
        Console.WriteLine($"{sums.PublishedKg:#,0.#####} kg CO2e in the file, {sums.ComputedKg:#,0.#####} kg computed ({target.Series})");
        Show(note.FirstRejected, note.Rejected, "rejected");
        Show(sums.FirstNoted, sums.Noted, "kept");
        if (note.Rejected > 0)
            Console.WriteLine($"All rejected lines: curl -s '{target.Url}/api/v1/emission-events/quarantine?source=import:{target.Name}'");
        return note.Rejected > 0 ? 1 : 0;
    }

    private static void Show(IReadOnlyList<RejectedLine> first, long count, string what)
    {
        foreach (var one in first)
            Console.WriteLine($"  line {one.Line:#,0}, {what}: {one.Reason}");
        if (count > first.Count)
            Console.WriteLine($"  and {count - first.Count:#,0} more {what}");
    }
}

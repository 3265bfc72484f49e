using System.CommandLine;
using System.Diagnostics;
using Pylon.Cli.Client;
using Pylon.Cli.Imports;
using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon import</c>: sends a file of history in parts; each part is stored completely or not at all.</summary>
internal static class ImportCommand
{
    private const int LongestName = 63;

    public static Command Create(Checkout checkout)
    {
        var file = new Argument<FileInfo>("file") { Description = "Comma-separated lines; the first one names the columns (README, Import history)" };
        var name = new Option<string?>("--name") { Description = "The rows get the source import:<name>; by default the name of the file" };
        var series = new Option<string>("--series") { Description = "What the values are", DefaultValueFactory = _ => "carbon-intensity" };
        series.AcceptOnlyFromAmong("carbon-intensity", "demand", "system-price", "imbalance-volume");
        var restart = new Option<bool>("--restart") { Description = "Start with the first line, even if an earlier run stored a part" };
        var command = new Command(
            "import", "Import a file of history. An interrupted import continues with the next run; exit code 1 when a line was rejected")
        {
            file, name, series, restart, ShipmentsCommand.Create(checkout),
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = PylonClient.Connect(checkout);
            var path = parsed.GetRequiredValue(file);
            var target = new ImportTarget(client.Url, parsed.GetValue(name) ?? NameOf(path), parsed.GetRequiredValue(series));
            return await RunAsync(checkout, client, path, target, parsed.GetValue(restart), cancellationToken);
        });
        return command;
    }

    /// <summary>The name of a file in characters that a source may have.</summary>
    internal static string NameOf(FileInfo file)
    {
        var letters = Path.GetFileNameWithoutExtension(file.Name).ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-');
        var name = string.Concat(letters).TrimStart('-', '_', '.');
        return name.Length > LongestName ? name[..LongestName] : name;
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
            Console.WriteLine($"Continuing at line {note.NextLine:#,0} ({Percent(note, file)} %), where an earlier run stopped.");

        var (clock, before, progress) = (Stopwatch.StartNew(), note.Read, new ImportProgress());
        var isFirst = true;
        while (isFirst || note.Offset < file.Length)
        {
            var part = await file.ReadPartAsync(note.Offset, cancellationToken);
            note = note.After(part, await SendAsync(client, target, file, note, part, cancellationToken));
            JsonFile.Write(notes, note);
            isFirst = false;
            progress.Show(note.Read, (note.Read - before) / clock.Elapsed.TotalSeconds, Percent(note, file));
        }

        progress.End();
        File.Delete(notes);
        return Report(path, target, note, note.Read - before, clock.Elapsed);
    }

    private static async Task<ImportAnswer> SendAsync(
        PylonClient client, ImportTarget target, ImportFile file, ImportNote note, byte[] part, CancellationToken cancellationToken)
    {
        try
        {
            return await client.ImportAsync(target.Name, target.Series, note.NextLine, file.Header, part, cancellationToken);
        }
        catch (ApiException e) when (note.Read > 0)
        {
            throw new ApiException($"{e.Message}\nStored up to line {note.NextLine - 1:#,0}; run the same command again to continue.", e);
        }
    }

    internal static int Percent(ImportNote note, ImportFile file) => (int)(file.Length == 0 ? 100 : note.Offset * 100 / file.Length);

    private static int Report(FileInfo path, ImportTarget target, ImportNote note, long lines, TimeSpan took)
    {
        Console.WriteLine($"{path.Name}: {Words.Count(note.Read, "line")} as import:{target.Name} ({target.Series}); {lines:#,0} of them in this run in {took.TotalSeconds:0.0} s, {lines / took.TotalSeconds:#,0} lines/s");
        Console.WriteLine($"{Words.Count(note.New, "value")} new, {note.Changed:#,0} changed, {note.Unchanged:#,0} unchanged; {Words.Count(note.Rejected, "line")} rejected");
        foreach (var one in note.FirstRejected)
            Console.WriteLine($"  line {one.Line:#,0}: {one.Reason}");
        if (note.Rejected > note.FirstRejected.Count)
            Console.WriteLine($"  and {note.Rejected - note.FirstRejected.Count:#,0} more");
        if (note.Rejected > 0)
            Console.WriteLine($"All rejected lines: curl -s '{target.Url}/api/v1/pipeline/quarantine?source=import:{target.Name}'");
        return note.Rejected > 0 ? 1 : 0;
    }
}

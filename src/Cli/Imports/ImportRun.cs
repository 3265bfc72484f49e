using System.Diagnostics;
using Grpc.Core;
using Pylon.Cli.Output;
using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Imports;

/// <summary>Sends a file in parts, from where an earlier run stopped.</summary>
internal sealed class ImportRun(Checkout checkout, Screen screen, bool json, int partBytes = ImportFile.PartBytes)
{
    // Each message of a part; the service takes 4 MB.
    private const int PieceBytes = 256 * 1024;

    /// <param name="send">Sends the first message and the pieces of a part.</param>
    public async Task<(ImportNote Note, long Lines, TimeSpan Took)> SendAsync(
        FileInfo path, ImportTarget target, bool restart, Func<ImportFile, ImportNote, IEnumerable<byte[]>, Task<StoredPart>> send, CancellationToken cancellationToken)
    {
        using var file = await ImportFile.OpenAsync(path.FullName, cancellationToken, partBytes);
        var notes = ImportNote.PathOf(checkout, file, target);
        var note = (restart ? null : JsonFile.Read<ImportNote>(notes)) is { } earlier && earlier.Offset <= file.Length ? earlier : new ImportNote(file.Header.Length);
        if (note.Read > 0 && !json)
            screen.Line($"Continuing at line {note.NextLine:#,0} ({Percent(note, file)} %), where an earlier run stopped.");

        var (clock, before, progress) = (Stopwatch.StartNew(), note.Read, new ImportProgress(screen, json));
        var isFirst = true;
        while (isFirst || note.Offset < file.Length)
        {
            var part = await file.ReadPartAsync(note.Offset, cancellationToken);
            try
            {
                note = note.After(part, await send(file, note, part.Chunk(PieceBytes)));
            }
            catch (RpcException e) when (note.Read > 0 && !cancellationToken.IsCancellationRequested)
            {
                throw new CommandException($"{Failure.Line(e)}. Stored up to line {note.NextLine - 1:#,0}; run the same command again to continue.", Failure.CodeOf(e), e);
            }

            JsonFile.Write(notes, note);
            isFirst = false;
            progress.Show(note.Read, (note.Read - before) / clock.Elapsed.TotalSeconds, Percent(note, file));
        }

        progress.End();
        File.Delete(notes);
        return (note, note.Read - before, clock.Elapsed);
    }

    /// <summary>Sends the messages of a call, and waits for its answer.</summary>
    public static async Task<TResponse> StreamAsync<TRequest, TResponse>(AsyncClientStreamingCall<TRequest, TResponse> call, IEnumerable<TRequest> messages, CancellationToken cancellationToken)
    {
        using (call)
        {
            try
            {
                foreach (var message in messages)
                    await call.RequestStream.WriteAsync(message, cancellationToken);
                await call.RequestStream.CompleteAsync();
            }
            catch (Exception e) when (e is RpcException or InvalidOperationException or IOException && !cancellationToken.IsCancellationRequested)
            {
                // the call has ended early: its status says why
            }

            return await call.ResponseAsync;
        }
    }

    /// <summary>The name of a file in characters that a source may have.</summary>
    public static string NameOf(FileInfo file)
    {
        const int Longest = 63;
        var letters = Path.GetFileNameWithoutExtension(file.Name).ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-');
        var name = string.Concat(letters).TrimStart('-', '_', '.');
        return name.Length > Longest ? name[..Longest] : name;
    }

    private static int Percent(ImportNote note, ImportFile file) => (int)(file.Length == 0 ? 100 : note.Offset * 100 / file.Length);
}

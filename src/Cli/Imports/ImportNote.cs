using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pylon.Cli.Client;
using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Imports;

/// <summary>
/// How far an import has come, kept in <c>.pylon/imports</c> until it is done. A part is noted after it was stored; one that
/// was stored and not noted is stored again, which changes nothing.
/// </summary>
internal sealed record ImportNote
{
    /// <summary>Of the rejected lines so many are told at the end; the quarantine has all of them.</summary>
    public const int MostRejected = 20;

    /// <summary>Bytes of the file that are stored.</summary>
    public long Offset { get; init; }

    /// <summary>Of the next line, from 1.</summary>
    public long NextLine { get; init; } = 2;

    public long Read { get; init; }

    public long New { get; init; }

    public long Changed { get; init; }

    public long Unchanged { get; init; }

    public long Rejected { get; init; }

    public IReadOnlyList<RejectedLine> FirstRejected { get; init; } = [];

    /// <summary>The same file for another name, series or Pylon is another import.</summary>
    public static string PathOf(Checkout checkout, ImportFile file, ImportTarget target)
    {
        var key = SHA256.HashData(Encoding.UTF8.GetBytes($"{file.Digest} {target.Url} {target.Name} {target.Series}"));
        return Path.Combine(checkout.Home, "imports", Convert.ToHexStringLower(key)[..32] + ".json");
    }

    /// <summary>Null when there is none, or one that cannot be read.</summary>
    public static ImportNote? Find(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<ImportNote>(File.ReadAllText(path), PylonClient.Json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var next = path + ".next";
        using (var stream = new FileStream(next, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(stream, this, PylonClient.Json);
            stream.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }

    /// <summary>After a part was stored.</summary>
    public ImportNote After(byte[] part, ImportAnswer answer) => this with
    {
        Offset = Offset + part.Length,
        NextLine = NextLine + part.AsSpan().Count((byte)'\n'),
        Read = Read + answer.RowsRead,
        New = New + answer.RowsNew,
        Changed = Changed + answer.RowsChanged,
        Unchanged = Unchanged + answer.RowsUnchanged,
        Rejected = Rejected + answer.RowsRejected,
        FirstRejected = [.. FirstRejected.Concat(answer.Rejected ?? []).Take(MostRejected)],
    };
}

/// <summary>Where a file goes.</summary>
/// <param name="Url">The Pylon.</param>
/// <param name="Name">Its rows have the source import:&lt;name&gt;.</param>
/// <param name="Series">carbon-intensity, demand or system-price.</param>
internal sealed record ImportTarget(string Url, string Name, string Series);

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pylon.Cli.Client;
using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Imports;

/// <summary>
/// The progress of an import, kept in <c>.pylon/imports</c> until it is done. It is written after a part was stored; a part
/// that is stored again changes nothing.
/// </summary>
internal sealed record ImportNote
{
    /// <summary>The number of rejected lines shown at the end; the quarantine has all of them.</summary>
    public const int MostRejected = 20;

    /// <summary>The stored bytes of the file.</summary>
    public long Offset { get; init; }

    /// <summary>The number of the next line, from 1.</summary>
    public long NextLine { get; init; } = 2;

    public long Read { get; init; }

    public long New { get; init; }

    public long Changed { get; init; }

    public long Unchanged { get; init; }

    public long Rejected { get; init; }

    public IReadOnlyList<RejectedLine> FirstRejected { get; init; } = [];

    /// <summary>The path of its file: the same file with another name, series or Gateway is another import.</summary>
    public static string PathOf(Checkout checkout, ImportFile file, ImportTarget target)
    {
        var key = SHA256.HashData(Encoding.UTF8.GetBytes($"{file.Digest} {target.Url} {target.Name} {target.Series}"));
        return Path.Combine(checkout.Home, "imports", Convert.ToHexStringLower(key)[..32] + ".json");
    }

    /// <summary>The note in the file; null without one, or when it is damaged.</summary>
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

    /// <summary>The progress after a part was stored.</summary>
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
/// <param name="Url">The Gateway.</param>
/// <param name="Name">Its rows have the source import:&lt;name&gt;.</param>
/// <param name="Series">carbon-intensity, demand, system-price or imbalance-volume.</param>
internal sealed record ImportTarget(string Url, string Name, string Series);

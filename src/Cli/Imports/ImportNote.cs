using System.Security.Cryptography;
using System.Text;
using Pylon.Cli.Client;
using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Imports;

/// <summary>
/// The progress of an import, kept in <c>.pylon/imports</c> until it is done. It is written after a part was stored; a part
/// that is stored again changes nothing.
/// </summary>
/// <param name="Offset">The stored bytes of the file.</param>
/// <param name="NextLine">The number of the next line, from 1.</param>
internal sealed record ImportNote(long Offset, long NextLine = 2, long Read = 0, long New = 0, long Changed = 0, long Unchanged = 0, long Rejected = 0)
{
    /// <summary>The number of rejected lines shown at the end; the quarantine has all of them.</summary>
    public const int MostRejected = 20;

    public IReadOnlyList<RejectedLine> FirstRejected { get; init; } = [];

    /// <summary>What else is known of a file of shipments.</summary>
    public ShipmentSums Shipments { get; init; } = new();

    /// <summary>The path of its file: the same file with another name, series or Gateway is another import.</summary>
    public static string PathOf(Checkout checkout, ImportFile file, ImportTarget target)
    {
        var key = SHA256.HashData(Encoding.UTF8.GetBytes($"{file.Digest} {target.Url} {target.Name} {target.Series}"));
        return Path.Combine(checkout.Home, "imports", Convert.ToHexStringLower(key)[..32] + ".json");
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

/// <summary>What the parts of a file of shipments sum up to.</summary>
internal sealed record ShipmentSums(long Noted = 0, long Reproduced = 0, long Equal = 0, double PublishedKg = 0, double ComputedKg = 0)
{
    public IReadOnlyList<RejectedLine> FirstNoted { get; init; } = [];

    public ShipmentSums After(ShipmentAnswer answer) => new(
        Noted + answer.RowsNoted, Reproduced + answer.RowsReproduced, Equal + answer.RowsEqual, PublishedKg + answer.PublishedKg, ComputedKg + answer.ComputedKg)
    {
        FirstNoted = [.. FirstNoted.Concat((answer.Noted ?? []).Select(note => note.AsRejected())).Take(ImportNote.MostRejected)],
    };
}

/// <summary>Where a file goes.</summary>
/// <param name="Url">The Gateway.</param>
/// <param name="Name">Its rows have the source import:&lt;name&gt;.</param>
/// <param name="Series">carbon-intensity, demand, system-price or imbalance-volume; of shipments the factors that count.</param>
internal sealed record ImportTarget(string Url, string Name, string Series);

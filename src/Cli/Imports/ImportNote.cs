using System.Security.Cryptography;
using System.Text;
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

    public IReadOnlyList<LineNote> FirstRejected { get; init; } = [];

    /// <summary>What else is known of a file of shipments.</summary>
    public ShipmentSums Shipments { get; init; } = new();

    /// <summary>The path of its file: the same file with another name, series or Gateway is another import.</summary>
    public static string PathOf(Checkout checkout, ImportFile file, ImportTarget target)
    {
        var key = SHA256.HashData(Encoding.UTF8.GetBytes($"{file.Digest} {target.Gateway} {target.Name} {target.Series}"));
        return Path.Combine(checkout.Home, "imports", Convert.ToHexStringLower(key)[..32] + ".json");
    }

    /// <summary>The progress after a part was stored.</summary>
    public ImportNote After(byte[] part, StoredPart stored) => this with
    {
        Offset = Offset + part.Length,
        NextLine = NextLine + part.AsSpan().Count((byte)'\n'),
        Read = Read + stored.Read,
        New = New + stored.New,
        Changed = Changed + stored.Changed,
        Unchanged = Unchanged + stored.Unchanged,
        Rejected = Rejected + stored.Rejected,
        FirstRejected = [.. FirstRejected.Concat(stored.FirstRejected).Take(MostRejected)],
        Shipments = Shipments.After(stored.Shipments),
    };
}

/// <summary>What the service did with a part.</summary>
internal sealed record StoredPart(long Read, long New, long Changed, long Unchanged, long Rejected, IReadOnlyList<LineNote> FirstRejected)
{
    public ShipmentSums Shipments { get; init; } = new();
}

/// <summary>What is told about a line of the file.</summary>
internal sealed record LineNote(long Line, string Reason);

/// <summary>What the parts of a file of shipments sum up to.</summary>
internal sealed record ShipmentSums(long Noted = 0, long Reproduced = 0, long Equal = 0, double PublishedKg = 0, double ComputedKg = 0)
{
    public IReadOnlyList<LineNote> FirstNoted { get; init; } = [];

    public ShipmentSums After(ShipmentSums part) => new(
        Noted + part.Noted, Reproduced + part.Reproduced, Equal + part.Equal, PublishedKg + part.PublishedKg, ComputedKg + part.ComputedKg)
    {
        FirstNoted = [.. FirstNoted.Concat(part.FirstNoted).Take(ImportNote.MostRejected)],
    };
}

/// <summary>Where a file goes.</summary>
/// <param name="Gateway">Its address.</param>
/// <param name="Name">Its rows have the source import:&lt;name&gt;.</param>
/// <param name="Series">carbon-intensity, demand, system-price or imbalance-volume; of shipments the factors that count.</param>
internal sealed record ImportTarget(string Gateway, string Name, string Series);

using System.Globalization;
using System.Runtime.InteropServices;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Registry;

/// <summary>Where a page of the live state ended: among the workloads, and, beside that, among the kinds of the registry.</summary>
/// <param name="Workload">The last workload; null before the first.</param>
/// <param name="NoMoreWorkloads">All workloads are on pages before.</param>
/// <param name="Kind">The kind that is read next, from 0; as many as there are when all are read.</param>
/// <param name="Key">The key of the last object of this kind; null before the first.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LivePosition(PageToken? Workload, bool NoMoreWorkloads, int Kind, string? Key)
{
    private const string Done = "-";

    public string Encode() => PageToken.EncodeText($"{(NoMoreWorkloads ? Done : Workload?.Encode())} {Kind}{(Key is null ? "" : " " + Key)}");

    /// <summary>Null for an empty token: the first page.</summary>
    public static LivePosition? Decode(string token)
    {
        if (PageToken.DecodeText(token) is not { } text)
            return null;
        var parts = text.Split(' ', 3);
        if (parts.Length < 2 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var kind))
            throw Refusal.InvalidArgument("page_token", "must be the next_page_token of an earlier answer to the same call").AsException();
        return new LivePosition(parts[0] == Done ? null : PageToken.Decode(parts[0]), parts[0] == Done, kind, parts.Length == 3 ? parts[2] : null);
    }
}

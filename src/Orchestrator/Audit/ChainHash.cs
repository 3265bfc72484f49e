using System.Security.Cryptography;
using System.Text;

namespace Pylon.Orchestrator.Audit;

/// <summary>
/// The hash of an entry of the log, made without the functions of the database, which whoever tampers with it may have
/// replaced. The same bytes as chain_decision and decision_fields in the migration. Pure.
/// </summary>
internal static class ChainHash
{
    /// <summary>Before the first entry.</summary>
    public static readonly string Start = new('0', 64);

    private const string Version = "pylon-decision-1";

    /// <summary>Each field is its length in bytes, a colon and its text; - for null.</summary>
    public static byte[] Bytes(long seq, string prevHash, IEnumerable<string?> fields)
    {
        var text = new StringBuilder(Version);
        foreach (var field in fields.Prepend(prevHash).Prepend(seq.ToString()))
            text.Append(field is null ? "-" : $"{Encoding.UTF8.GetByteCount(field)}:{field}");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>64 hex digits.</summary>
    public static string Of(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}

using System.Security.Cryptography;
using System.Text;

namespace Pylon.Sandbox.Workers;

/// <summary>The report of a worker on a part of a batch, or on the whole batch when the part is empty.</summary>
internal sealed record Report(string BatchId, string Phase, string Part, bool Succeeded, string CorrelationId)
{
    /// <summary>kWh that the work took, which is simulated, and when it began and ended; null when there was none.</summary>
    public (double Kwh, DateTimeOffset Start, DateTimeOffset End)? Work { get; init; }

    /// <summary>Derived from the content, so that a repeated report, also by another worker, has the same id.</summary>
    public Guid EventId
    {
        get
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u001f', BatchId, Phase, Part, Succeeded ? "S" : "F")));
            // Version 8: a UUID with application-defined bits.
            hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
            hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
            return new Guid(hash.AsSpan(0, 16), bigEndian: true);
        }
    }
}

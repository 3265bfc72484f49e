using System.Security.Cryptography;
using System.Text;
using Pylon.Conductor.Pipelines;

namespace Pylon.Conductor.Batches;

/// <summary>An answer that was given to the question what a batch still has to go through.</summary>
/// <param name="Id">The same for the same batch, pipeline and correlation id.</param>
/// <param name="TotalEntities">How many entities the batch has, where the caller knew.</param>
internal sealed record PipelineDefinition(
    Guid Id, string BatchId, Resolution Resolution, string CorrelationId, long? TotalEntities, DateTimeOffset DefinedAt)
{
    public static Guid IdOf(string batchId, string pipeline, string correlationId) => StableId.Of("definition", batchId, pipeline, correlationId);
}

/// <summary>Ids that come out the same whenever they are made of the same.</summary>
internal static class StableId
{
    public static Guid Of(params IEnumerable<string> parts)
    {
        // The separator cannot be in a part: control characters are refused in every id.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u001f', parts)));
        // Version 8: a UUID whose bits are our own affair.
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}

using System.Globalization;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Workers;

/// <summary>A part of a phase that this worker holds.</summary>
internal sealed record PlayedPart(string Token, string BatchId, string Phase, string Part, int Parts, TimeSpan Lease, string CorrelationId)
{
    /// <summary>The number in the name of the part.</summary>
    public int Number => int.Parse(Part["part-".Length..], CultureInfo.InvariantCulture);

    /// <summary>Reads a claim of an answer of ClaimWork.</summary>
    public static PlayedPart Read(JToken claim) => new(
        Json.Text(claim, "token")!,
        Json.Text(claim, "batch_id")!,
        Json.Text(claim, "phase")!,
        Json.Text(claim, "part")!,
        claim["parts"]?.Value<int>() ?? 1,
        // proto3 JSON: seconds with an s behind them.
        TimeSpan.FromSeconds(double.Parse(Json.Text(claim, "lease")!.TrimEnd('s'), CultureInfo.InvariantCulture)),
        Json.Text(claim, "correlation_id") ?? "");
}

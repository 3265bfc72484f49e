using System.Diagnostics;
using Grpc.Core;

namespace Pylon.Transcoding.Requests;

/// <summary>
/// The HTTP headers that a service receives as metadata. Tracing sends the trace context itself; without an activity the
/// headers of the caller are forwarded unchanged.
/// </summary>
public static class ForwardedHeaders
{
    private static readonly string[] Names = ["x-pylon-caller", "x-request-id", "x-correlation-id", "idempotency-key"];
    private static readonly string[] TraceNames = ["traceparent", "tracestate"];

    public static Metadata From(IHeaderDictionary headers)
    {
        var metadata = new Metadata();
        foreach (var name in Activity.Current is null ? Names.Concat(TraceNames) : Names)
        {
            foreach (var value in headers[name])
            {
                // Metadata is ASCII; anything else would fail the whole call.
                if (value is { Length: > 0 } && value.All(letter => letter is >= ' ' and <= '~'))
                    metadata.Add(name, value);
            }
        }

        return metadata;
    }
}

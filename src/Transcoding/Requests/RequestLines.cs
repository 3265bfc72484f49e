using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Microsoft.AspNetCore.Http.Features;
using Pylon.Transcoding.Fields;
using Pylon.Transcoding.Problems;
using Pylon.Transcoding.Routing;

namespace Pylon.Transcoding.Requests;

/// <summary>Reads a body of one JSON object a line as the messages of a client stream. Empty lines are skipped.</summary>
internal sealed class RequestLines(HttpContext context, Binding binding, RequestBinder binder, int maxLineBytes)
{
    /// <summary>Why the enumeration ended early; null when it did not.</summary>
    public Problem? Problem { get; private set; }

    /// <summary>One message a line; the next line is read when the consumer asks for it.</summary>
    public async IAsyncEnumerable<IMessage> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = null;
        var reader = context.Request.BodyReader;
        for (var number = 1; ; number++)
        {
            var line = await ReadLineAsync(reader, cancellationToken);
            if (line is null || Problem is not null)
                yield break;
            if (line.AsSpan().Trim(" \t\r"u8).IsEmpty)
                continue;
            var problems = new List<FieldProblem>();
            var message = Messages.New(binding.Rpc.InputType);
            binder.ReadBody(message, binding.BodyField, line, problems);
            if (problems.Count > 0)
            {
                Problem = Problem.OfFields([.. problems.Select(problem => problem with { Description = $"{problem.Description} (message on line {number} of the stream)" })]);
                yield break;
            }

            yield return message;
        }
    }

    private async Task<byte[]?> ReadLineAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end && buffer.Slice(0, end).Length <= maxLineBytes)
            {
                var line = buffer.Slice(0, end).ToArray();
                reader.AdvanceTo(buffer.GetPosition(1, end));
                return line;
            }

            if (buffer.Length > maxLineBytes)
            {
                reader.AdvanceTo(buffer.End);
                Problem = Problem.BodyTooLarge(maxLineBytes);
                return null;
            }

            if (read.IsCompleted)
            {
                var rest = buffer.ToArray();
                reader.AdvanceTo(buffer.End);
                return rest.Length > 0 ? rest : null;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }
}

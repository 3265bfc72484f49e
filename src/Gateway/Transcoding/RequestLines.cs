using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Microsoft.AspNetCore.Http.Features;
using Pylon.Gateway.Problems;

namespace Pylon.Gateway.Transcoding;

/// <summary>A body of one JSON object a line, as the messages of a client stream. Empty lines are skipped.</summary>
internal sealed class RequestLines(HttpContext context, Binding binding, TranscodingOptions options)
{
    /// <summary>Set when the enumeration ended early because of it.</summary>
    public Problem? Problem { get; private set; }

    /// <summary>One message a line, read no faster than they are taken.</summary>
    public async IAsyncEnumerable<IMessage> Read([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = null;
        var reader = context.Request.BodyReader;
        for (var number = 1; ; number++)
        {
            var line = await ReadLine(reader, cancellationToken);
            if (line is null || Problem is not null)
                yield break;
            if (line.AsSpan().Trim(" \t\r"u8).IsEmpty)
                continue;
            var problems = new List<FieldProblem>();
            var message = Messages.New(binding.Rpc.InputType);
            RequestBinder.ReadBody(message, binding.BodyField, line, options.MaxJsonDepth, problems);
            if (problems.Count > 0)
            {
                Problem = Problem.OfFields([.. problems.Select(problem => problem with { Description = $"{problem.Description} (message on line {number} of the stream)" })]);
                yield break;
            }

            yield return message;
        }
    }

    private async Task<byte[]?> ReadLine(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end && buffer.Slice(0, end).Length <= options.MaxBodyBytes)
            {
                var line = buffer.Slice(0, end).ToArray();
                reader.AdvanceTo(buffer.GetPosition(1, end));
                return line;
            }

            if (buffer.Length > options.MaxBodyBytes)
            {
                reader.AdvanceTo(buffer.End);
                Problem = Problem.BodyTooLarge(options.MaxBodyBytes);
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

using System.IO.Pipelines;
using Google.Protobuf;
using Pylon.Transcoding.Json;
using Pylon.Transcoding.Routing;

namespace Pylon.Transcoding.Calls;

/// <summary>
/// Writes the one message of a call with its length. Its JSON is kept in pooled pieces, because a page of the largest answers
/// is many megabytes.
/// </summary>
internal static class UnaryAnswer
{
    private static readonly PipeOptions Pieces = new(minimumSegmentSize: 64 * 1024, pauseWriterThreshold: 0, useSynchronizationContext: false);

    public static async Task WriteAsync(HttpContext context, Binding binding, MessageJson json, IMessage message)
    {
        var pipe = new Pipe(Pieces);
        try
        {
            json.Write(pipe.Writer, message, binding.ResponseField);
            await pipe.Writer.CompleteAsync();
            var pieces = (await pipe.Reader.ReadAsync(context.RequestAborted)).Buffer;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = pieces.Length;
            if (HttpMethods.IsHead(context.Request.Method))
                return;
            foreach (var piece in pieces)
                await context.Response.Body.WriteAsync(piece, context.RequestAborted);
        }
        finally
        {
            await pipe.Writer.CompleteAsync();
            await pipe.Reader.CompleteAsync();
        }
    }
}

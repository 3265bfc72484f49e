using System.Buffers;
using System.Buffers.Text;
using Microsoft.AspNetCore.Http.Features;
using Pylon.Transcoding.Problems;
using Pylon.Transcoding.Requests;

namespace Pylon.Gateway.Proxy;

/// <summary>
/// gRPC-Web on the HTTP port, for browsers and for proxies that know no gRPC: <c>application/grpc-web</c> and
/// <c>application/grpc-web-text</c>. Behind this a call is a gRPC call like any other.
/// </summary>
internal static class GrpcWeb
{
    private const string Binary = "application/grpc-web";
    private const string Text = "application/grpc-web-text";

    // A message of 4 MB, the most that a service takes, in base64.
    private const int MostTextBytes = 6 * 1024 * 1024;

    /// <summary>The form of a call of gRPC-Web; null for any other request.</summary>
    public static string? TypeOf(HttpRequest request) =>
        Array.Find([Text, Binary], type => request.ContentType?.StartsWith(type, StringComparison.OrdinalIgnoreCase) == true);

    public static void UseGrpcWebCalls(this WebApplication app)
    {
        app.Use((context, next) => TypeOf(context.Request) == Text ? TextAsync(context, next) : next(context));
        app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
    }

    // The library translates only the pipes of text bodies, and YARP uses their streams: so the text becomes the binary form
    // here. A text request is small: a browser sends one message.
    private static async Task TextAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var (text, tooLarge) = await BodyReader.ReadAllAsync(request, MostTextBytes, context.RequestAborted);
        if (tooLarge is not null || !TryDecode(text, out var frames))
        {
            await context.WriteProblemAsync(tooLarge ?? new Problem { Status = StatusCodes.Status400BadRequest, Reason = "MALFORMED_REQUEST", Detail = "The body must be base64." });
            return;
        }

        request.ContentType = Binary + request.ContentType![Text.Length..];
        request.Headers.Accept = Binary;
        request.Body = new MemoryStream(frames, writable: false);
        request.ContentLength = frames.Length;
        var response = context.Response;
        response.OnStarting(() =>
        {
            if (response.ContentType?.StartsWith(Binary, StringComparison.OrdinalIgnoreCase) == true)
                response.ContentType = Text + response.ContentType[Binary.Length..];
            return Task.CompletedTask;
        });
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        context.Features.Set<IHttpResponseBodyFeature>(new Base64Body(body));
        try
        {
            await next(context);
        }
        finally
        {
            context.Features.Set(body);
        }
    }

    // Each frame may have a base64 of its own, which ends with its padding.
    private static bool TryDecode(ReadOnlySpan<byte> text, out byte[] frames)
    {
        frames = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        var length = 0;
        while (text.Length > 0)
        {
            var padding = text.IndexOf((byte)'=');
            var end = padding < 0 ? text.Length : (padding / 4 * 4) + 4;
            if (end > text.Length || Base64.DecodeFromUtf8(text[..end], frames.AsSpan(length), out _, out var written) != OperationStatus.Done)
                return false;
            length += written;
            text = text[end..];
        }

        Array.Resize(ref frames, length);
        return true;
    }
}

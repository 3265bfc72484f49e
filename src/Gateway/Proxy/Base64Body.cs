using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Pylon.Gateway.Proxy;

/// <summary>The body of a response, written as base64.</summary>
internal sealed class Base64Body : IHttpResponseBodyFeature
{
    private readonly IHttpResponseBodyFeature _inner;

    public Base64Body(IHttpResponseBodyFeature inner)
    {
        _inner = inner;
        Writer = new Base64Writer(inner.Writer);
        Stream = Writer.AsStream();
    }

    public Stream Stream { get; }

    public PipeWriter Writer { get; }

    public void DisableBuffering() => _inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => _inner.StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    public async Task CompleteAsync()
    {
        await Writer.FlushAsync();
        await _inner.CompleteAsync();
    }
}

using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Pylon.Compat.Tests;

public sealed class CompressionTests
{
    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task BothDirectionsAreCompressed(string encoding)
    {
        string? requestEncoding = null;
        await using var host = await EchoHost.Start(
            new()
            {
                Say = (request, context) =>
                {
                    requestEncoding = context.GetHttpContext().Request.Headers["grpc-encoding"];
                    return Task.FromResult(request);
                },
            },
            options => options.ResponseCompressionAlgorithm = encoding);
        using var recorder = new ResponseRecorder();
        var client = new Echo.EchoClient(host.Channel(channel => channel.HttpHandler = recorder));
        var text = new string('x', 100_000);

        var answer = await client.SayAsync(
            new EchoMessage { Text = text }, new Metadata { { "grpc-internal-encoding-request", encoding } });

        Assert.Equal(text, answer.Text);
        Assert.Equal(encoding, requestEncoding);
        Assert.Equal(encoding, recorder.Last?.Headers.GetValues("grpc-encoding").Single());
    }

    [Fact]
    public async Task AMessageMayOptOut()
    {
        var gzip = new CountingGzip();
        await using var host = await EchoHost.Start(
            new()
            {
                Spread = async (request, responses, _) =>
                {
                    await responses.WriteAsync(request);
                    responses.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
                    await responses.WriteAsync(request);
                },
            },
            options =>
            {
                options.ResponseCompressionAlgorithm = "gzip";
                options.CompressionProviders = [gzip];
            });

        using var call = host.Client().Spread(new EchoMessage { Text = new string('x', 10_000) });
        var lengths = await call.ResponseStream.ReadAllAsync().Select(message => message.Text.Length).ToArrayAsync();

        Assert.Equal([10_000, 10_000], lengths);
        Assert.Equal(1, gzip.Compressed);
    }

    private sealed class CountingGzip : ICompressionProvider
    {
        private readonly GzipCompressionProvider _inner = new(CompressionLevel.Fastest);

        public int Compressed { get; private set; }

        public string EncodingName => _inner.EncodingName;

        public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel)
        {
            Compressed++;
            return _inner.CreateCompressionStream(stream, compressionLevel);
        }

        public Stream CreateDecompressionStream(Stream stream) => _inner.CreateDecompressionStream(stream);
    }

    private sealed class ResponseRecorder() : DelegatingHandler(new SocketsHttpHandler())
    {
        public HttpResponseMessage? Last { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Last = await base.SendAsync(request, cancellationToken);
    }
}
